"""Calls for other policies: each response is about its own policy, in the documented form (RESP, NF-2)."""

from __future__ import annotations

from typing import Any

from checkpoint_conformance.probes import other_policies
from checkpoint_conformance.probes.missing import foreign_policy
from checkpoint_conformance.probes.other_policies import Elsewhere
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.deletion import Deletions

__all__ = ["another_policy", "second_project"]


def second_project(session: Session, deletions: Deletions) -> None:
    """Let the second project execute its policy, then ask for it with our own token and path (NF-2).

    What its owner has used may be cached for others. Raises ServerGone if the server stops answering.
    """
    theirs = other_policies.second_project(session.calls)
    if theirs is None or any(map(session.ledger.failed, ("AUTH-4", "NF-2"))):
        return
    deletions.of_second_project.update(_execute(session, theirs))
    for probe in foreign_policy(session.calls, "once-used"):
        send_probe(session, probe)


def another_policy(session: Session, listed: list[dict[str, Any]]) -> None:
    """Execute another policy of the list, for one resource. Raises ServerGone if the server is gone."""
    own = session.target.policy_id.casefold()
    for policy in listed:
        if policy["id"].casefold() != own and policy["resources"] and policy["status"] != "suspended":
            resource = policy["resources"][0]["id"]
            other = other_policies.another_policy(session.calls, policy["id"], resource)
            _execute(session, other)
            return


def _execute(session: Session, other: Elsewhere) -> list[str]:
    """Send a call and judge its answer, twice if something is found; return the ids of the checkpoints.

    Another policy may be unfit to run for reasons of its own, so that a refusal shows nothing. Its names and
    resources may be of a kind that the policy under test lacks, so that all of an answer is judged; only
    which resources it lists is not (RESP-8) where the policy's own are unknown.
    """
    unknown = frozenset[str]() if other.target.resources else frozenset({"RESP-8"})
    judge = session.judges(other.target)
    created: list[str] = []
    for _ in range(2):
        try:
            exchange = session.client.send(other.probe.request)
        except BudgetSpent:
            break
        if not is_accepted(exchange):
            break
        if identifier := created_checkpoint(exchange):
            created.append(identifier)
        judgement = judge(other.probe, exchange)
        judgement.findings = [each for each in judgement.findings if each.requirement not in unknown]
        judgement.exercised -= unknown
        session.recorder.record(other.probe.requirement, judgement)
        if not judgement.findings:
            break
    return created
