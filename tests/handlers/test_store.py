"""The store: grouped commits, their failures, and what is remembered of the catalogue."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from checkpoint_handlers import seed
from checkpoint_handlers.auth import digest_of
from checkpoint_handlers.clock import Clock
from checkpoint_handlers.ids import new_id
from checkpoint_handlers.schema_sqlite import MIGRATIONS
from checkpoint_handlers.store import StoreUnavailableError
from checkpoint_handlers.store_sqlite import SqliteStore
from checkpoint_handlers.writer import LONGEST_QUEUE, GroupWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    """Give a connection with a table of unique numbers, as a writer takes it over."""
    opened = sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)
    opened.execute("CREATE TABLE numbers (value INTEGER UNIQUE)")
    return opened


@pytest.fixture
def writer(connection: sqlite3.Connection) -> Iterator[GroupWriter]:
    """Give a writer on that connection."""
    group_writer = GroupWriter(connection)
    yield group_writer
    group_writer.close()


def insert(value: int) -> Any:
    """Return a job that inserts a number and returns it."""

    def job(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO numbers VALUES (?)", (value,))
        return value

    return job


async def held(writer: GroupWriter) -> tuple[threading.Event, asyncio.Task[None]]:
    """Keep the writer busy until the event is set, so that what follows waits in its queue."""
    started, release = threading.Event(), threading.Event()

    def job(_connection: sqlite3.Connection) -> None:
        started.set()
        release.wait(10)

    task = asyncio.create_task(writer.run(job))
    await asyncio.to_thread(started.wait, 10)
    return release, task


def test_waiting_jobs_share_a_commit(connection: sqlite3.Connection, writer: GroupWriter) -> None:
    """A hundred jobs that wait together are committed at once and answered each with its own result."""
    commits: list[str] = []
    connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)

    async def crowd() -> list[int]:
        release, holding = await held(writer)
        jobs = [asyncio.create_task(writer.run(insert(number))) for number in range(100)]
        await asyncio.sleep(0)
        release.set()
        await holding
        return await asyncio.gather(*jobs)

    assert asyncio.run(crowd()) == list(range(100))
    assert len(commits) == 2


def test_a_bad_job_does_not_fail_its_neighbours(connection: sqlite3.Connection, writer: GroupWriter) -> None:
    """Of a group with one job that violates a constraint, only that one fails and the others are stored."""

    async def crowd() -> list[Any]:
        release, holding = await held(writer)
        jobs = [asyncio.create_task(writer.run(insert(number))) for number in (1, 2, 2, 3)]
        await asyncio.sleep(0)
        release.set()
        await holding
        return await asyncio.gather(*jobs, return_exceptions=True)

    first, second, double, third = asyncio.run(crowd())
    assert (first, second, third) == (1, 2, 3)
    assert isinstance(double, sqlite3.IntegrityError)
    assert connection.execute("SELECT value FROM numbers").fetchall() == [(1,), (2,), (3,)]


def test_a_full_queue_is_unavailable(writer: GroupWriter) -> None:
    """When more writes wait than the queue holds the rest is refused at once, and those waiting succeed."""

    async def flood() -> tuple[int, int]:
        release, holding = await held(writer)
        jobs = [asyncio.create_task(writer.run(insert(number))) for number in range(2000)]
        await asyncio.sleep(0)
        release.set()
        await holding
        outcomes = await asyncio.gather(*jobs, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, StoreUnavailableError)]
        return len(refused), len(outcomes) - len(refused)

    assert asyncio.run(flood()) == (2000 - LONGEST_QUEUE, LONGEST_QUEUE)


def test_a_change_of_the_catalogue_is_seen_at_once(tmp_path: Path) -> None:
    """A policy renamed and a token revoked by another process are not remembered."""
    database = tmp_path / "db"
    store = SqliteStore(database, seed.seeder(database))
    tokens = seed.DemoTokens.read(seed.tokens_path(database))
    assert tokens is not None
    digest = digest_of(tokens.token)

    async def look() -> tuple[str | None, str | None]:
        caller = await store.caller(digest)
        policy = await store.policy(seed.PROJECT_ID, seed.PLAN_ID)
        return caller and caller.role, policy and policy.name

    assert asyncio.run(look()) == asyncio.run(look()) == ("operate", "backup")
    with closing(sqlite3.connect(database)) as other:
        for statement, seen in (
            ("UPDATE policies SET name = 'renamed'", ("operate", "renamed")),
            ("UPDATE tokens SET role = 'read-only'", ("read-only", "renamed")),
            ("DELETE FROM tokens", (None, "renamed")),
        ):
            with other:
                other.execute(statement)
            assert asyncio.run(look()) == seen
    store.close()


def test_the_store_is_synchronised_and_versioned(tmp_path: Path) -> None:
    """The file is in write-ahead mode and carries the version of its schema."""
    database = tmp_path / "db"
    SqliteStore(database, seed.seeder(database)).close()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_a_failed_migration_leaves_an_empty_file(tmp_path: Path) -> None:
    """When filling a new database fails nothing of it stays, and the next start succeeds."""
    database = tmp_path / "db"

    def fail(_connection: sqlite3.Connection) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Exception, match="No space left"):
        SqliteStore(database, fail)
    SqliteStore(database, seed.seeder(database)).close()


def test_identifiers_are_ordered_uuids() -> None:
    """Identifiers are UUIDs of version 7, unique, and in the order of their milliseconds."""
    drawn = [UUID(new_id()) for _ in range(5000)]
    assert len(set(drawn)) == 5000
    assert {(identifier.version, identifier.variant) for identifier in drawn} == {
        (7, "specified in RFC 4122")
    }
    milliseconds = [identifier.int >> 80 for identifier in drawn]
    assert milliseconds == sorted(milliseconds)


def test_the_clock_never_runs_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the system's clock is stepped back the service's stands still."""
    clock = Clock()
    before = clock.stamp()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert clock.stamp() == before
    assert clock.stamp(ahead=1.0) > before


def test_a_time_has_always_six_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time on a full second is written like any other."""
    monkeypatch.setattr(time, "time_ns", lambda: 1_481_059_229_000_000_000)
    assert Clock().stamp() == "2016-12-06T21:20:29.000000"
