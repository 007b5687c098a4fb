"""What is written in groups: the orders of the stores, and what may become of them."""

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
    """Store a checkpoint; `exclusive` refuses it while an earlier one of the policy is not ready."""

    checkpoint: NewCheckpoint
    exclusive: bool

    @property
    def unconditional(self) -> bool:
        """Whether nothing in the store can stand against it."""
        return not self.exclusive and self.checkpoint.project.quota is None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a checkpoint of the project that is ready `now`."""

    project_id: str
    checkpoint_id: str
    now: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Have checkpoints available whatever the time."""

    checkpoint_ids: Sequence[str]


Order = Create | Delete | Settle
"""What waits to be written to a store."""
Outcome = CreateOutcome | DeleteOutcome | None
"""What became of an order."""
