"""Tests of reused connections: AUTH-1 to AUTH-5, and lost requests (HTTP-3)."""

from __future__ import annotations

from dataclasses import replace

from checkpoint_conformance.probes.probe import Circumstance, Probe
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import Lost
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.connection import Connection
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["LOST", "after_an_accepted_call", "lost_requests", "on_kept_connection"]

_MOST_LOST, _AGAIN = 3, 2
LOST = Origin("HTTP-3/kept", "requests lost on a connection that had carried others")
"""The origin of findings of lost requests."""
_PAUSE = 0.1
"""Seconds within which a server that closes after a response will have closed."""


def on_kept_connection(probes: list[Probe]) -> list[Probe]:
    """Return the probes that are sent after an accepted call on the same connection."""
    return [
        replace(
            probe,
            id=f"{probe.id}-kept",
            summary=f"{probe.summary}, after an accepted call on the connection",
            circumstance=Circumstance.KEPT_CONNECTION,
        )
        for probe in probes
        if probe.on_kept_connection
    ]


def after_an_accepted_call(session: Session, probes: list[Probe]) -> None:
    """Send each probe after an accepted call; if the server closes in between, nothing is judged.

    Raises ServerGone if the server stops answering.
    """
    everything = on_kept_connection(probes)
    kept = everything[: session.budget.share("kept connections", len(everything))]
    for probe in everything[len(kept) :]:
        why = session.budget.left_out(len(everything) - len(kept), len(everything))
        session.ledger.skip(probe.requirement, SkipReason.BUDGET_SPENT, why)
    valid = session.calls.call(session.calls.documented)
    with Lanes(session.client) as lanes:
        answers = lanes.carry([(valid, probe.request) for probe in kept])
    for probe, received in zip(kept, answers, strict=True):
        if len(received) == 1 and not lanes.stopped:
            continue  # the server closes the connection after an accepted call
        if len(received) == 2 and not session.client.interferes(received[1]):
            judgement = session.recorder.judged(probe, received[1])
            session.recorder.record(probe.requirement, judgement)
            if not judgement.findings:
                continue
        for _ in range(2):
            if not session.budget.has_spare or not _follow(session, probe):
                break


def lost_requests(session: Session) -> None:
    """HTTP-3: repeat requests that were lost on a kept connection, after a pause on such a connection.

    A server may close a connection between two requests at any time (RFC 9112, 9.5), and the client then
    resends. A connection that is still open after a pause but ends with the request, time after time, is
    dropping it. Raises ServerGone if the server stops answering.
    """
    for lost in session.recorder.lost[:_MOST_LOST]:
        if not session.budget.has_spare:
            return
        again = [_lose_again(session, lost) for _ in range(_AGAIN)]
        if all(again):
            finding = Finding(
                "HTTP-3",
                Symptom.DROPPED_ON_KEPT_CONNECTION,
                LOST,
                "a response",
                f"the connection, kept open after {len(lost.before)} responses, ends without one",
                again[-1],
                confirmed=True,
            )
            session.ledger.add(finding)
            return


def _lose_again(session: Session, lost: Lost) -> tuple[Exchange, ...]:
    """Return the exchanges if the request is lost again on a connection that is still open, else nothing."""
    exchanges: list[Exchange] = []
    with session.client.connection() as connection:
        try:
            for request in lost.before:
                exchanges.append(session.client.transmit(request, connection))
                if not connection.stays_open(max(_PAUSE, 3 * exchanges[-1].elapsed)):
                    return ()
            known = len(session.recorder.lost)
            session.client.transmit(lost.exchange.request, connection)
        except BudgetSpent:
            return ()
    return (*exchanges, session.recorder.lost[known].exchange) if len(session.recorder.lost) > known else ()


def _follow(session: Session, probe: Probe) -> bool:
    """Send an accepted call, then the probe, on one connection; return whether a finding needs confirming."""
    with session.client.connection() as connection:
        try:
            if not _accepted(session, connection):
                return False
            judgement = session.recorder.judged(probe, session.client.send(probe.request, connection))
        except BudgetSpent:
            return False
    session.recorder.record(probe.requirement, judgement)
    return bool(judgement.findings)


def _accepted(session: Session, connection: Connection) -> bool:
    """Return whether a valid call was accepted and the connection stays open."""
    exchange = session.client.send(session.calls.call(session.calls.documented), connection)
    return exchange.status == 200 and connection.reusable
