"""RESP-2 and RESP-11: simultaneous calls."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError

from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import Call, Calls
from checkpoint_conformance.probes.probe import DOCUMENTED, Circumstance, Probe
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.sending.client import ENDINGS
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = [
    "MOST_AT_ONCE",
    "concurrent_call",
    "concurrent_calls",
    "together",
]

MOST_AT_ONCE = 16
"""The most calls that are sent at the same time."""
_LONGEST_HOLD = 2.0
"""Seconds that a call may lack its last byte."""
_PAUSE = 0.05
"""Seconds that a call sent alone lacks its last byte: long enough to arrive in two pieces."""
_IN_COMPANY = (Symptom.ANSWERED_5XX, Symptom.REFUSED, Symptom.NO_ANSWER, Symptom.CONNECTION_DROPPED)
"""What may happen to a valid call only under concurrency."""


def together(session: Session) -> list[Probe]:
    """Return the calls to send at the same time, alternating between two kinds so that a mix-up shows."""
    calls = session.calls
    other = Call(True, calls.target.resources[-1:])
    usable = not any(map(session.ledger.failed, ("REQ-3", "REQ-4")))
    kinds = (calls.documented, other if usable else calls.documented)
    count = session.budget.share("concurrent calls", MOST_AT_ONCE)
    return [concurrent_call(calls, number + 1, kinds[number % 2]) for number in range(count)]


def concurrent_call(calls: Calls, number: int, call: Call) -> Probe:
    """Return the concurrent call with that number, counted from 1."""
    probe = acceptance.base(calls, "RESP-2", f"concurrent-{number}", "one of several calls at once", call)
    return replace(probe, circumstance=Circumstance.CONCURRENT)


def concurrent_calls(session: Session) -> None:
    """Send the calls on separate connections, and complete all of them at the same moment.

    Each lacks its last byte until all others do, so that neither connecting nor sending spreads them out. A
    server that opens no second connection before it has answered on the first gets them one after another.
    Raises ServerGone if the server stops answering.
    """
    probes = together(session)
    if len(probes) < MOST_AT_ONCE:
        why = session.budget.left_out(MOST_AT_ONCE - len(probes), MOST_AT_ONCE)
        session.ledger.skip("RESP-2", SkipReason.BUDGET_SPENT, why)
    if len(probes) < 2:
        return
    barrier = Barrier(len(probes))

    def complete_together() -> None:
        with suppress(BrokenBarrierError):  # one of them cannot be sent that far: the others go on without it
            barrier.wait(min(_LONGEST_HOLD, session.target.timeout / 4))

    def one(probe: Probe) -> tuple[Probe, Exchange]:
        with session.client.connection() as connection:
            connection.hold_last_byte(complete_together)
            try:
                exchange = session.client.transmit(probe.request, connection)
            finally:
                barrier.abort()  # nobody waits any more, or nobody should
        return probe, exchange

    with ThreadPoolExecutor(len(probes)) as pool:
        try:
            futures = [pool.submit(one, probe) for probe in probes]
        except BaseException:
            barrier.abort()  # an interrupt: those that wait for the others would wait forever
            raise
    answered, ending = _gather(futures)
    alone: dict[Request, set[Symptom]] = {}
    for probe, exchange in answered:
        _judge(session, probe, exchange, alone)
    if ending:
        raise ending


def _gather(
    futures: list[Future[tuple[Probe, Exchange]]],
) -> tuple[list[tuple[Probe, Exchange]], Exception | None]:
    """Return what was answered, in an order that a resumed run repeats, and what ended the run meanwhile."""
    ending: Exception | None = None
    answered: list[tuple[Probe, Exchange]] = []
    for future in futures:
        try:
            answered.append(future.result())
        except BudgetSpent:
            continue
        except ENDINGS as early:
            ending = early
    return sorted(answered, key=lambda each: each[1].connection), ending


def _judge(session: Session, probe: Probe, exchange: Exchange, alone: dict[Request, set[Symptom]]) -> None:
    """Judge one response; what also happens to the same call alone is not due to concurrency (FUZZ-1).

    Alone, it lacks its last byte for a moment as well, so that a server that reads only what arrives first
    fails again.
    """
    judgement = session.recorder.judged(probe, exchange)
    for index, finding in enumerate(judgement.findings):
        if finding.symptom not in _IN_COMPANY:
            continue
        if probe.request not in alone:
            alone[probe.request] = _symptoms(session, probe)
        refused = finding.symptom is Symptom.REFUSED
        if finding.symptom in alone[probe.request]:
            requirement = "FUZZ-1" if refused else finding.requirement
            charged = replace(finding, requirement=requirement, confirmed=True)
        elif refused and exchange.status not in DOCUMENTED:
            charged = replace(
                finding, requirement="HTTP-1", symptom=Symptom.WRONG_STATUS, status=exchange.status
            )
        else:
            requirement = "RESP-11" if refused else finding.requirement
            charged = replace(finding, requirement=requirement, symptom=finding.symptom.under_concurrency)
        judgement.findings[index] = charged
    session.recorder.record(probe.requirement, judgement)


def _symptoms(session: Session, probe: Probe) -> set[Symptom]:
    """Return the symptoms of the call when repeated alone; empty if the budget is spent."""
    with session.client.connection() as connection:
        connection.hold_last_byte(lambda: session.clock.sleep(_PAUSE))
        try:
            exchange = session.client.send(probe.request, connection)
        except BudgetSpent:
            return set()
    return {finding.symptom for finding in session.recorder.judged(probe, exchange).findings}
