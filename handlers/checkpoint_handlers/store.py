"""What the service keeps, and the small protocol that any store of it fulfils.

Times are text in the documented form with six digits of fraction (`clock.timestamp`), so that they compare as
text. JSON members are text that holds an object or a list.
"""

from __future__ import annotations

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
]

Role = Literal["operate", "read-only"]
"""What a token may do: everything, or list."""


class StoreUnavailableError(Exception):
    """The store is out of reach, too busy or failing: the request may succeed later (503)."""


@dataclass(frozen=True, slots=True)
class Project:
    """A tenant."""

    id: str
    verified: bool
    """Whether its account is verified."""
    open: bool
    """Whether the service is open to it."""
    quota: int | None
    """How many checkpoints it may hold; None: no limit."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token stands for."""

    digest: bytes
    """SHA-256 of the token; the token itself is never stored."""
    project: Project
    role: Role
    expires_at: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the store keeps it."""

    digest: bytes
    """SHA-256 of the token."""
    project_id: str
    role: Role
    expires_at: str | None


@dataclass(frozen=True, slots=True)
class Resource:
    """A server that a policy backs up."""

    id: str
    type: str
    name: str
    extra_info: str | None = None
    obstacle: str | None = None
    """The condition of `errors.yaml` that its present state leads to, such as `resource-terminated`."""


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
    parameters: str
    scheduled_operations: str
    tags: str


Entry = Project | Token | Policy
"""What the operator decides: an entry of the catalogue."""


@dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """A checkpoint to store."""

    id: str
    project: Project
    policy_id: str
    auto_trigger: bool
    created_at: str
    ready_at: str
    """When it turns from protecting into available."""
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
    """Whether it is available whatever the time: it always was, or a caller was told so."""


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list; None does not restrict."""

    checkpoint_id: str | None = None
    policy_id: str | None = None
    resource_id: str | None = None
    name: str | None = None
    available: bool | None = None
    """Whether it is settled or `ready_at` has passed, as of `now`."""
    created_from: str | None = None
    created_to: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: what follows `marker` (an id) in the given order, less `offset`, at most `limit`."""

    limit: int
    offset: int = 0
    marker: str | None = None
    order: tuple[tuple[str, bool], ...] = ()
    """Columns to sort by, each with whether it descends; creation decides what they leave open."""


class CreateOutcome(Enum):
    """What became of a new checkpoint."""

    CREATED = "created"
    RUNNING_BY_HAND = "running-by-hand"
    RUNNING_BY_SCHEDULE = "running-by-schedule"
    QUOTA_EXCEEDED = "quota-exceeded"


class DeleteOutcome(Enum):
    """What became of a deletion."""

    DELETED = "deleted"
    UNKNOWN = "checkpoint-not-found"
    PROTECTING = "checkpoint-protecting"


class Store(Protocol):
    """Where the service keeps its state; every method may raise `StoreUnavailableError`."""

    async def caller(self, digest: bytes) -> Caller | None:
        """Return whom the token with this SHA-256 stands for."""
        ...

    async def policy(self, project_id: str, policy_id: str) -> Policy | None:
        """Return a policy of the project; one of another project is None, too."""
        ...

    async def create(self, checkpoint: NewCheckpoint, *, exclusive: bool) -> CreateOutcome:
        """Store a checkpoint and its items, durably when this returns.

        `exclusive` refuses it while an earlier one of the policy is not ready.
        """
        ...

    async def delete(self, project_id: str, checkpoint_id: str, now: str) -> DeleteOutcome:
        """Remove a checkpoint and its items, durably when this returns."""
        ...

    async def policies(self, project_id: str, page: Page, name: str | None) -> list[Policy]:
        """List the policies of a project."""
        ...

    async def items(self, project_id: str, page: Page, wanted: ItemFilter, now: str) -> list[Item]:
        """List the checkpoint items of a project."""
        ...

    async def settle(self, checkpoint_ids: Iterable[str]) -> None:
        """Have checkpoints available from now on, whatever the time, durably when this returns."""
        ...

    async def save(self, entries: Iterable[Entry]) -> None:
        """Store entries of the catalogue, all or none, each in the place of an earlier one with its id.

        Raises `ValueError` for an entry of a project that does not exist.
        """
        ...

    async def remove(self, kind: type[Entry], identifier: str | bytes) -> bool:
        """Remove an entry, a token by its digest; return whether there was one.

        Raises `ValueError` for a project that still has tokens or policies.
        """
        ...

    async def projects(self) -> list[Project]:
        """List all projects."""
        ...

    async def tokens(self) -> list[Token]:
        """List all tokens."""
        ...

    async def ping(self) -> None:
        """Return when the store can be written to, as far as one look can tell."""
        ...

    async def close(self) -> None:
        """Finish what is queued and let go of the store."""
        ...
