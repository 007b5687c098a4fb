"""Progress of a run: one live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from threading import Lock
from typing import TextIO

from checkpoint_openapi.terminal.streams import is_interactive

from checkpoint_conformance.language import retold
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

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._write(_ERASE)

    def announce(self, text: str) -> None:
        """Print one line that says what begins, or why the run waits."""
        if not self._quiet:
            self._write(f"{_ERASE if self._live else ''}· {printable(retold(text))}\n")

    def watch(self, session: Session) -> None:
        """Redraw the live line if it is due; called after each exchange, from any thread."""
        now = self._clock()
        with self._lock:
            if not self._live or now - self._drawn < _INTERVAL:
                return
            self._drawn = now
            self._frame = (self._frame + 1) % len(_FRAMES)
        self._write(_ERASE + self._line(session, now))

    def _line(self, session: Session, now: float) -> str:
        against = len({finding.requirement for finding in session.ledger.findings})
        parts = [
            f"{len(session.recorder.exchanges)} requests",
            f"{session.budget.created} of at most {session.budget.limit} checkpoints",
            f"findings against {against} requirements" if against else "nothing found",
            f"{now - self._started:.0f} s",
        ]
        line = f"{_FRAMES[self._frame]} {' · '.join(parts)}"
        return line[: shutil.get_terminal_size().columns - 1]

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
