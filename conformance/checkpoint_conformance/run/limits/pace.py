"""The pace of a run: what the target's rate allows, and what a limit of the server turns out to allow."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from threading import Lock

from checkpoint_conformance.transport.clock import Clock

__all__ = ["Pace"]

_RECENT = 4
"""Requests whose shortest interval tells how fast the run has been, apart from its pauses."""
_SLOWER = 1.5
"""How much longer the interval becomes with each limit that is met."""
_SHORTEST = 0.005
"""Seconds of the shortest interval that a limit leads to."""
_LONGEST = 0.1
"""Seconds of the longest interval that a limit leads to; a lower rate is the target's to set."""


class Pace:
    """Spaces the requests of all threads."""

    def __init__(self, clock: Clock, rate: float) -> None:
        """Send at most `rate` requests per second; 0 means as many as possible, until a limit is met."""
        self._clock = clock
        self._interval = 1 / rate if rate else 0.0
        self._next_slot = 0.0
        self._recent: deque[float] = deque(maxlen=_RECENT)
        """The last slots since the pace became slower."""
        self._lock = Lock()

    def keep(self) -> None:
        """Wait for the next slot."""
        with self._lock:
            slot = max(self._next_slot, self._clock.monotonic())
            self._next_slot = slot + self._interval
            self._recent.append(slot)
        pause = slot - self._clock.monotonic()
        if pause > 0:
            self._clock.sleep(pause)

    def hold(self, seconds: float) -> None:
        """Send nothing for some seconds."""
        with self._lock:
            self._next_slot = max(self._next_slot, self._clock.monotonic() + seconds)

    def slow_down(self) -> None:
        """Lengthen the interval after a limit, unless it was met before the last change took effect."""
        with self._lock:
            if len(self._recent) < _RECENT:
                return
            shortest = min(later - earlier for earlier, later in pairwise(self._recent))
            slower = max(self._interval, shortest, _SHORTEST) * _SLOWER
            self._interval = max(self._interval, min(slower, _LONGEST))
            self._recent.clear()
