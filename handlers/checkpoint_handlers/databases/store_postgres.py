"""The store in a PostgreSQL database, which several processes and machines may share.

One connection writes, each group in one transaction; a few others read. The catalogue is cached between
requests until the database announces a change, but for `MEMORY` seconds at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncpg

from checkpoint_handlers.databases import statements
from checkpoint_handlers.databases.groups import Groups
from checkpoint_handlers.databases.orders import Create, Delete, Settle
from checkpoint_handlers.databases.schema_postgres import CHANNEL, migrate
from checkpoint_handlers.databases.statements import numbered
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.store import CreateOutcome, DeleteOutcome, StoreUnavailableError, Token

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Sequence

    from asyncpg.pool import PoolConnectionProxy

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

__all__ = ["CONNECTION", "MEMORY", "PATIENCE", "PostgresStore", "reachable"]

MEMORY = 5.0
"""Seconds after which the catalogue is read again, in case a notification was lost."""
PATIENCE = 5.0
"""Seconds that a statement may take, well within a client's timeout."""
CONNECTION: dict[str, Any] = {
    "timeout": PATIENCE,
    "command_timeout": PATIENCE,
    "server_settings": {"application_name": "checkpoint-contract", "synchronous_commit": "on"},
}
"""Arguments for each new connection."""
_PAUSE = 0.2
"""Seconds between attempts to reconnect to an unreachable database."""
_READERS = 4

_INSERT = (
    "INSERT INTO checkpoints (id, project_id, policy_id, auto_trigger, created_at, ready_at, resources) "
    "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::json[])"
)
_LOCK_POLICY = "SELECT FROM policies WHERE id = $1 FOR UPDATE"
_LOCK_PROJECT = "SELECT FROM projects WHERE id = $1 FOR UPDATE"

_OUT_OF_REACH = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection ended between the steps of a statement
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
)


class PostgresStore:
    """A `Store` in a PostgreSQL database; create one with `open`."""

    def __init__(self, pool: asyncpg.Pool, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._pool = pool
        self._writing = _Connection(connect)
        self._listening = _Connection(connect, self._listen)
        self._groups: Groups[Order, Outcome] = Groups(self._write)
        self._fresh_until = 0.0
        self._generation = 0
        """The number of announced changes: data read before a change is not cached after it."""
        self._callers: dict[bytes, Caller] = {}
        self._policies: dict[tuple[str, str], Policy] = {}

    @classmethod
    async def open(cls, url: str, initial: Callable[[], Iterable[Entry]]) -> PostgresStore:
        """Open the store at `url`; an empty database gets the tables and the entries of `initial`.

        Raises `StartError` if the database is unreachable or belongs to another program.
        """
        try:
            pool = await asyncpg.create_pool(url, min_size=1, max_size=_READERS, **CONNECTION)
        except (*_OUT_OF_REACH, asyncpg.PostgresError, ValueError) as error:
            raise _reason(error) from error
        try:
            async with pool.acquire() as connection:
                await migrate(connection, initial)
        except BaseException as error:
            await pool.close()
            if isinstance(error, (*_OUT_OF_REACH, asyncpg.PostgresError, StartError)):
                raise _reason(error) from error
            raise
        return cls(pool, partial(asyncpg.connect, url, **CONNECTION))

    async def caller(self, digest: bytes) -> Caller | None:
        """Return the owner of the token with this SHA-256, or None."""
        await self._forget_what_changed()
        known = self._callers.get(digest)
        if known is not None:
            return known
        generation = self._generation
        row = await self._one(statements.CALLER, digest)
        caller = None if row is None else statements.caller_of(row)
        if caller is not None and generation == self._generation:
            self._callers[digest] = caller
        return caller

    async def policy(self, project_id: str, policy_id: str) -> Policy | None:
        """Return a policy of the project, or None if it is unknown or belongs to another project."""
        await self._forget_what_changed()
        known = self._policies.get((project_id, policy_id))
        if known is not None:
            return known
        generation = self._generation
        row = await self._one(statements.POLICY, policy_id, project_id)
        policy = None if row is None else statements.policy_of(row)
        if policy is not None and generation == self._generation:
            self._policies[project_id, policy_id] = policy
        return policy

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
        rows = await self._page(statements.policies_listing(project_id, page, name))
        return [statements.policy_of(row) for row in rows]

    async def items(self, project_id: str, page: Page, wanted: ItemFilter, now: str) -> list[Item]:
        """List the checkpoint items of a project."""
        rows = await self._page(statements.items_listing(project_id, page, wanted, now))
        return [statements.item_of(row) for row in rows]

    async def settle(self, checkpoint_ids: Iterable[str]) -> None:
        """Mark checkpoints as available regardless of the time, durably once this returns."""
        await self._groups.put(Settle(sorted(checkpoint_ids)))

    async def save(self, entries: Iterable[Entry]) -> None:
        """Store entries of the catalogue, all or none."""
        async with self._reader() as connection, connection.transaction():
            with _related():
                for entry in entries:
                    text, values = statements.saving(entry)
                    await connection.execute(numbered(text), *values)

    async def remove(self, kind: type[Entry], identifier: str | bytes) -> bool:
        """Remove an entry; return whether it existed."""
        with _related():
            return await self._one(statements.REMOVE[kind], identifier) is not None

    async def projects(self) -> list[Project]:
        """List all projects."""
        async with self._reader() as connection:
            return [statements.project_of(tuple(row)) for row in await connection.fetch(statements.PROJECTS)]

    async def tokens(self) -> list[Token]:
        """List all tokens."""
        async with self._reader() as connection:
            return [Token(*row) for row in await connection.fetch(statements.TOKENS)]

    async def ping(self) -> None:
        """Check that the database responds and accepts writes."""
        async with self._reader() as connection:
            # A standby, and a database whose `default_transaction_read_only` is on.
            if await connection.fetchval("SELECT current_setting('transaction_read_only')::bool"):
                raise StoreUnavailableError("the database is read-only")

    async def close(self) -> None:
        """Finish queued writes and close the connections."""
        await self._groups.finish()
        for connection in (self._listening, self._writing):
            await connection.close()
        try:
            await asyncio.wait_for(self._pool.close(), PATIENCE)
        except TimeoutError:
            self._pool.terminate()

    async def _forget_what_changed(self) -> None:
        """Clear the cached catalogue after a change, without a listening connection, and periodically."""
        loop = asyncio.get_running_loop()
        if self._listening.open and loop.time() < self._fresh_until:
            return
        with reachable():
            await self._listening.get()
        self._callers.clear()
        self._policies.clear()
        self._fresh_until = loop.time() + MEMORY

    async def _listen(self, connection: asyncpg.Connection) -> None:
        await connection.add_listener(CHANNEL, self._hear)

    def _hear(self, *_told: object) -> None:
        self._fresh_until = 0.0
        self._generation += 1

    async def _write(self, orders: Sequence[Order]) -> Sequence[Outcome]:
        """Execute orders in one transaction."""
        plain = [order.checkpoint for order in orders if isinstance(order, Create) and order.unconditional]
        with reachable():
            connection = await self._writing.get()
            if len(plain) == len(orders):
                await _insert(connection, plain)
                return [CreateOutcome.CREATED] * len(plain)
            async with connection.transaction():
                return [await _carry_out(connection, order) for order in orders]

    async def _page(self, listing: Listing) -> list[tuple[Any, ...]]:
        start = None
        async with self._reader() as connection:
            try:
                if listing.marker is not None:
                    text, values = listing.marker
                    start = await connection.fetchrow(numbered(text), *values)
                    if start is None:
                        return []
                text, values = listing.behind(None if start is None else tuple(start))
                return [tuple(row) for row in await connection.fetch(numbered(text), *values)]
            except asyncpg.CharacterNotInRepertoireError:
                return []  # no text in the database holds U+0000, so nothing matches

    async def _one(self, text: str, *values: Any) -> tuple[Any, ...] | None:
        async with self._reader() as connection:
            row = await connection.fetchrow(numbered(text), *values)
        return None if row is None else tuple(row)

    @contextlib.asynccontextmanager
    async def _reader(self) -> AsyncGenerator[PoolConnectionProxy]:
        with reachable():
            async with self._pool.acquire(timeout=PATIENCE) as connection:
                yield connection


class _Connection:
    """A connection for one purpose, replaced if it is lost."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        prepare: Callable[[asyncpg.Connection], Awaitable[None]] | None = None,
    ) -> None:
        self._connect = connect
        self._prepare = prepare
        self._held: asyncpg.Connection | None = None
        self._lock = asyncio.Lock()
        self._refused_until = 0.0

    @property
    def open(self) -> bool:
        """Whether it is open."""
        return self._held is not None and not self._held.is_closed()

    async def get(self) -> asyncpg.Connection:
        """Return the connection, reconnecting if necessary; raise any connection error."""
        async with self._lock:
            if self._held is not None and not self._held.is_closed():
                return self._held
            loop = asyncio.get_running_loop()
            if loop.time() < self._refused_until:
                raise ConnectionError("the database was unreachable a moment ago")
            self._refused_until = loop.time() + _PAUSE
            connection = await self._connect()
            if self._prepare is not None:
                await self._prepare(connection)
            self._refused_until = 0.0
            self._held = connection
            return connection

    async def close(self) -> None:
        """Close it."""
        if self._held is not None:
            await self._held.close(timeout=PATIENCE)


async def _insert(connection: asyncpg.Connection, checkpoints: Sequence[NewCheckpoint]) -> None:
    columns = zip(*(statements.checkpoint_row(new) for new in checkpoints), strict=True)
    await connection.execute(_INSERT, *columns)


async def _carry_out(connection: asyncpg.Connection, order: Order) -> Outcome:
    if isinstance(order, Delete):
        return await _delete(connection, order)
    if isinstance(order, Settle):
        values = [(identifier,) for identifier in order.checkpoint_ids]
        await connection.executemany(numbered(statements.SETTLE), values)
        return None
    new = order.checkpoint
    if order.exclusive:
        # Other processes wait here, then find the first one's checkpoint.
        await connection.execute(_LOCK_POLICY, new.policy_id)
        running = await connection.fetchrow(numbered(statements.RUNNING), new.policy_id, new.created_at)
        if running is not None:
            return CreateOutcome.RUNNING_BY_SCHEDULE if running[0] else CreateOutcome.RUNNING_BY_HAND
    if new.project.quota is not None:
        await connection.execute(_LOCK_PROJECT, new.project.id)
        held: int = await connection.fetchval(numbered(statements.HELD), new.project.id)
        if held >= new.project.quota:
            return CreateOutcome.QUOTA_EXCEEDED
    await _insert(connection, [new])
    return CreateOutcome.CREATED


async def _delete(connection: asyncpg.Connection, order: Delete) -> DeleteOutcome:
    if "\0" in order.checkpoint_id:
        return DeleteOutcome.UNKNOWN  # no text in the database holds U+0000, and asking for one is an error
    values = (order.now, order.checkpoint_id, order.project_id)
    protecting: bool | None = await connection.fetchval(numbered(statements.PROTECTING), *values)
    if protecting is None:
        return DeleteOutcome.UNKNOWN
    if protecting:
        return DeleteOutcome.PROTECTING
    deleted = await connection.execute(numbered(statements.DELETE), order.checkpoint_id)
    # Another process may have deleted it first.
    return DeleteOutcome.DELETED if deleted == "DELETE 1" else DeleteOutcome.UNKNOWN


@contextlib.contextmanager
def _related() -> Generator[None]:
    """Raise `ValueError` if a reference between entries breaks in the block."""
    try:
        yield
    except asyncpg.ForeignKeyViolationError as error:
        raise ValueError("the project of an entry does not exist, or still has tokens or policies") from error


@contextlib.contextmanager
def reachable() -> Generator[None]:
    """Raise `StoreUnavailableError` if the database fails in the block."""
    try:
        yield
    except _OUT_OF_REACH as error:
        raise StoreUnavailableError(str(error) or type(error).__name__) from error


def _reason(error: Exception) -> StartError:
    """Return the error as a `StartError` with a one-line message."""
    if isinstance(error, OSError) and error.errno is not None:
        # asyncio puts a text of its own in place of that of the system.
        told = os.strerror(error.errno) if error.errno > 0 else error.strerror
        return StartError(f"it is unreachable ({told}); check that PostgreSQL runs there, or name another")
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return StartError("it is read-only; name one that accepts writes")
    return StartError(next(iter(str(error).rstrip(".").splitlines()), "") or "it does not respond")
