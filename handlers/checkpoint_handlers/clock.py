"""Time as the service tells it: UTC without a zone, never running backwards within one process."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class Clock:
    """The wall clock, held still while the system's clock is stepped back, so that no status does (OBS-3)."""

    def __init__(self) -> None:
        self._latest = 0
        self._second = -1
        self._text = ""
        """The latest second that was told, which many stamps share."""

    def stamp(self, *, ahead: float = 0.0) -> str:
        """Return the time `ahead` seconds from now in the documented form with six digits (RESP-4)."""
        self._latest = max(self._latest, time.time_ns() // 1000)
        second, fraction = divmod(self._latest + round(ahead * 1e6), 1_000_000)
        if second != self._second:
            self._text = (_EPOCH + timedelta(seconds=second)).isoformat(timespec="seconds")
            self._second = second
        return f"{self._text}.{fraction:06d}"
