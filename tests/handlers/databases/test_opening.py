"""How a store is opened: made, shared, brought to this version, or refused."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_handlers.databases import schema_postgres, schema_sqlite
from checkpoint_handlers.databases.stores import open_store
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.ids import new_id
from checkpoint_handlers.seeding import seed
from checkpoint_handlers.store import DeleteOutcome, ItemFilter, Page, StoreUnavailableError

from handlers.postgres import execute
from handlers.storing import NOW, POLICY, PROJECT, RESOURCES, checkpoint, entries, opened

if TYPE_CHECKING:
    from pathlib import Path

    from checkpoint_handlers.store import Entry

    from handlers.postgres import Postgres


def outside(database: str, statement: str) -> None:
    """Carry out a statement as another program would."""
    if database.startswith("postgresql:"):
        asyncio.run(execute(database, statement))
        return
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def test_a_start_that_fails_leaves_nothing(database: str) -> None:
    """When the first entries cannot be had nothing stays, and the next start succeeds."""

    def fail() -> list[Entry]:
        raise StartError("No space left on device")

    async def start() -> None:
        with pytest.raises(StartError, match="No space left"):
            await open_store(database, fail)
        async with opened(database) as store:
            assert await store.projects() == [PROJECT]

    asyncio.run(start())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://127.0.0.1:1/none", "Connection refused"),
        ("postgresql:///none?host=/nowhere", "No such file or directory"),
    ],
)
def test_a_database_out_of_reach_is_named(url: str, reason: str) -> None:
    """A PostgreSQL that nothing serves is told in the words of the system, with what to do."""
    with pytest.raises(StartError, match=rf"{reason}\); check that PostgreSQL runs there, or name another"):
        asyncio.run(open_store(url, entries))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [("CREATE TABLE theirs (id INTEGER)", "another program"), (None, "version 99")],
)
def test_a_database_that_is_not_ours_is_refused(database: str, statement: str | None, reason: str) -> None:
    """The tables of another program, and those of a later version, are left alone."""
    if statement is None:

        async def make() -> None:
            async with opened(database):
                pass

        asyncio.run(make())
        is_postgres = database.startswith("postgresql:")
        outside(
            database,
            "UPDATE checkpoint_schema SET version = 99" if is_postgres else "PRAGMA user_version = 99",
        )
    else:
        outside(database, statement)
    with pytest.raises(StartError, match=reason) as caught:
        asyncio.run(open_store(database, entries))
    assert "\n" not in str(caught.value)


def test_servers_that_start_together_make_one_database(database: str) -> None:
    """Of stores opened at the same moment one makes the tables and the entries."""

    async def start() -> None:
        asked: list[int] = []

        def initial() -> list[Entry]:
            asked.append(1)
            return entries()

        stores = await asyncio.gather(*(open_store(database, initial) for _ in range(4)))
        assert len(asked) == 1
        for store in stores:
            await store.close()

    asyncio.run(start())


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    """A PostgreSQL that is not there gives one line, and no secret."""
    with pytest.raises(StartError) as caught:
        asyncio.run(open_store("postgresql://me:secret@127.0.0.1:1/db", entries))
    line = str(caught.value)
    assert line.startswith("Cannot use the database postgresql://127.0.0.1:1/db: ")
    assert "secret" not in line
    assert "\n" not in line


def test_the_file_is_synchronised_and_versioned(tmp_path: Path) -> None:
    """The file is in write-ahead mode and carries the version of its schema."""
    database = tmp_path / "db"
    asyncio.run(make_demo(database))
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema_sqlite.MIGRATIONS),)


async def make_demo(database: Path) -> None:
    """Make a database with the sample data."""
    async with opened(str(database), seed.seeder(database.with_name("tokens"))):
        pass


def test_a_database_of_an_earlier_version_is_migrated(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a store of the first version with these columns has stored is there, and goes on from there."""
    schema, first = (schema_postgres, 1) if database.startswith("postgresql:") else (schema_sqlite, 2)
    held = checkpoint(ready_at="9999")

    async def make() -> None:
        async with opened(database) as store:
            await store.create(held, exclusive=False)

    async def look() -> None:
        async with opened(database) as store:
            assert await store.policy(PROJECT.id, POLICY.id) == POLICY
            items = await store.items(PROJECT.id, Page(10), ItemFilter(), NOW)
            assert [(item.checkpoint_id, item.settled) for item in items] == [(held.id, False)] * 3
            await store.settle([held.id])
            assert await store.delete(PROJECT.id, held.id, NOW) is DeleteOutcome.DELETED

    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:first])
        asyncio.run(make())
    asyncio.run(look())


def test_a_file_of_version_1_is_migrated(tmp_path: Path) -> None:
    """Policies and checkpoints of the first version are there after a start of this one."""
    database = str(tmp_path / "db")
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in schema_sqlite.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO projects VALUES (?, 1, 1, NULL)", (PROJECT.id,))
        connection.execute(
            "INSERT INTO policies VALUES (1, ?, ?, 'backup', '', 1, ?, '{}', '[]', '[]')",
            (POLICY.id, PROJECT.id, POLICY.created_at),
        )
        connection.executemany(
            "INSERT INTO resources VALUES (?, ?, ?, ?, ?, NULL, NULL)",
            [(POLICY.id, place, each.id, each.type, each.name) for place, each in enumerate(RESOURCES)],
        )
        connection.execute(
            "INSERT INTO checkpoints VALUES (1, ?, ?, ?, 0, ?, ?)",
            (POLICY.id, PROJECT.id, POLICY.id, NOW, NOW),
        )
        connection.execute(
            "INSERT INTO items VALUES "
            "(1, ?, ?, ?, ?, 'server-0', 'OS::Nova::Server', 'manualbk_name0', '{}', ?, ?)",
            (new_id(), PROJECT.id, POLICY.id, POLICY.id, NOW, NOW),
        )

    async def look() -> None:
        async with opened(database) as store:
            assert await store.policy(PROJECT.id, POLICY.id) == POLICY
            (item,) = await store.items(PROJECT.id, Page(10), ItemFilter(checkpoint_id=POLICY.id), NOW)
            assert (item.resource_id, item.name, item.extra_info) == ("server-0", "manualbk_name0", "{}")
            assert item.settled
            assert await store.items(PROJECT.id, Page(10, marker=item.id), ItemFilter(), NOW) == []

    asyncio.run(look())


class Signalled(sqlite3.Connection):
    """A connection whose process is told to end while it commits."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:  # type: ignore[override] # as called here
        """Execute a statement; the signal's handler then runs before the next one."""
        cursor = super().execute(statement, *values)
        if statement == "COMMIT":
            raise SystemExit(0)
        return cursor


def test_a_signal_during_the_first_commit_ends_the_start(tmp_path: Path) -> None:
    """A start that is told to end while it commits ends so, and what it committed stays."""
    path = tmp_path / "store.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, factory=Signalled)) as connection:
        with pytest.raises(SystemExit):
            schema_sqlite.migrate(connection, entries)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema_sqlite.MIGRATIONS),)


def test_a_database_that_turns_read_only_is_not_ready(postgres: Postgres) -> None:
    """A PostgreSQL that takes no writes, as a standby does, is not ready, and starts no server."""
    url = postgres.new_database()

    async def turn() -> str:
        async with opened(url) as store:
            await store.ping()
            name = url.rpartition("/")[2]
            admin = postgres.url("postgres")
            await execute(admin, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            await execute(
                admin,
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            )
            async with asyncio.timeout(10):
                while True:
                    try:
                        await store.ping()
                    except StoreUnavailableError as error:
                        if "is read-only" in str(error):
                            break
            with pytest.raises(StartError) as caught:
                await open_store(url, entries)
            return str(caught.value)

    assert asyncio.run(turn()).endswith("it is read-only; name one that accepts writes.")
