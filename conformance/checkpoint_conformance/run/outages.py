"""A server that stops, falls silent or locks up: which request is the cause, and what is charged."""

from __future__ import annotations

from collections.abc import Sequence

from checkpoint_conformance.checks.judge import answer_of
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import is_accepted, may_create
from checkpoint_conformance.run.sending.client import ENDINGS, NotServed, ServerGone
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, FaultKind
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["charge_lock", "examine_outages", "examine_silence", "is_away", "judge_server_gone"]

_LOCKED = Origin("HTTP-6/locked", "valid calls after a refusal")
"""The origin of the finding that a server is locked."""

_MOST = 3
"""The number of repeated outages after which the rest of the run is not worth the restarts."""

_AGAIN = 2
"""How often the last request before a silence is repeated."""


def examine_outages(session: Session) -> None:
    """Repeat the requests that may have ended a server that has returned, one at a time.

    Raises ServerGone if the server does not return this time, or has ended too often.
    """
    for outage in session.recorder.outages:
        if outage.examined or outage.back_after is None:
            continue
        outage.examined = True
        if not any(_ends_again(session, suspect) for suspect in outage.suspects if outage.refused):
            for suspect in outage.suspects:
                away = f"the server could not be reached for {outage.back_after:.1f} s, in 1 of 2 tries"
                session.ledger.doubt(_requirement(session, suspect), _after(suspect, away))
    if session.ledger.times(Symptom.SERVER_ENDED) >= _MOST:
        raise ServerGone("it has stopped too often")


def examine_silence(session: Session) -> None:
    """Charge the last request if only such requests get no response, while valid calls do.

    A server that never responds to what it rejects looks as if it were gone.
    """
    suspect = session.recorder.exchanges[-1]
    served = [exchange.request for exchange in session.recorder.valid_calls if is_accepted(exchange)]
    if not served or not _timed_out(suspect) or suspect.request in served:
        return
    session.client.try_again()
    tries = [suspect]
    try:
        for _ in range(_AGAIN):
            if not is_accepted(session.client.transmit(served[-1])):
                return
            tries.append(session.client.insist(session.client.transmit(suspect.request)))
            if not _timed_out(tries[-1]):
                return
        if not is_accepted(session.client.transmit(served[-1])):
            return
    except (*ENDINGS, BudgetSpent):
        return
    _charge_silence(session, tries)


def is_away(session: Session) -> bool:
    """Return whether the server could not be reached when it was last tried."""
    outages = session.recorder.outages
    return bool(outages) and outages[-1].back_after is None


def judge_server_gone(session: Session, gone: ServerGone) -> None:
    """Charge the last requests before a server that stays away, or leave them undecided.

    They are charged if its address refuses connections, and they ended it before or its host still responds:
    a network that fails, or a gateway without a server behind it, looks different.
    """
    outages = session.recorder.outages
    if isinstance(gone, NotServed):
        session.ledger.doubt("HTTP-6", str(gone))
        return
    if not is_away(session):
        for suspect in session.recorder.exchanges[-1:]:
            session.ledger.doubt(_requirement(session, suspect), _after(suspect, str(gone)))
        return
    last = outages[-1]
    before = {suspect.request for outage in outages[:-1] for suspect in outage.suspects}
    again = any(suspect.request in before for suspect in last.suspects)
    unanswered = [suspect for suspect in last.suspects if suspect.status is None]
    for suspect in unanswered or last.suspects:
        told = _after(suspect, f"{gone}, in 2 of 2 tries" if again else str(gone))
        if last.refused and (again or session.client.host_answers()):
            _charge(session, suspect, told)
        else:
            session.ledger.doubt(_requirement(session, suspect), told)


def _ends_again(session: Session, suspect: Exchange) -> bool:
    """Send a suspect again, and return whether the server ends again; if it does, charge it."""
    outages = session.recorder.outages
    known = len(outages)
    try:
        session.client.transmit(suspect.request)
        session.client.transmit(session.calls.harmless())
    except BudgetSpent:
        return False
    ended = outages[known:]
    for outage in ended:
        outage.examined = True
        away = f"connections are refused for {outage.back_after or 0:.1f} s, in 2 of 2 tries"
        _charge(session, suspect, _after(suspect, away))
    return bool(ended)


def _timed_out(exchange: Exchange) -> bool:
    return exchange.fault is not None and exchange.fault.kind is FaultKind.TIMEOUT


def _charge_silence(session: Session, tries: Sequence[Exchange]) -> None:
    suspect = tries[0]
    assert suspect.fault is not None
    probe = session.recorder.asked.get(suspect.number)
    requirement = "HTTP-1" if probe and probe.wants_acceptance else "HTTP-3"
    origin = Origin.of(probe) if probe else Origin("HTTP-3/silence", "the last request before a silence")
    expected = f"a response within {session.target.timeout:g} s"
    finding = Finding(
        requirement,
        Symptom.NO_ANSWER,
        origin,
        expected,
        suspect.fault.detail,
        tuple(tries),
        confirmed=True,
    )
    session.ledger.exercise(requirement)
    session.ledger.add(finding)


def _charge(session: Session, suspect: Exchange, actual: str) -> None:
    probe = session.recorder.asked.get(suspect.number)
    origin = Origin.of(probe) if probe else Origin("HTTP-6/ended", "the last request before the end")
    requirement, expected = _requirement(session, suspect), "a server that still accepts connections"
    symptom, evidence = Symptom.SERVER_ENDED, (suspect,)
    session.ledger.exercise(requirement)
    session.ledger.add(Finding(requirement, symptom, origin, expected, actual, evidence, confirmed=True))


def _requirement(session: Session, suspect: Exchange) -> str:
    """Return the requirement to charge if this request ended the server.

    After a refusal that is HTTP-6; if a valid call was left without an answer, HTTP-1; else HTTP-3.
    """
    probe = session.recorder.asked.get(suspect.number)
    if suspect.status is None:
        return "HTTP-1" if probe and probe.wants_acceptance else "HTTP-3"
    return "HTTP-6" if 400 <= suspect.status < 500 else "HTTP-3"


def _after(suspect: Exchange, what: str) -> str:
    """Return a sentence about what happened after an exchange."""
    if suspect.status is None:
        return f"after exchange {suspect.number} (no response): {what}"
    return f"after exchange {suspect.number} (got {suspect.status}): {what}"


def charge_lock(session: Session, tries: Sequence[Exchange]) -> None:
    """Charge HTTP-6 if valid calls found the server locked after a refusal."""
    refusal = _last_refusal(session, tries[-1])
    if refusal is None:
        return
    actual = f"{answer_of(tries[-1])} in {len(tries)} of {len(tries)} tries, since exchange {refusal.number}"
    evidence = (refusal, *tries)
    finding = Finding("HTTP-6", Symptom.LOCKED, _LOCKED, "200", actual, evidence, confirmed=True)
    session.ledger.exercise("HTTP-6")
    session.ledger.add(finding)


def _last_refusal(session: Session, locked: Exchange) -> Exchange | None:
    """Return the last refused request before the first response of a locked server.

    Both come after the last accepted call before the `locked` one.
    """
    refusal: Exchange | None = None
    met = False
    for exchange in session.recorder.exchanges[: locked.number - 1]:
        if is_accepted(exchange) and may_create(exchange.request):
            refusal, met = None, False
        met = met or (refusal is not None and answer_of(exchange) == answer_of(locked))
        if not met and exchange.status in range(400, 500):
            refusal = exchange
    return refusal
