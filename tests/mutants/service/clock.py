"""The clock of a server: the module `time` is one, and so is a clock that can be moved forward."""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "ForwardedClock"]


class Clock(Protocol):
    """Returns the time and sleeps."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return the seconds of a clock that never goes backwards."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait for this many seconds."""
        ...


class ForwardedClock:
    """The system's clock, which can be moved forward instead of waiting."""

    def __init__(self) -> None:
        self.ahead = 0.0
        """Seconds that it is ahead of the system's clock."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time() + self.ahead

    def monotonic(self) -> float:
        """Return the seconds of a clock that never goes backwards."""
        return time.monotonic() + self.ahead

    def sleep(self, seconds: float, /) -> None:
        """Wait for this many seconds of real time, as a call in flight does."""
        time.sleep(seconds)

    def forward(self, seconds: float) -> None:
        """Let this many seconds have passed."""
        self.ahead += seconds
