"""AUTH-1 to AUTH-4 on a connection that already carried an accepted call: every request stands for itself."""

from __future__ import annotations

from dataclasses import replace

from checkpoint_conformance.budget import BudgetSpent
from checkpoint_conformance.probe import Probe
from checkpoint_conformance.session import Session
from checkpoint_conformance.wire import Connection

__all__ = ["after_an_accepted_call", "on_kept_connection"]

_FOLLOWING = (
    "AUTH-1/absent",
    "AUTH-2/unknown",
    "AUTH-3/expired",
    "AUTH-4/their-token",
    "AUTH-4/their-project",
)


def on_kept_connection(probes: list[Probe]) -> list[Probe]:
    """Return those of the probes that follow an accepted call on its connection."""
    return [
        replace(
            probe, id=f"{probe.id}-kept", summary=f"{probe.summary}, after an accepted call on the connection"
        )
        for probe in probes
        if probe.id in _FOLLOWING
    ]


def after_an_accepted_call(session: Session, probes: list[Probe]) -> None:
    """Send each probe behind an accepted call; where the server closes in between there is nothing to judge.

    Raises ServerGone.
    """
    for probe in on_kept_connection(probes):
        for _ in range(2):
            if session.budget.remaining <= session.reserve or not _follow(session, probe):
                break


def _follow(session: Session, probe: Probe) -> bool:
    """Send an accepted call, then the probe, on one connection; return whether a finding wants confirming."""
    with session.connection() as connection:
        try:
            if not _accepted(session, connection):
                return False
            judgement = session.judged(probe, session.send(probe.request, connection))
        except BudgetSpent:
            return False
    session.record(probe.requirement, judgement)
    return bool(judgement.findings)


def _accepted(session: Session, connection: Connection) -> bool:
    """Whether a valid call was accepted and the connection stays open."""
    exchange = session.send(session.calls.call(session.calls.documented), connection)
    return exchange.status == 200 and connection.reusable
