"""The data that the service stores, and the protocol of its stores.

Times are text in the documented form with six fractional digits (`Clock.stamp`), so that they compare as
text. JSON members are text that holds an object or a list.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Caller",
    "CreateOutcome",
    "DeleteOutcome",
    "Entry",
    "Item",
    "ItemFilter",
    "NewCheckpoint",
    "Page",
    "Policy",
    "Project",
    "Resource",
    "Role",
    "Store",
    "StoreUnavailableError",
    "Token",
    "digest_of",
]

Role = Literal["operate", "read-only"]
"""What a token permits: everything, or only listing."""


class StoreUnavailableError(Exception):
    """Raised if the store is unreachable, too busy or failing; a later request may succeed (503)."""


@dataclass(frozen=True, slots=True)
class Project:
    """A tenant."""

    id: str
    verified: bool
    """Whether its account is verified."""
    open: bool
    """Whether it may use the service."""
    quota: int | None
    """How many checkpoints it may hold; None for no limit."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of a token."""

    digest: bytes
    """SHA-256 of the token; the token itself is never stored."""
    project: Project
    role: Role
    expires_at: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored."""

    digest: bytes
    """SHA-256 of the token."""
    project_id: str
    role: Role
    expires_at: str | None


def digest_of(token: str) -> bytes:
    """Return the stored form of a token, its SHA-256: a random token needs no salt or slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


@dataclass(frozen=True, slots=True)
class Resource:
    """A server that a policy backs up."""

    id: str
    type: str
    name: str
    extra_info: str | None = None
    obstacle: str | None = None
    """The condition of `errors.yaml` that its current state causes, such as `resource-terminated`."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A backup policy."""

    resources: tuple[Resource, ...]
    """Its servers, in their order."""
    id: str
    project_id: str
    name: str
    description: str
    enabled: bool
    created_at: str
    parameters: str = '{"common": {}}'
    scheduled_operations: str = "[]"
    tags: str = "[]"


Entry = Project | Token | Policy
"""An entry of the catalogue, which the operator manages."""


@dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """A checkpoint to store."""

    id: str
    project: Project
    policy_id: str
    auto_trigger: bool
    created_at: str
    ready_at: str
    """The time at which it changes from protecting to available."""
    resources: Sequence[Resource]


@dataclass(frozen=True, slots=True)
class Item:
    """The backup of one resource in a checkpoint."""

    id: str
    checkpoint_id: str
    policy_id: str
    resource_id: str
    resource_type: str
    name: str
    extra_info: str | None
    created_at: str
    ready_at: str
    settled: bool
    """Whether it is available regardless of the time: from the start, or once reported so to a caller."""


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list; None does not restrict."""

    checkpoint_id: str | None = None
    policy_id: str | None = None
    resource_id: str | None = None
    name: str | None = None
    available: bool | None = None
    """Whether it is settled or `ready_at` has passed at `now`."""
    created_from: str | None = None
    created_to: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: up to `limit` rows after the id `marker` in the given order, skipping `offset`."""

    limit: int
    offset: int = 0
    marker: str | None = None
    order: tuple[tuple[str, bool], ...] = ()
    """Columns to sort by, each with whether it descends; order of creation breaks ties."""


class CreateOutcome(Enum):
    """The result of storing a new checkpoint."""

    CREATED = "created"
    RUNNING_BY_HAND = "running-by-hand"
    RUNNING_BY_SCHEDULE = "running-by-schedule"
    QUOTA_EXCEEDED = "quota-exceeded"


class DeleteOutcome(Enum):
    """The result of a deletion."""

    DELETED = "deleted"
    UNKNOWN = "checkpoint-not-found"
    PROTECTING = "checkpoint-protecting"


class Store(Protocol):
    """Where the service keeps its state; every method may raise `StoreUnavailableError`."""

    async def caller(self, digest: bytes) -> Caller | None:
        """Return the owner of the token with this SHA-256, or None."""
        ...

    async def policy(self, project_id: str, policy_id: str) -> Policy | None:
        """Return a policy of the project, or None if it is unknown or belongs to another project."""
        ...

    async def create(self, checkpoint: NewCheckpoint, *, exclusive: bool) -> CreateOutcome:
        """Store a checkpoint and its items, durably when this returns.

        `exclusive` refuses it while an earlier one of its policy is not ready.
        """
        ...

    async def delete(self, project_id: str, checkpoint_id: str, now: str) -> DeleteOutcome:
        """Delete a checkpoint and its items, durably once this returns."""
        ...

    async def policies(self, project_id: str, page: Page, name: str | None) -> list[Policy]:
        """List the policies of a project."""
        ...

    async def items(self, project_id: str, page: Page, wanted: ItemFilter, now: str) -> list[Item]:
        """List the checkpoint items of a project."""
        ...

    async def settle(self, checkpoint_ids: Iterable[str]) -> None:
        """Mark checkpoints as available regardless of the time, durably once this returns."""
        ...

    async def save(self, entries: Iterable[Entry]) -> None:
        """Store entries of the catalogue, all or none, replacing those with the same ids.

        Raises `ValueError` if the project of an entry does not exist.
        """
        ...

    async def remove(self, kind: type[Entry], identifier: str | bytes) -> bool:
        """Remove an entry, a token by its digest; return whether it existed.

        Raises `ValueError` if a project still has tokens or policies.
        """
        ...

    async def projects(self) -> list[Project]:
        """List all projects."""
        ...

    async def tokens(self) -> list[Token]:
        """List all tokens."""
        ...

    async def ping(self) -> None:
        """Check once that the store accepts writes; raise `StoreUnavailableError` if it does not."""
        ...

    async def close(self) -> None:
        """Finish queued writes and close the store."""
        ...
