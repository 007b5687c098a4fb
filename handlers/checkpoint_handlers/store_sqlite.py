"""The store in one SQLite file: write-ahead log, full synchronisation, one writer.

Readers never wait for the writer. The catalogue (projects, tokens, policies) is remembered between requests
and forgotten as soon as any process changes it, which one read of the `revision` tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from checkpoint_handlers import statements
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.schema_sqlite import migrate
from checkpoint_handlers.writer import GroupWriter, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from checkpoint_handlers.store import (
        Caller,
        CreateOutcome,
        DeleteOutcome,
        Item,
        ItemFilter,
        NewCheckpoint,
        Page,
        Policy,
    )

__all__ = ["SqliteStore"]

_T = TypeVar("_T")

_MAGIC = b"SQLite format 3\0"
_NO_DATABASE = "it is no SQLite database; name another file"
_CORRUPT = "it is corrupt; restore it from a copy or name another file"
_PATIENCE = 2.0
"""Seconds that a write waits for a lock of another process, well within a client's timeout."""


class SqliteStore:
    """A `Store` in the SQLite file `path`, made and filled by `fill` when there is none."""

    def __init__(self, path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
        try:
            _require_database(path)
            writing = _open(path)
            migrate(writing, fill)
            _check(writing)
            self._catalogue = _open(path)
            self._listing = _open(path)
        except (sqlite3.Error, StartError, OSError) as error:
            raise StartError(f"Cannot use the database {path}: {_reason(error)}.") from error
        self._catalogue.execute("PRAGMA busy_timeout = 100")
        self._writer = GroupWriter(writing)
        self._lister = ThreadPoolExecutor(1, "store-lister")
        self._revision = -1
        self._compared = False
        self._callers: dict[bytes, Caller] = {}
        self._policies: dict[tuple[str, str], Policy] = {}

    async def caller(self, digest: bytes) -> Caller | None:
        """Return whom the token with this SHA-256 stands for."""
        self._forget_what_changed()
        known = self._callers.get(digest)
        if known is not None:
            return known
        with _reachable():
            caller = statements.caller(self._catalogue, digest)
        if caller is not None:
            self._callers[digest] = caller
        return caller

    async def policy(self, project_id: str, policy_id: str) -> Policy | None:
        """Return a policy of the project; one of another project is None, too."""
        self._forget_what_changed()
        known = self._policies.get((project_id, policy_id))
        if known is not None:
            return known
        with _reachable():
            policy = statements.policy(self._catalogue, project_id, policy_id)
        if policy is not None:
            self._policies[project_id, policy_id] = policy
        return policy

    async def create(self, checkpoint: NewCheckpoint, *, exclusive: bool) -> CreateOutcome:
        """Store a checkpoint and its items, durably when this returns."""
        return await self._writer.run(
            lambda connection: statements.create(connection, checkpoint, exclusive=exclusive)
        )

    async def delete(self, project_id: str, checkpoint_id: str, now: str) -> DeleteOutcome:
        """Remove a checkpoint and its items, durably when this returns."""
        return await self._writer.run(
            lambda connection: statements.delete(connection, project_id, checkpoint_id, now)
        )

    async def policies(self, project_id: str, page: Page, name: str | None) -> list[Policy]:
        """List the policies of a project."""
        return await self._list(lambda connection: statements.policies(connection, project_id, page, name))

    async def items(self, project_id: str, page: Page, wanted: ItemFilter, now: str) -> list[Item]:
        """List the checkpoint items of a project."""
        return await self._list(
            lambda connection: statements.items(connection, project_id, page, wanted, now)
        )

    def close(self) -> None:
        """Finish what is queued and let go of the file."""
        self._writer.close()
        self._lister.shutdown()
        self._listing.close()
        self._catalogue.close()

    def _forget_what_changed(self) -> None:
        """Compare the revision, once for all requests that one turn of the event loop serves."""
        if self._compared:
            return
        with _reachable():
            (revision,) = self._catalogue.execute("SELECT value FROM revision").fetchone()
        if revision != self._revision:
            self._callers.clear()
            self._policies.clear()
            self._revision = revision
        self._compared = True
        # Whoever sent a request after a change finds this flag down: his bytes are read in a later turn.
        asyncio.get_running_loop().call_soon(self._compare_again)

    def _compare_again(self) -> None:
        self._compared = False

    async def _list(self, query: Callable[[sqlite3.Connection], list[_T]]) -> list[_T]:
        """Run a query that may be long beside the event loop."""
        loop = asyncio.get_running_loop()
        with _reachable():
            return await loop.run_in_executor(self._lister, query, self._listing)


@contextlib.contextmanager
def _reachable() -> Generator[None]:
    """Turn a failure of the database inside into `StoreUnavailableError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(error) from error


def _require_database(path: Path) -> None:
    """Refuse a file of something else: SQLite takes a very short one for empty and overwrites it."""
    if path.exists():
        with path.open("rb") as file:
            beginning = file.read(len(_MAGIC))
        if beginning not in (b"", _MAGIC):
            raise StartError(_NO_DATABASE)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(_CORRUPT)


def _reason(error: Exception) -> str:
    """Return what is wrong with the file and what to do about it."""
    advice = {
        sqlite3.SQLITE_BUSY: "another process holds a lock on it; end that process or name another file",
        sqlite3.SQLITE_CORRUPT: _CORRUPT,
        sqlite3.SQLITE_NOTADB: _NO_DATABASE,
        sqlite3.SQLITE_READONLY: "it is read-only; make it and its folder writable or name another file",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened; see that it is a file in a folder you may write to",
    }
    # Extended codes carry the primary one in their lowest byte.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return advice.get(code, getattr(error, "strerror", None) or str(error))
