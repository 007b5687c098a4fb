"""The clock of a run: the source of every wait, deadline, rate and timestamp."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol

__all__ = [
    "SYSTEM_CLOCK",
    "Clock",
    "LimitedClock",
    "OutOfTime",
    "ReplayClock",
    "SystemClock",
    "VirtualClock",
]


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


class OutOfTime(Exception):
    """The time limit of a run is over; the message says which."""


class LimitedClock:
    """Another clock with a time limit, beyond which nobody can wait."""

    def __init__(self, clock: Clock) -> None:
        """Set no limit yet."""
        self._clock = clock
        self._ends: Callable[[], float] = lambda: float("inf")
        self._why = ""

    def limit(self, ends: Callable[[], float], why: str) -> None:
        """Set the limit to a moment of the other clock, which may move; `why` says that it has passed."""
        self._ends, self._why = ends, why

    @property
    def left(self) -> float:
        """The seconds until the limit, at least 0."""
        return max(0.0, self._ends() - self._clock.monotonic())

    def check(self) -> None:
        """Raise OutOfTime if the limit has passed."""
        if self.left <= 0:
            raise OutOfTime(self._why)

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._clock.time()

    def monotonic(self) -> float:
        """Return monotonic seconds, for measuring intervals."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait the given number of seconds. Raises OutOfTime when the limit is reached before that."""
        left = self.left
        self._clock.sleep(min(seconds, left))
        if seconds > left:
            raise OutOfTime(self._why)


class ReplayClock(LimitedClock):
    """A clock that repeats the time of an earlier run, in which waiting takes none, and then goes on."""

    def __init__(self, clock: Clock, start: float) -> None:
        """Begin at `start` seconds since the epoch."""
        super().__init__(clock)
        self._then: float | None = start
        """The moment of the earlier run, in seconds since the epoch; None since the clock has gone on."""
        self._ahead = 0.0
        """How far the monotonic clock is ahead of the other one."""
        self._lock = Lock()

    def time(self) -> float:
        """Return the seconds since the epoch."""
        then = self._then
        return super().time() if then is None else then

    def monotonic(self) -> float:
        """Return monotonic seconds, for measuring intervals."""
        then = self._then
        return super().monotonic() + self._ahead if then is None else then

    def sleep(self, seconds: float) -> None:
        """Wait the given number of seconds, or let them pass at once as long as time is repeated.

        Raises OutOfTime when the limit is reached before that.
        """
        with self._lock:
            if self._then is not None:
                self._then += seconds
                return
        super().sleep(seconds)

    def pass_to(self, moment: float) -> None:
        """Let time pass until a moment of the earlier run, in seconds since the epoch."""
        with self._lock:
            if self._then is not None:
                self._then = max(self._then, moment)

    def go_on(self) -> None:
        """Repeat no more: from now on, time passes as on the other clock."""
        with self._lock:
            if self._then is not None:
                self._ahead = self._then - super().monotonic()
                self._then = None


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
        return self._slept

    def sleep(self, seconds: float) -> None:
        """Advance the clock at once. Raises ValueError for a negative number, as `time.sleep` does."""
        if seconds < 0:
            raise ValueError("a sleep must not be negative")
        with self._lock:
            self._slept += seconds
