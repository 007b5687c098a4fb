"""Retries after growing pauses, until time runs out."""

from __future__ import annotations

from checkpoint_conformance.transport.clock import Clock

__all__ = ["Backoff"]


class Backoff:
    """Growing pauses that end within a total number of seconds from now."""

    def __init__(
        self, clock: Clock, seconds: float, first: float, longest: float = float("inf"), factor: float = 2
    ) -> None:
        """Pause `first` seconds, then `factor` times as long each time, up to `longest`."""
        self._clock = clock
        self._deadline = clock.monotonic() + seconds
        self._pause = first
        self._longest = longest
        self._factor = factor

    def wait(self) -> bool:
        """Pause and return True, or return False at once if the pause would end too late."""
        if self._clock.monotonic() + self._pause > self._deadline:
            return False
        self._clock.sleep(self._pause)
        self._pause = min(self._pause * self._factor, self._longest)
        return True
