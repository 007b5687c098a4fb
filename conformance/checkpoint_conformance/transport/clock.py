"""The clock of a run: the source of every wait, deadline, rate and timestamp."""

from __future__ import annotations

import time
from threading import Lock
from typing import Protocol

__all__ = ["SYSTEM_CLOCK", "Clock", "SystemClock", "VirtualClock"]


class Clock(Protocol):
    """Tells the time, and can let it pass. Every method may be called from any thread."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return monotonic seconds, for measuring intervals."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let the given number of seconds pass."""
        ...


class SystemClock:
    """The system clock."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return monotonic seconds, for measuring intervals."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait the given number of seconds."""
        time.sleep(seconds)


SYSTEM_CLOCK = SystemClock()
"""The default clock."""


class VirtualClock:
    """A clock that moves only when somebody sleeps, so that waiting takes no real time."""

    def __init__(self, start: float = 0.0) -> None:
        """Start at `start` seconds since the epoch."""
        self._start = start
        self._slept = 0.0
        self._lock = Lock()

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._start + self.monotonic()

    def monotonic(self) -> float:
        """Return the seconds slept so far, by all threads in total."""
        with self._lock:
            return self._slept

    def sleep(self, seconds: float) -> None:
        """Advance the clock at once. Raises ValueError for a negative number, as `time.sleep` does."""
        if seconds < 0:
            raise ValueError("a sleep must not be negative")
        with self._lock:
            self._slept += seconds
