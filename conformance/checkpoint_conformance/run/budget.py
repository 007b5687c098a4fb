"""The cap on checkpoints that a run may create: a call creates a real backup, and costs money."""

from __future__ import annotations

from threading import Lock

__all__ = ["Budget", "BudgetSpent"]


class BudgetSpent(Exception):
    """The request might create a checkpoint beyond `max_creates`, so it was not sent."""


class Budget:
    """Counts what was created and what might still be, and never lets their sum pass the limit."""

    def __init__(self, limit: int, kept_back: int = 0) -> None:
        """`limit` is the target's `max_creates`; so many of them are for what cannot be planned."""
        self.limit = limit
        self.kept_back = kept_back
        """Calls for refused requests that are accepted after all, and for CONF-1."""
        self.created = 0
        """Calls that were accepted, or whose answer was lost: they may have created a checkpoint."""
        self._pending = 0
        self._lock = Lock()

    @property
    def remaining(self) -> int:
        """How many more calls may be sent at once."""
        with self._lock:
            return self.limit - self.created - self._pending

    @property
    def has_spare(self) -> bool:
        """Whether a call is left beyond those that are kept back."""
        return self.remaining > self.kept_back

    def reserve(self) -> None:
        """Take a place before a request is sent. Raises BudgetSpent."""
        with self._lock:
            if self.created + self._pending >= self.limit:
                raise BudgetSpent(f"max_creates = {self.limit} is used up")
            self._pending += 1

    def settle(self, *, created: bool) -> None:
        """Give the place back, or count it for good."""
        with self._lock:
            self._pending -= 1
            self.created += created

    def charge(self, number: int) -> None:
        """Count checkpoints that came to be without an accepted call."""
        with self._lock:
            self.created += number
