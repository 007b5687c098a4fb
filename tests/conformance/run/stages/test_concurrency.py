"""Calls at once: all are begun before any is completed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from checkpoint_conformance.run.session import open_session
from checkpoint_conformance.run.stages import concurrency
from checkpoint_conformance.transport.exchange import FaultKind, TransportFault
from checkpoint_conformance.transport.in_process import InProcessConnection, InProcessTransport
from mutants.service.server import running

from conformance.runs import target_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from checkpoint_conformance.transport.exchange import Request, Response


class Watched(InProcessTransport):
    """Notes for each call when it lacks its last byte only, and when it is complete."""

    def __init__(self, refuses: int = 0) -> None:
        super().__init__(self._lost)
        self.notes: list[str] = []
        self.refuses = refuses
        self._lock = threading.Lock()

    def _lost(self, _request: Request) -> Response | TransportFault:
        self.note("complete")
        return TransportFault(FaultKind.DROPPED, "closed")

    def note(self, what: str) -> None:
        """Add a note, from any thread."""
        with self._lock:
            self.notes.append(what)

    def connect(self) -> InProcessConnection:
        """Return a connection whose wait is noted; the first ones never get that far, if so asked."""
        connection = super().connect()
        hold = connection.hold_last_byte
        stuck = connection.number <= self.refuses

        def noting(wait: Callable[[], None]) -> None:
            def held() -> None:
                self.note("held")
                wait()

            hold((lambda: None) if stuck else held)

        connection.hold_last_byte = noting  # type: ignore[method-assign]
        return connection


def notes(transport: Watched) -> list[str]:
    """Return the notes of one burst of calls."""
    with running() as table:
        target = target_of(table)
    session = open_session(target, transport=transport)
    concurrency.concurrent_calls(session)
    return transport.notes[: 2 * concurrency.MOST_AT_ONCE - transport.refuses]


def test_no_call_is_completed_before_all_are_begun() -> None:
    """Sixteen calls lack one byte each before the server gets the whole of any."""
    most = concurrency.MOST_AT_ONCE
    assert notes(Watched()) == ["held"] * most + ["complete"] * most


def test_a_call_that_cannot_be_begun_holds_up_no_other() -> None:
    """One call that never lacks its last byte only does not keep the others waiting."""
    seen = notes(Watched(refuses=1))
    assert seen.count("held") == concurrency.MOST_AT_ONCE - 1
    assert seen.count("complete") == concurrency.MOST_AT_ONCE
