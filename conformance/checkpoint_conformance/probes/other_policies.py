"""Valid calls for other policies: the responses show what a server remembers, and other kinds of data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import ABSENT, Call, Calls
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.target.target import Target

__all__ = ["Elsewhere", "another_policy", "second_project"]


@dataclass(frozen=True)
class Elsewhere:
    """A valid call of another policy."""

    target: Target
    """The target as its owner would write it, by which the answer is judged."""
    probe: Probe


def second_project(calls: Calls) -> Elsewhere | None:
    """Return the call of the second project's policy with its own token, or None without these fixtures."""
    second = calls.target.second_project
    if second is None or second.token is None or second.policy_id is None:
        return None
    theirs = replace(
        calls.target,
        project_id=second.project_id,
        token=second.token,
        policy_id=second.policy_id,
        resources=(),
    )
    summary = "the second project's policy, executed by its own token"
    return _of(theirs, "second-project", summary, Call(False, ABSENT))


def another_policy(calls: Calls, policy_id: str, resource: str) -> Elsewhere:
    """Return the call of another policy of the project, for one of its resources alone."""
    other = replace(calls.target, policy_id=policy_id, resources=(resource,))
    return _of(other, "another-policy", "another policy of the project", Call(False, (resource,)))


def _of(target: Target, name: str, summary: str, call: Call) -> Elsewhere:
    return Elsewhere(target, acceptance.base(Calls(target), "REQ-1", name, summary, call))
