"""The clock that a run is given: every wait, deadline, rate and time of an exchange is read from it."""

from __future__ import annotations

import time
from threading import Lock
from typing import Protocol

__all__ = ["SYSTEM_CLOCK", "Clock", "SystemClock", "VirtualClock"]


class Clock(Protocol):
    """What tells the time, and lets it pass. Every method may be called from any thread."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back, for intervals."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


class SystemClock:
    """The clock of this machine."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never go back, for intervals."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        time.sleep(seconds)


SYSTEM_CLOCK = SystemClock()
"""The clock of everything that is not given another."""


class VirtualClock:
    """A clock that moves only where somebody sleeps, so that no wait takes any time."""

    def __init__(self, start: float = 0.0) -> None:
        """`start` is the time to begin with, in seconds since the epoch."""
        self._start = start
        self._slept = 0.0
        self._lock = Lock()

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._start + self.monotonic()

    def monotonic(self) -> float:
        """Return the seconds slept so far, by all threads together."""
        with self._lock:
            return self._slept

    def sleep(self, seconds: float) -> None:
        """Move the clock on at once. Raises ValueError for a negative number, as `time.sleep` does."""
        if seconds < 0:
            raise ValueError("a sleep must not be negative")
        with self._lock:
            self._slept += seconds
