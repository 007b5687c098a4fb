"""The cap on checkpoints that a run may create, since each is a real backup that costs money."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from checkpoint_conformance.run.limits.allotment import Want, allot

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
        self.enough = 0
        """The limit with which nothing is left out on a conforming server; 0 until the budget is divided."""
        self._shares: dict[str, int] = {}
        self._pending = 0
        self._lock = Lock()

    def divide(self, wants: Sequence[Want], reserve: int) -> None:
        """Divide what is left, except for what is kept back; with enough, `reserve` would be kept back."""
        self._shares = allot(wants, self.spare)
        self.enough = self.created + sum(want.calls for want in wants) + reserve

    def share(self, stage: str, calls: int) -> int:
        """Return how many of its calls a stage may send; without a division, as many as can be spared."""
        return min(calls, self._shares.get(stage, self.spare), self.remaining)

    def left_out(self, unsent: int, calls: int) -> str:
        """Return why calls were not sent, in a sentence without an end."""
        if not self.enough:
            return f"max_creates = {self.limit} leaves out {unsent} of {calls} calls"
        if self.limit < self.enough:
            return f"max_creates = {self.limit} leaves out {unsent} of {calls} calls; {self.enough} is enough"
        return f"repeated, wrongly accepted and lost calls have used up max_creates = {self.limit}"

    @property
    def remaining(self) -> int:
        """How many more calls may be sent at once."""
        with self._lock:
            return max(0, self.limit - self.created - self._pending)

    @property
    def taken(self) -> int:
        """How many checkpoints there may be, those of calls in flight included."""
        return self.limit - self.remaining

    @property
    def spare(self) -> int:
        """How many calls are left beyond those kept back."""
        return max(0, self.remaining - self.kept_back)

    @property
    def has_spare(self) -> bool:
        """Whether any calls are left beyond those kept back."""
        return self.spare > 0

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
