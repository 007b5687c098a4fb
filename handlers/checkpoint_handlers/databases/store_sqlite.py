"""The store in one SQLite file: write-ahead log, full synchronisation, one writer.

Readers never wait for the writer. The catalogue (projects, tokens, policies) is cached between requests until
any process changes it, which a single read of `revision` shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from checkpoint_handlers.databases import statements
from checkpoint_handlers.databases.groups import Groups
from checkpoint_handlers.databases.orders import Create, Delete, Settle
from checkpoint_handlers.databases.schema_sqlite import migrate
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.store import CreateOutcome, DeleteOutcome, StoreUnavailableError, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path

    from checkpoint_handlers.databases.orders import Order, Outcome
    from checkpoint_handlers.databases.statements import Listing
    from checkpoint_handlers.store import (
        Caller,
        Entry,
        Item,
        ItemFilter,
        NewCheckpoint,
        Page,
        Policy,
        Project,
    )

__all__ = ["SqliteStore", "connect", "reachable"]

_T = TypeVar("_T")

_MAGIC = b"SQLite format 3\0"
_NO_DATABASE = "it is not an SQLite database; name another file"
_REPLACED = "its file was removed, replaced or overwritten while the server runs; restart the server"
_NO_FILE = "it is a directory, pipe or device; name a file"
_CORRUPT = "it is corrupt; restore it from a copy or name another file"
_SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4000", "foreign_keys = ON")
_PATIENCE = 2.0
"""Seconds that a write waits for another process's lock, well within a client's timeout."""
_SHORTEST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.00005, 0.025, 1.2
"""Seconds between two attempts to take the lock, and how much longer each pause is than the one before."""

_INSERT = (
    "INSERT INTO checkpoints (id, project_id, policy_id, auto_trigger, created_at, ready_at, resources) "
    "VALUES "
)


class SqliteStore:
    """A `Store` in the SQLite file `path`; a new file is created with the entries of `initial`.

    Raises `StartError` if the file is not a database of this server or cannot be used.
    """

    def __init__(self, path: Path, initial: Callable[[], Iterable[Entry]]) -> None:
        with contextlib.ExitStack() as opened:
            try:
                _require_database(path)
                self._writing, self._catalogue, self._reading = (
                    opened.enter_context(contextlib.closing(connect(path))) for _ in range(3)
                )
                _check(self._writing)
                migrate(self._writing, initial)
                # `close` closes it last: closing a file ends this process's locks on it, SQLite's included.
                self._header = os.open(path, os.O_RDONLY)
            except (sqlite3.Error, StartError, OSError) as error:
                raise StartError(f"Cannot use the database {path}: {_reason(error)}.") from error
            self._connections = opened.pop_all()
        real = path.resolve()
        self._files = (path, real.with_name(f"{real.name}-wal"))
        self._written = _identities(self._files)
        self._catalogue.execute("PRAGMA busy_timeout = 100")
        self._writing.execute("PRAGMA busy_timeout = 0")  # `_locking` waits instead
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._reader = ThreadPoolExecutor(1, "store-reader")
        self._groups: Groups[Order, Outcome] = Groups(self._write)
        self._revision = -1
        self._compared = False
        self._callers: dict[bytes, Caller] = {}
        self._policies: dict[tuple[str, str], Policy] = {}

    async def caller(self, digest: bytes) -> Caller | None:
        """Return the owner of the token with this SHA-256, or None."""
        self._forget_what_changed()
        known = self._callers.get(digest)
        if known is not None:
            return known
        with reachable():
            row = self._catalogue.execute(statements.CALLER, (digest,)).fetchone()
        if row is None:
            return None
        return self._callers.setdefault(digest, statements.caller_of(row))

    async def policy(self, project_id: str, policy_id: str) -> Policy | None:
        """Return a policy of the project, or None if it is unknown or belongs to another project."""
        self._forget_what_changed()
        known = self._policies.get((project_id, policy_id))
        if known is not None:
            return known
        with reachable():
            row = self._catalogue.execute(statements.POLICY, (policy_id, project_id)).fetchone()
        if row is None:
            return None
        return self._policies.setdefault((project_id, policy_id), statements.policy_of(row))

    async def create(self, checkpoint: NewCheckpoint, *, exclusive: bool) -> CreateOutcome:
        """Store a checkpoint and its items; they are durable once this returns."""
        outcome = await self._groups.put(Create(checkpoint, exclusive))
        assert isinstance(outcome, CreateOutcome)
        return outcome

    async def delete(self, project_id: str, checkpoint_id: str, now: str) -> DeleteOutcome:
        """Delete a checkpoint and its items, durably once this returns."""
        outcome = await self._groups.put(Delete(project_id, checkpoint_id, now))
        assert isinstance(outcome, DeleteOutcome)
        return outcome

    async def policies(self, project_id: str, page: Page, name: str | None) -> list[Policy]:
        """List the policies of a project."""
        rows = await self._read(_page, statements.policies_listing(project_id, page, name))
        return [statements.policy_of(row) for row in rows]

    async def items(self, project_id: str, page: Page, wanted: ItemFilter, now: str) -> list[Item]:
        """List the checkpoint items of a project."""
        rows = await self._read(_page, statements.items_listing(project_id, page, wanted, now))
        return [statements.item_of(row) for row in rows]

    async def settle(self, checkpoint_ids: Iterable[str]) -> None:
        """Mark checkpoints as available regardless of the time, durably once this returns."""
        await self._groups.put(Settle(sorted(checkpoint_ids)))

    async def save(self, entries: Iterable[Entry]) -> None:
        """Store entries of the catalogue, all or none."""
        await self._in_writer(_save, list(entries))

    async def remove(self, kind: type[Entry], identifier: str | bytes) -> bool:
        """Remove an entry; return whether it existed."""
        with _related():
            return await self._in_writer(_one_row, statements.REMOVE[kind], (identifier,)) is not None

    async def projects(self) -> list[Project]:
        """List all projects."""
        return [statements.project_of(row) for row in await self._read(_all, statements.PROJECTS)]

    async def tokens(self) -> list[Token]:
        """List all tokens."""
        return [Token(*row) for row in await self._read(_all, statements.TOKENS)]

    async def ping(self) -> None:
        """Check that the file can be written to, by taking its lock."""
        await self._in_writer(_ping)

    async def close(self) -> None:
        """Finish queued writes and close the file."""
        await self._groups.finish()
        self._writer.shutdown()
        self._reader.shutdown()
        self._connections.close()
        os.close(self._header)

    def _forget_what_changed(self) -> None:
        """Clear the cache if the revision changed; compare it once per event loop iteration."""
        if self._compared:
            return
        with reachable():
            (revision,) = self._catalogue.execute("SELECT value FROM revision").fetchone()
        if revision != self._revision:
            self._callers.clear()
            self._policies.clear()
            self._revision = revision
        self._compared = True
        # A request sent after a change is read in a later iteration, when this flag is false again.
        asyncio.get_running_loop().call_soon(self._compare_again)

    def _compare_again(self) -> None:
        self._compared = False

    async def _write(self, orders: Sequence[Order]) -> Sequence[Outcome]:
        """Execute orders in one transaction."""
        return await self._in_writer(_carry_out, orders)

    async def _in_writer(self, job: Callable[..., _T], *arguments: Any) -> _T:
        with reachable():
            return await asyncio.get_running_loop().run_in_executor(self._writer, self._kept, job, *arguments)

    def _kept(self, job: Callable[..., _T], *arguments: Any) -> _T:
        """Do a job of the writer, and check that the next start will find what it wrote."""
        result = job(self._writing, *arguments)
        if _identities(self._files) != self._written or os.pread(self._header, len(_MAGIC), 0) != _MAGIC:
            raise StoreUnavailableError(_REPLACED)
        return result

    async def _read(self, query: Callable[..., _T], *arguments: Any) -> _T:
        """Run a potentially slow query outside the event loop."""
        with reachable():
            return await asyncio.get_running_loop().run_in_executor(
                self._reader, query, self._reading, *arguments
            )


def _identities(files: Iterable[Path]) -> list[tuple[int, int] | None]:
    """Return what distinguishes each file from another with the same name, or None if it does not exist."""
    found: list[tuple[int, int] | None] = []
    for file in files:
        try:
            status = os.stat(file)  # noqa: PTH116 - a path's own method takes twice the time
        except OSError:
            found.append(None)
        else:
            found.append((status.st_dev, status.st_ino))
    return found


def _carry_out(connection: sqlite3.Connection, orders: Sequence[Order]) -> Sequence[Outcome]:
    plain = [order.checkpoint for order in orders if isinstance(order, Create) and order.unconditional]
    if len(plain) == len(orders):
        # A single statement is a transaction, and one call releases the GIL once: a busy event loop makes the
        # writer wait each time it wants the GIL back.
        _insert(connection, plain)
        return [CreateOutcome.CREATED] * len(plain)
    with _transaction(connection):
        return [_one(connection, order) for order in orders]


def _one(connection: sqlite3.Connection, order: Order) -> Outcome:
    if isinstance(order, Delete):
        return _delete(connection, order)
    if isinstance(order, Settle):
        connection.executemany(statements.SETTLE, [(identifier,) for identifier in order.checkpoint_ids])
        return None
    new = order.checkpoint
    if order.exclusive:
        running = connection.execute(statements.RUNNING, (new.policy_id, new.created_at)).fetchone()
        if running is not None:
            return CreateOutcome.RUNNING_BY_SCHEDULE if running[0] else CreateOutcome.RUNNING_BY_HAND
    if new.project.quota is not None:
        (held,) = connection.execute(statements.HELD, (new.project.id,)).fetchone()
        if held >= new.project.quota:
            return CreateOutcome.QUOTA_EXCEEDED
    _insert(connection, [new])
    return CreateOutcome.CREATED


def _insert(connection: sqlite3.Connection, checkpoints: Sequence[NewCheckpoint]) -> None:
    values: list[str | bool] = []
    for new in checkpoints:
        values += statements.checkpoint_row(new)
    _locking(connection, _INSERT + ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * len(checkpoints)), values)


def _delete(connection: sqlite3.Connection, order: Delete) -> DeleteOutcome:
    values = (order.now, order.checkpoint_id, order.project_id)
    row = connection.execute(statements.PROTECTING, values).fetchone()
    if row is None:
        return DeleteOutcome.UNKNOWN
    if row[0]:
        return DeleteOutcome.PROTECTING
    connection.execute(statements.DELETE, (order.checkpoint_id,))
    return DeleteOutcome.DELETED


def _save(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    with _transaction(connection), _related():
        for entry in entries:
            connection.execute(*statements.saving(entry))


def _one_row(connection: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> Any:
    with _transaction(connection):
        return connection.execute(statement, values).fetchone()


def _ping(connection: sqlite3.Connection) -> None:
    with _transaction(connection):
        connection.execute("UPDATE revision SET value = value")


def _all(connection: sqlite3.Connection, text: str) -> list[tuple[Any, ...]]:
    return connection.execute(text).fetchall()


def _page(connection: sqlite3.Connection, listing: Listing) -> list[tuple[Any, ...]]:
    start = None
    if listing.marker is not None:
        start = connection.execute(*listing.marker).fetchone()
        if start is None:
            return []
    return connection.execute(*listing.behind(start)).fetchall()


def _locking(connection: sqlite3.Connection, statement: str, values: Sequence[Any] = ()) -> None:
    """Execute a statement that takes the lock of the file, waiting for another process to release it.

    SQLite's own wait sleeps for whole milliseconds, several times as long as a group takes to commit.
    """
    deadline = time.monotonic() + _PATIENCE
    pause = _SHORTEST_PAUSE
    while True:
        try:
            connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(pause)
            pause = min(_GROWTH * pause, _LONGEST_PAUSE)
        else:
            return


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Commit everything done in the block, or nothing."""
    _locking(connection, "BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _related() -> Generator[None]:
    """Raise `ValueError` if a reference between entries breaks in the block."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise ValueError("the project of an entry does not exist, or still has tokens or policies") from error


@contextlib.contextmanager
def reachable() -> Generator[None]:
    """Raise `StoreUnavailableError` if the database fails in the block."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreUnavailableError(str(error)) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise StoreUnavailableError(str(error)) from error


def _require_database(path: Path) -> None:
    """Refuse what is not SQLite: it treats a very short file as empty, and waits for a pipe forever."""
    if path.exists():
        if not path.is_file():
            raise StartError(_NO_FILE)
        with path.open("rb") as file:
            beginning = file.read(len(_MAGIC))
        if beginning not in (b"", _MAGIC):
            raise StartError(_NO_DATABASE)


def connect(path: Path) -> sqlite3.Connection:
    """Connect to a file with the settings that the store relies on."""
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(_CORRUPT)


def _reason(error: Exception) -> str:
    """Return what is wrong with the file and how to fix it."""
    advice = {
        sqlite3.SQLITE_BUSY: "another process holds a lock on it; end that process or name another file",
        sqlite3.SQLITE_CORRUPT: _CORRUPT,
        sqlite3.SQLITE_NOTADB: _NO_DATABASE,
        sqlite3.SQLITE_READONLY: "it is read-only; make it and its folder writable or name another file",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that it is a file in a writable folder",
    }
    # The lowest byte of an extended error code is the primary code.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return advice.get(code, getattr(error, "strerror", None) or str(error))
