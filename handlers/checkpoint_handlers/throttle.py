"""Messages about what every request may run into, written now and then."""

from __future__ import annotations

import time

__all__ = ["Throttle"]

_SILENCE = 10.0
"""Minimum seconds between two messages."""


class Throttle:
    """Lets a message through, and then none for some seconds."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def passes(self) -> bool:
        """Return whether to write a message now."""
        now = time.monotonic()
        if now < self._silent_until:
            return False
        self._silent_until = now + _SILENCE
        return True
