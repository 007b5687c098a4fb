"""Stores for the store tests, and the data in them."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from checkpoint_handlers.clock import Clock
from checkpoint_handlers.databases.stores import open_store
from checkpoint_handlers.ids import new_id
from checkpoint_handlers.store import NewCheckpoint, Policy, Project, Resource, Store, Token, digest_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from checkpoint_handlers.store import Entry

PROJECT = Project("a" * 32, verified=True, open=True, quota=None)
TOKEN = Token(digest_of("token"), PROJECT.id, "operate", None)
RESOURCES = tuple(Resource(f"server-{number}", "OS::Nova::Server", f"name{number}") for number in range(3))
POLICY = Policy(
    RESOURCES, new_id(), PROJECT.id, "backup", "", True, "2016-12-06T21:20:29.898823", "{}", "[]", "[]"
)
NOW = Clock().stamp()


def entries() -> list[Entry]:
    """Return the initial catalogue of the tests."""
    return [PROJECT, TOKEN, POLICY]


@contextlib.asynccontextmanager
async def opened(database: str, initial: Callable[[], list[Entry]] = entries) -> AsyncIterator[Store]:
    """Yield an open store, and close it afterwards."""
    store = await open_store(database, initial)
    try:
        yield store
    finally:
        await store.close()


def checkpoint(**changes: Any) -> NewCheckpoint:
    """Return a checkpoint of the policy that is ready immediately."""
    sound = NewCheckpoint(new_id(), PROJECT, POLICY.id, False, NOW, NOW, RESOURCES)
    return replace(sound, **changes)
