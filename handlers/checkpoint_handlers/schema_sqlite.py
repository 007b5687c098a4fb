"""The tables of the SQLite store, and how a database of an earlier version becomes one of this."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from checkpoint_handlers.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["APPLICATION_ID", "MIGRATIONS", "migrate"]

APPLICATION_ID = 0x43534253
"""`CSBS` in ASCII: what `PRAGMA application_id` says in a database of this server."""

_CATALOGUE = ("projects", "tokens", "policies", "resources")

_VERSION_1 = (
    """CREATE TABLE projects (
        id TEXT PRIMARY KEY,
        verified INTEGER NOT NULL,
        open INTEGER NOT NULL,
        quota INTEGER)""",
    """CREATE TABLE tokens (
        digest BLOB PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id),
        role TEXT NOT NULL CHECK (role IN ('operate', 'read-only')),
        expires_at TEXT)""",
    """CREATE TABLE policies (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        project_id TEXT NOT NULL REFERENCES projects (id),
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        parameters TEXT NOT NULL,
        scheduled_operations TEXT NOT NULL,
        tags TEXT NOT NULL)""",
    "CREATE INDEX policies_of_project ON policies (project_id)",
    """CREATE TABLE resources (
        policy_id TEXT NOT NULL REFERENCES policies (id),
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        name TEXT NOT NULL,
        extra_info TEXT,
        obstacle TEXT,
        PRIMARY KEY (policy_id, position),
        UNIQUE (policy_id, id)) WITHOUT ROWID""",
    """CREATE TABLE checkpoints (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        project_id TEXT NOT NULL,
        policy_id TEXT NOT NULL,
        auto_trigger INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        ready_at TEXT NOT NULL)""",
    "CREATE INDEX checkpoints_of_project ON checkpoints (project_id)",
    "CREATE INDEX running_checkpoints ON checkpoints (policy_id, ready_at)",
    """CREATE TABLE items (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        project_id TEXT NOT NULL,
        policy_id TEXT NOT NULL,
        checkpoint_id TEXT NOT NULL,
        resource_id TEXT NOT NULL,
        resource_type TEXT NOT NULL,
        name TEXT NOT NULL,
        extra_info TEXT,
        created_at TEXT NOT NULL,
        ready_at TEXT NOT NULL)""",
    "CREATE INDEX items_of_project ON items (project_id)",
    "CREATE INDEX items_of_checkpoint ON items (checkpoint_id)",
    # Every change of the catalogue raises the revision, by which the readers know that their memory is stale.
    "CREATE TABLE revision (value INTEGER NOT NULL)",
    "INSERT INTO revision VALUES (0)",
    *(
        f"CREATE TRIGGER {table}_{event.lower()} AFTER {event} ON {table} "  # noqa: S608 - names from above
        "BEGIN UPDATE revision SET value = value + 1; END"
        for table in _CATALOGUE
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
    f"PRAGMA application_id = {APPLICATION_ID}",
)

MIGRATIONS: Sequence[Sequence[str]] = (_VERSION_1,)
"""The statements that lead from each version, beginning with 0, to the next; only ever appended to."""


def migrate(connection: sqlite3.Connection, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Bring the database to the newest version in one transaction, and `fill` it when it is new.

    Raises `StartError` when it belongs to another program or to a later version of this one.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        if version == 0:
            fill(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of a database of this server, 0 for an empty file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise StartError("it is the database of another program; name another file")
    if version > len(MIGRATIONS):
        raise StartError(
            f"it has version {version} and this server knows {len(MIGRATIONS)}; install a newer server"
        )
    return int(version)
