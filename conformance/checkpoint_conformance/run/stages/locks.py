"""HTTP-6: a locked server responds, but every valid call gets an error after a request that it refused."""

from __future__ import annotations

from checkpoint_conformance.checks.judge import answer_of, is_condition
from checkpoint_conformance.run.companions import UNDER_WAY, ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.outages import charge_lock
from checkpoint_conformance.run.recorder import is_accepted, may_create
from checkpoint_conformance.run.sending.client import NotServed, TokenRefused
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding

__all__ = ["examine_lock", "look_again"]

_RUNNING = ("running-by-hand", "running-by-schedule")
_OF_THE_ACCOUNT = ("nothing-to-back-up", "quota-exceeded", "project-closed", "account-not-verified")
_PASSING = frozenset({401, 429, 502, 503, 504})
"""Errors that a token, a rate limit or a gateway explains."""
_SETTLING = 5.0
"""Seconds after which a policy without items under way has ended, unless the target declares longer."""
_TRIES = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0
_MOST_REFUSALS, _ROUNDS = 64, 3
"""Refusals that are sent again, and how often: those before the last accepted call may have counted, too."""


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
    told = f"since exchange {failing[0].number} no valid call is accepted: {answer_of(tries[-1])}"
    if len(tries) > _TRIES and not any(map(_is_explained, tries)):
        charge_lock(session, tries[1:])
    else:
        _set_aside(session, served, answer_of(tries[-1]), told)
    raise NotServed(told)


def _set_aside(session: Session, served: int, answer: str, why: str) -> None:
    """Take back what was found in the answer that valid calls get, too, after the last that was `served`.

    It says nothing about a request.
    """

    def applies(finding: Finding) -> bool:
        last = finding.exchanges[-1]
        return last.number > served and answer_of(last) == answer

    session.ledger.set_aside(applies, why)


def look_again(session: Session, gone: TokenRefused) -> None:
    """Charge HTTP-6 if the token is accepted again within patience, and then refused after the same refusals.

    No token that has expired is accepted again. If it is not, HTTP-6 remains undecided. Raises ServerGone if
    the server stops answering.
    """
    session.ledger.doubt("HTTP-6", str(gone))
    session.monitor.rest()
    valid = session.calls.call(session.calls.documented)
    refused = _refusals_before(session)
    try:
        if not refused or not _is_accepted_again(session, valid):
            return
        for exchange in refused * _ROUNDS:
            if session.client.transmit(exchange.request).status == 401 and _carries_token(session, exchange):
                break
        tries = [session.client.transmit(valid) for _ in range(_TRIES)]
    except BudgetSpent:
        return
    if all(exchange.status == 401 for exchange in tries):
        charge_lock(session, tries)


def _is_accepted_again(session: Session, valid: Request) -> bool:
    """Send the valid call until it is no longer answered 401; return whether it was accepted then."""
    backoff = Backoff(session.clock, session.target.patience, _FIRST_PAUSE, _LONGEST_PAUSE)
    while backoff.wait():
        exchange = session.client.transmit(valid)
        if exchange.status != 401:
            return is_accepted(exchange)
    return False


def _refusals_before(session: Session) -> list[Exchange]:
    """Return what was refused since the last accepted call, before our own token was: the last of it."""
    refused: list[Exchange] = []
    for exchange in session.recorder.exchanges:
        if is_accepted(exchange) and may_create(exchange.request):
            refused = []
        elif exchange.status in range(400, 500) and not (
            exchange.status == 401 and _carries_token(session, exchange)
        ):
            refused.append(exchange)
    return refused[-_MOST_REFUSALS:]


def _carries_token(session: Session, exchange: Exchange) -> bool:
    return exchange.request.header("X-Auth-Token") == session.target.token


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
