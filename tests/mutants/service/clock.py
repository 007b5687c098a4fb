"""The clock of a server; the module `time` is one."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Clock"]


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
