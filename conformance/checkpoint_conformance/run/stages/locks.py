"""HTTP-6: a server that is locked answers, but every valid call gets an error after something it refused."""

from __future__ import annotations

from checkpoint_conformance.checks.judge import error_code_of, is_condition
from checkpoint_conformance.run.companions import UNDER_WAY, ListError
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.run.sending.client import NotServed
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["LOCKED", "examine_lock"]

LOCKED = Origin("HTTP-6/locked", "valid calls after a refusal")
"""The origin of the finding of a lock."""
_RUNNING = ("running-by-hand", "running-by-schedule")
_OF_THE_ACCOUNT = ("nothing-to-back-up", "quota-exceeded", "project-closed", "account-not-verified")
_PASSING = frozenset({401, 429, 502, 503, 504})
"""Errors that a token, a rate limit or a gateway explains."""
_SETTLING = 5.0
"""Seconds after which a policy without items under way has ended, unless the target declares longer."""
_TRIES = 2


def examine_lock(session: Session) -> None:
    """Call again if the last valid calls got errors, and charge or doubt HTTP-6 if those do, too.

    A policy may be running for others, so conflicts are charged only if its list shows that all its items
    have ended. Raises NotServed if no valid call is served any more, and ServerGone if the server stops
    answering.
    """
    calls = sorted(session.recorder.valid_calls, key=lambda exchange: exchange.number)
    served = max((exchange.number for exchange in calls if is_accepted(exchange)), default=None)
    failing = [exchange for exchange in calls if served is not None and exchange.number > served]
    if served is None or not failing:
        return
    tries = failing[-1:]
    try:
        for _ in range(_TRIES):
            if not _settled(session, tries[-1]):
                break
            tries.append(session.client.transmit(session.calls.call(session.calls.documented)))
            if is_accepted(tries[-1]):
                return
    except BudgetSpent:
        pass
    told = f"since exchange {failing[0].number} no valid call is accepted: {_shown(tries[-1])}"
    refusal = _last_refusal(session, served, failing[0].number)
    if refusal and len(tries) > _TRIES and not any(map(_is_explained, tries)):
        actual = f"{_shown(tries[-1])} in {_TRIES} of {_TRIES} tries, since exchange {refusal.number}"
        evidence = (refusal, *tries[1:])
        finding = Finding("HTTP-6", Symptom.LOCKED, LOCKED, "200", actual, evidence, confirmed=True)
        session.ledger.exercise("HTTP-6")
        session.ledger.add(finding)
    raise NotServed(told)


def _settled(session: Session, exchange: Exchange) -> bool:
    """Return whether the policy cannot be running: the error is not that, or all its items have ended.

    With the profile conflict, a second run is refused, and how it is, is CONF-1's: any error may be that.
    """
    if not is_condition(exchange, *_RUNNING) and "conflict" not in session.target.profiles:
        return True
    if "observation" not in session.target.profiles:
        return False
    session.clock.sleep(max(session.target.settle_within, min(_SETTLING, session.target.patience)))
    try:
        items, _ = session.lists.checkpoint_items(policy_id=session.target.policy_id)
    except ListError:
        return False
    return all(item["status"] not in UNDER_WAY for item in items)


def _is_explained(exchange: Exchange) -> bool:
    """Return whether something other than a lock explains the error."""
    return exchange.status is None or exchange.status in _PASSING or is_condition(exchange, *_OF_THE_ACCOUNT)


def _last_refusal(session: Session, served: int, failing: int) -> Exchange | None:
    """Return the last refused request between the last accepted call and the first failing one."""
    between = (
        exchange
        for exchange in reversed(session.recorder.exchanges)
        if served < exchange.number < failing and exchange.status in range(400, 500)
    )
    return next(between, None)


def _shown(exchange: Exchange) -> str:
    if exchange.status is None:
        return "no answer"
    return f"{exchange.status} {error_code_of(exchange) or ''}".strip()
