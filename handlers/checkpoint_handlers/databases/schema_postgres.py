"""The tables of the PostgreSQL store, and migrations from earlier versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checkpoint_handlers.databases.statements import numbered, saving
from checkpoint_handlers.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asyncpg import Connection
    from asyncpg.pool import PoolConnectionProxy

    from checkpoint_handlers.store import Entry

__all__ = ["CHANNEL", "MIGRATIONS", "migrate"]

CHANNEL = "checkpoint_catalogue"
"""The channel that announces every change to the catalogue."""

_LOCK = 0x43534253
"""The lock held while migrating, because several servers may start at once."""

_ITEMS = """CREATE VIEW items AS SELECT
    checkpoint.seq,
    each.position,
    left(checkpoint.id, 32) || lpad(to_hex(each.position), 4, '0') AS id,
    checkpoint.project_id,
    checkpoint.id AS checkpoint_id,
    checkpoint.policy_id,
    (each.value ->> 'id') COLLATE "C" AS resource_id,
    (each.value ->> 'type') COLLATE "C" AS resource_type,
    (each.value ->> 'name') COLLATE "C" AS name,
    each.value ->> 'extra_info' AS extra_info,
    checkpoint.created_at,
    checkpoint.ready_at{settled}
    FROM checkpoints AS checkpoint,
    json_array_elements(checkpoint.resources) WITH ORDINALITY AS each (value, position)"""
"""One row for each resource of each checkpoint; a later version added `settled`."""

_VERSION_1 = (
    # Compare text byte by byte, as SQLite does, whatever the database's locale: times and ids rely on it.
    """CREATE TABLE projects (
        id TEXT COLLATE "C" PRIMARY KEY,
        verified BOOLEAN NOT NULL,
        open BOOLEAN NOT NULL,
        quota INTEGER)""",
    """CREATE TABLE tokens (
        digest BYTEA PRIMARY KEY,
        project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
        role TEXT NOT NULL CHECK (role IN ('operate', 'read-only')),
        expires_at TEXT COLLATE "C")""",
    """CREATE TABLE policies (
        seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id TEXT COLLATE "C" NOT NULL UNIQUE,
        project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
        name TEXT COLLATE "C" NOT NULL,
        description TEXT NOT NULL,
        enabled BOOLEAN NOT NULL,
        created_at TEXT COLLATE "C" NOT NULL,
        parameters TEXT NOT NULL,
        scheduled_operations TEXT NOT NULL,
        tags TEXT NOT NULL,
        resources TEXT NOT NULL)""",
    "CREATE INDEX policies_of_project ON policies (project_id)",
    """CREATE TABLE checkpoints (
        seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id TEXT COLLATE "C" NOT NULL UNIQUE,
        project_id TEXT COLLATE "C" NOT NULL,
        policy_id TEXT COLLATE "C" NOT NULL,
        auto_trigger BOOLEAN NOT NULL,
        created_at TEXT COLLATE "C" NOT NULL,
        ready_at TEXT COLLATE "C" NOT NULL,
        resources JSON NOT NULL)""",
    "CREATE INDEX checkpoints_of_project ON checkpoints (project_id, seq)",
    "CREATE INDEX running_checkpoints ON checkpoints (policy_id, ready_at) WHERE ready_at > created_at",
    """CREATE TABLE scenarios (
        seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        project_id TEXT NOT NULL,
        status INTEGER NOT NULL,
        code TEXT NOT NULL)""",
    _ITEMS.format(settled=""),
    f"""CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_notify(''{CHANNEL}'', ''''); RETURN NULL; END'""",
    *(
        f"CREATE TRIGGER {table}_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        for table in ("projects", "tokens", "policies")
    ),
)

_VERSION_2 = (
    # An item once reported as available stays available, even if the clock is set back before a restart.
    "ALTER TABLE checkpoints ADD COLUMN settled BOOLEAN NOT NULL DEFAULT FALSE",
    "DROP VIEW items",
    _ITEMS.format(settled=", checkpoint.settled"),
)

_VERSION_3 = (
    # Reading another project's policy before refusing it takes longer than finding none: a timing leak.
    "CREATE UNIQUE INDEX policies_by_project ON policies (project_id, id)",
)

MIGRATIONS: Sequence[Sequence[str]] = (_VERSION_1, _VERSION_2, _VERSION_3)
"""The statements that migrate from each version, starting at 0, to the next; append only."""


async def migrate(
    connection: Connection | PoolConnectionProxy, initial: Callable[[], Iterable[Entry]]
) -> None:
    """Migrate the database to the latest version in one transaction; fill a new one with `initial` entries.

    Raises `StartError` if it holds the tables of another program or of a later version of this one.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        version = await _version(connection)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                await connection.execute(statement)
        # Write even if nothing changed, so that a read-only database is reported at startup.
        await connection.execute("UPDATE checkpoint_schema SET version = $1", len(MIGRATIONS))
        if version == 0:
            for entry in initial():
                text, values = saving(entry)
                await connection.execute(numbered(text), *values)


async def _version(connection: Connection | PoolConnectionProxy) -> int:
    """Return the schema version of the database: 0 if it is empty, after adding a version table."""
    tables = {
        row[0]
        for row in await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
    }
    if not tables:
        await connection.execute("CREATE TABLE checkpoint_schema (version INTEGER NOT NULL)")
        await connection.execute("INSERT INTO checkpoint_schema VALUES (0)")
        return 0
    if "checkpoint_schema" not in tables:
        raise StartError("it belongs to another program; name another one")
    version: int = await connection.fetchval("SELECT version FROM checkpoint_schema")
    if version > len(MIGRATIONS):
        raise StartError(
            f"it has version {version}, but this server knows {len(MIGRATIONS)}; install a newer server"
        )
    return version
