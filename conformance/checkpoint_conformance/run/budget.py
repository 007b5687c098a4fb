"""The cap on checkpoints that a run may create, since each is a real backup that costs money."""

from __future__ import annotations

from threading import Lock

__all__ = ["Budget", "BudgetSpent"]


class BudgetSpent(Exception):
    """The request was not sent, because it might create a checkpoint beyond `max_creates`."""


class Budget:
    """Counts created and pending checkpoints, and keeps their sum within the limit."""

    def __init__(self, limit: int, kept_back: int = 0) -> None:
        """Set `limit` to the target's `max_creates`; `kept_back` of them are for what cannot be planned."""
        self.limit = limit
        self.kept_back = kept_back
        """Calls kept for refused requests that are accepted after all, and for CONF-1."""
        self.created = 0
        """Calls that may have created a checkpoint: they were accepted, or their response was lost."""
        self._pending = 0
        self._lock = Lock()

    @property
    def remaining(self) -> int:
        """How many more calls may be sent at once."""
        with self._lock:
            return self.limit - self.created - self._pending

    @property
    def taken(self) -> int:
        """How many checkpoints there may be, those of calls in flight included."""
        return self.limit - self.remaining

    @property
    def has_spare(self) -> bool:
        """Whether any calls are left beyond those kept back."""
        return self.remaining > self.kept_back

    def reserve(self) -> None:
        """Reserve a checkpoint before sending a request. Raises BudgetSpent if none is left."""
        with self._lock:
            if self.created + self._pending >= self.limit:
                raise BudgetSpent(f"max_creates = {self.limit} is used up")
            self._pending += 1

    def settle(self, *, created: bool) -> None:
        """Release the reservation, or count it as created."""
        with self._lock:
            self._pending -= 1
            self.created += created

    def charge(self, number: int) -> None:
        """Count checkpoints that appeared without an accepted call."""
        with self._lock:
            self.created += number
