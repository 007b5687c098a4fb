"""Orders: the writes that stores commit in groups, and their outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checkpoint_handlers.store import CreateOutcome, DeleteOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checkpoint_handlers.store import NewCheckpoint

__all__ = ["Create", "Delete", "Order", "Outcome", "Settle"]


@dataclass(frozen=True, slots=True)
class Create:
    """Store a checkpoint; `exclusive` refuses it while an earlier one of its policy is not ready."""

    checkpoint: NewCheckpoint
    exclusive: bool

    @property
    def unconditional(self) -> bool:
        """Whether it succeeds whatever the store holds."""
        return not self.exclusive and self.checkpoint.project.quota is None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a checkpoint of the project if it is ready at `now`."""

    project_id: str
    checkpoint_id: str
    now: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Mark checkpoints as available regardless of the time."""

    checkpoint_ids: Sequence[str]


Order = Create | Delete | Settle
"""A write to a store."""
Outcome = CreateOutcome | DeleteOutcome | None
"""The result of an order."""
