"""An in-memory store shared by the benchmark's applications, so that only the framework differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checkpoint_handlers.seeding import seed
from checkpoint_handlers.store import Caller, CreateOutcome, Policy, Project, Token, digest_of

if TYPE_CHECKING:
    from checkpoint_handlers.store import NewCheckpoint

__all__ = ["TOKEN", "MemoryStore"]

TOKEN = "a-token-of-the-benchmark"


class MemoryStore:
    """The sample data and the new checkpoints: only the store methods that one operation needs."""

    def __init__(self) -> None:
        entries = seed.demonstration(seed.DemoTokens.new())
        projects = {entry.id: entry for entry in entries if isinstance(entry, Project)}
        self._callers = {
            entry.digest: Caller(entry.digest, projects[entry.project_id], entry.role, entry.expires_at)
            for entry in [*entries, Token(digest_of(TOKEN), seed.PROJECT_ID, "operate", None)]
            if isinstance(entry, Token)
        }
        self._policies = {
            (entry.project_id, entry.id): entry for entry in entries if isinstance(entry, Policy)
        }
        self._checkpoints: dict[str, NewCheckpoint] = {}

    async def caller(self, digest: bytes) -> Caller | None:
        """Return the owner of the token with this SHA-256, or None."""
        return self._callers.get(digest)

    async def policy(self, project_id: str, policy_id: str) -> Policy | None:
        """Return a policy of the project, or None."""
        return self._policies.get((project_id, policy_id))

    async def create(self, checkpoint: NewCheckpoint, *, exclusive: bool) -> CreateOutcome:
        """Store a checkpoint."""
        del exclusive
        self._checkpoints[checkpoint.id] = checkpoint
        return CreateOutcome.CREATED
