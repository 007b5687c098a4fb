"""The service's time: UTC without a zone, never running backwards within one process."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class Clock:
    """A wall clock that stands still if the system clock steps back, so that no status reverts (OBS-3)."""

    def __init__(self) -> None:
        self._latest = 0
        self._second = -1
        self._text = ""
        """The text of the latest second, shared by many timestamps."""

    def stamp(self, *, ahead: float = 0.0) -> str:
        """Return the time `ahead` seconds from now in the documented form with six digits (RESP-4)."""
        self._latest = max(self._latest, time.time_ns() // 1000)
        second, fraction = divmod(self._latest + round(ahead * 1e6), 1_000_000)
        if second != self._second:
            self._text = (_EPOCH + timedelta(seconds=second)).isoformat(timespec="seconds")
            self._second = second
        return f"{self._text}.{fraction:06d}"
