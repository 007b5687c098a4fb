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

    def now(self) -> datetime:
        """Return the time in UTC, to the microsecond and without a zone."""
        self._latest = max(self._latest, time.time_ns() // 1000)
        return _EPOCH + timedelta(microseconds=self._latest)

    def stamp(self, *, ahead: float = 0.0) -> str:
        """Return the time `ahead` seconds from now in the documented form with six digits (RESP-4)."""
        moment = self.now() + timedelta(seconds=ahead) if ahead else self.now()
        return moment.isoformat(timespec="microseconds")
