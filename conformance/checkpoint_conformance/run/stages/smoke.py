"""Smoke: does the server answer, does it accept the token and fixtures, and which valid request works?

A failure here is a configuration error if the response says so; anything else is a finding.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from checkpoint_openapi.load import errors

from checkpoint_conformance.checks.judge import Judgement, answer_of, error_code_of, is_condition
from checkpoint_conformance.data import as_object
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import ABSENT, Call, Calls
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.misconfiguration import misconfiguration, no_http, unreached
from checkpoint_conformance.run.probing import settle
from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.run.sending.client import ServerGone
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding, checkpoint_of
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["SMOKE_CALLS", "ConfigurationError", "smoke"]

SMOKE_CALLS = 3
"""The checkpoints that smoke creates on a conforming server."""
_HINTS = {
    401: "the token is not accepted: check `token`, and that it has not expired",
    403: "the token may not act in this project: check `project_id`, `token` and its role",
    404: "the policy or the path does not exist: check `url`, `project_id`, `provider_id` and [policy] `id`",
}


class ConfigurationError(Exception):
    """The target file does not fit the server, so the server cannot be judged."""


def smoke(session: Session, *, twice: bool = True) -> Calls | None:
    """Send the documented request, `twice` or once, and find the shape that every other probe builds on.

    Returns how such a request looks, or None if none is accepted. Raises ConfigurationError if the responses
    point to the target file rather than the server.
    """
    probe, again = acceptance.documented(session.calls)
    try:
        exchange = _reach(session, probe)
    except ServerGone as gone:
        raise ConfigurationError(f"{session.target.url}: {gone}") from gone
    judgement = session.recorder.judged(probe, exchange)
    if is_accepted(exchange) or not _refused(judgement):
        settle(session, probe, judgement)
        if not is_accepted(exchange):
            return None
        if twice:
            _twice_on_one_connection(session, again)
        return Calls(session.target, policy_name=_policy_name(exchange))
    return _diagnose(session, probe, exchange, judgement)


def _reach(session: Session, probe: Probe) -> Exchange:
    """Return the exchange of the first request. Raises ConfigurationError if the server is not reached.

    If no server answers, a harmless request shows whether it fails on this request alone.
    """
    exchange = session.client.transmit(probe.request)
    target, speaks_tls = session.target, session.client.speaks_tls
    wrong = misconfiguration(exchange, target, speaks_tls)
    if not wrong and (unreached(exchange) or no_http(exchange)):
        harmless = session.client.insist(session.monitor.harmless())
        wrong = misconfiguration(harmless, target, speaks_tls) or unreached(harmless) or no_http(harmless)
    if wrong:
        raise ConfigurationError(f"{target.url}: {wrong}")
    with suppress(BudgetSpent):
        exchange = session.client.persist(exchange)
        exchange = session.client.insist(exchange)
    return exchange


def _policy_name(exchange: Exchange) -> str | None:
    """Return the policy's name from the response, or None."""
    plan = as_object((checkpoint_of(exchange) or {}).get("protection_plan")) or {}
    name = plan.get("name")
    return name if isinstance(name, str) and name else None


def _twice_on_one_connection(session: Session, again: Probe) -> None:
    """Send the documented request twice on one connection, judge the second response, confirm a finding."""
    for _ in range(2):
        with session.client.connection() as connection:
            try:
                session.client.send(again.request, connection)
                kept = connection if connection.reusable else None
                judgement = session.recorder.judged(again, session.client.send(again.request, kept))
            except BudgetSpent as spent:
                session.ledger.skip("RESP-11", SkipReason.BUDGET_SPENT, str(spent))
                return
        session.recorder.record(again.requirement, judgement)
        if not judgement.findings:
            return


def _diagnose(session: Session, probe: Probe, exchange: Exchange, judgement: Judgement) -> Calls | None:
    """Find out which member makes the server refuse the documented request, and what is to blame."""
    some = session.calls.documented.resources
    shapes = {"REQ-4": Call(False, ABSENT), "REQ-3": Call(ABSENT, some), "REQ-1": Call(ABSENT, ABSENT)}
    accepted: dict[str, bool] = {}
    for requirement, call in shapes.items():
        lesser = acceptance.base(session.calls, requirement, "instead", "a smaller valid request", call)
        try:
            answer = session.client.send(lesser.request)
        except BudgetSpent:
            break
        session.recorder.judged(lesser, answer)
        accepted[requirement] = is_accepted(answer)
    if not any(accepted.values()):
        if _listed_policy(session) is None:
            _blame_configuration(exchange)
        settle(session, probe, judgement)
        return None
    asked = len(accepted) == len(shapes)
    if (
        asked
        and accepted["REQ-4"]
        and error_code_of(exchange) == errors().conditions["resource-not-in-policy"].code
    ):
        _check_resources(session)
    culprit = "REQ-1"
    if asked and accepted["REQ-4"] != accepted["REQ-3"]:
        culprit = "REQ-4" if accepted["REQ-4"] else "REQ-3"
    settle(session, replace(probe, requirement=culprit), _charged_to(judgement, culprit))
    shape = next(call for requirement, call in shapes.items() if accepted.get(requirement))
    return Calls(session.target, shape)


def _check_resources(session: Session) -> None:
    """Distinguish a server that accepts no resource from a target file with a wrong one."""
    answers: dict[str, bool] = {}
    for resource in session.target.resources:
        request = session.calls.call(Call(False, (resource,)))
        try:
            answers[resource] = is_accepted(session.client.send(request))
        except BudgetSpent:
            break
    refused = [resource for resource, accepted in answers.items() if not accepted]
    if refused and len(refused) < len(answers) and not _lists_resource(session, refused[0]):
        raise ConfigurationError(
            f"the policy does not contain resource {refused[0]}: check [policy] `resources`"
        )


def _lists_resource(session: Session, resource: str) -> bool:
    """Return whether the server lists the resource in the policy under test."""
    policy = _listed_policy(session)
    listed = {each["id"].casefold() for each in policy["resources"]} if policy else set[str]()
    return resource.casefold() in listed


def _listed_policy(session: Session) -> dict[str, Any] | None:
    """Return the policy under test as the server lists it, which confirms the target file, or None."""
    if "discovery" not in session.target.profiles:
        return None
    wanted = session.target.policy_id.casefold()
    try:
        listed = [policy for _, page in session.lists.policies() for policy in page]
    except ListError:
        return None
    return next((policy for policy in listed if policy["id"].casefold() == wanted), None)


def _blame_configuration(exchange: Exchange) -> None:
    hint = _HINTS.get(exchange.status or 0)
    if hint:
        raise ConfigurationError(f"the documented request got {answer_of(exchange)}: {hint}.")
    if is_condition(exchange, "nothing-to-back-up"):
        raise ConfigurationError(
            f"the policy has nothing to back up ({answer_of(exchange)}): name another under [policy]."
        )


def _charged_to(judgement: Judgement, culprit: str) -> Judgement:
    def charge(finding: Finding) -> Finding:
        return replace(finding, requirement=culprit) if finding.requirement == "REQ-1" else finding

    findings = [charge(finding) for finding in judgement.findings]
    exercised = {culprit if name == "REQ-1" else name for name in judgement.exercised}
    return Judgement(findings, exercised, judgement.undecided)


def _refused(judgement: Judgement) -> bool:
    return any(finding.symptom in (Symptom.REFUSED, Symptom.ANSWERED_5XX) for finding in judgement.findings)
