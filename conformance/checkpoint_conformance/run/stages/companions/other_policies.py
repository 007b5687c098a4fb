"""Calls for other policies: each response is about its own policy, in the documented form (RESP, NF-2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checkpoint_conformance.checks.judge import Judgement, is_condition
from checkpoint_conformance.probes import other_policies
from checkpoint_conformance.probes.missing import foreign_policy
from checkpoint_conformance.probes.other_policies import Elsewhere
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["another_policy", "second_project"]

_TRIES = 2
_NEVER_FIT = ("invalid-request", "policy-not-found")
"""Conditions that no policy of the list meets in a valid call, whatever state it is in."""


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

    Another policy may be unfit to run for reasons of its own, so that of a refusal only the form is judged.
    Its names and resources may be of a kind that the policy under test lacks, so that all of an answer is
    judged; only which resources it lists is not (RESP-8) where the policy's own are unknown.
    """
    is_listed = bool(other.target.resources)
    unknown = frozenset[str]() if is_listed else frozenset({"RESP-8"})
    judge = session.judges(other.target)
    created: list[str] = []
    refused: list[Judgement] = []
    for _ in range(_TRIES):
        try:
            exchange = session.client.send(other.probe.request)
        except BudgetSpent:
            break
        if exchange.status is None and not session.ledger.reliable:
            break
        judgement = judge(other.probe, exchange)
        if not is_accepted(exchange):
            refused.append(_of_refusal(judgement, exchange, is_listed=is_listed))
            if refused[-1].findings:
                continue
            break
        if identifier := created_checkpoint(exchange):
            created.append(identifier)
        judgement.findings = [each for each in judgement.findings if each.requirement not in unknown]
        judgement.exercised -= unknown
        session.recorder.record(other.probe.requirement, judgement)
        if not judgement.findings:
            break
    if len(refused) == _TRIES:  # once may be what the refused call before it has left
        for judgement in refused:
            session.recorder.record(other.probe.requirement, judgement)
    return created


def _of_refusal(judgement: Judgement, exchange: Exchange, *, is_listed: bool) -> Judgement:
    """Return the judgement without the refusal, unless it cannot fit a policy of the list (FUZZ-1)."""
    never_fits = is_listed and is_condition(exchange, *_NEVER_FIT)
    findings = [
        replace(finding, requirement="FUZZ-1") if finding.symptom is Symptom.REFUSED else finding
        for finding in judgement.findings
        if never_fits or finding.symptom is not Symptom.REFUSED
    ]
    exercised = {finding.requirement for finding in findings}
    return replace(judgement, findings=findings, exercised=exercised, undecided=None)
