"""Progress of a run: one live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from threading import Lock, Thread
from typing import TextIO

from checkpoint_openapi.terminal.columns import clipped
from checkpoint_openapi.terminal.streams import is_interactive

from checkpoint_conformance.language import language, retold, speaking, tr
from checkpoint_conformance.reports.writers.text import printable
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK

__all__ = ["Progress"]

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_INTERVAL = 0.08
"""Seconds between redraws: often enough to look alive, rarely enough to cost nothing."""
_ERASE = "\r\x1b[2K"


class Progress:
    """A context manager that announces what a run does, and leaves only the announcements on a terminal."""

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        quiet: bool = False,
        clock: Callable[[], float] = SYSTEM_CLOCK.monotonic,
    ) -> None:
        """Write to `stream`, by default standard error; `quiet` prints nothing at all."""
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._live = not quiet and is_interactive(self._stream)
        self._clock = clock
        self._started = clock()
        self._drawn = -_INTERVAL
        self._frame = 0
        self._lock = Lock()
        self._language = language()
        self._count: Callable[[], int | None] = lambda: None
        self._counting: Thread | None = None
        self._total: int | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._counting:
            self._counting.join()
        if self._live:
            self._write(_ERASE)

    def expect(self, count: Callable[[], int | None]) -> None:
        """Take a function that counts the requests of the run, or returns None as long as it cannot know.

        It is called beside the run, and only if a live line shows the number.
        """
        self._count = count

    def announce(self, text: str) -> None:
        """Print one line that says what begins, or why the run waits."""
        if not self._quiet:
            with speaking(self._language):  # a thread does not know the language of its caller
                self._write(f"{_ERASE if self._live else ''}· {printable(retold(text))}\n")
        if self._live and self._total is None and not (self._counting and self._counting.is_alive()):
            self._counting = Thread(target=self._learn_total)
            self._counting.start()

    def watch(self, session: Session) -> None:
        """Redraw the live line if it is due; called after each exchange, from any thread."""
        now = self._clock()
        with self._lock:
            if not self._live or now - self._drawn < _INTERVAL:
                return
            self._drawn = now
            self._frame = (self._frame + 1) % len(_FRAMES)
        with speaking(self._language):
            self._write(_ERASE + self._line(session, now))

    def _learn_total(self) -> None:
        self._total = self._count()

    def _line(self, session: Session, now: float) -> str:
        budget, phases = session.budget, session.recorder.phases
        against = len({finding.requirement for finding in session.ledger.findings})
        parts = [
            self._requests(len(session.recorder.exchanges)),
            tr(phases[-1].name) if phases else "",
            tr(
                "{created} of {limit} checkpoints",
                created=budget.created,
                limit=budget.limit,
            ),
            _against(against),
            tr("{seconds} s", seconds=f"{now - self._started:.0f}"),
        ]
        line = f"{_FRAMES[self._frame]} {' · '.join(filter(None, parts))}"
        return clipped(line, shutil.get_terminal_size().columns - 1)

    def _requests(self, sent: int) -> str:
        """Return how many requests were sent, out of how many; confirmations may exceed the total."""
        if self._total is None or sent > self._total:
            return tr("1 request" if sent == 1 else "{count} requests", count=sent)
        return tr("{count} of {total} requests", count=sent, total=self._total)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _against(requirements: int) -> str:
    match requirements:
        case 0:
            return tr("nothing found")
        case 1:
            return tr("findings against 1 requirement")
        case _:
            return tr("findings against {count} requirements", count=requirements)
