"""The tables of the SQLite store, and migrations from earlier versions."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from checkpoint_handlers.databases.statements import saving
from checkpoint_handlers.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from checkpoint_handlers.store import Entry

__all__ = ["APPLICATION_ID", "MIGRATIONS", "migrate"]

APPLICATION_ID = 0x43534253
"""`CSBS` in ASCII: the `PRAGMA application_id` of this server's databases."""

_CATALOGUE = ("projects", "tokens", "policies", "resources")

_ITEMS = """CREATE VIEW items AS SELECT
    checkpoint.seq,
    each.key AS position,
    substr(checkpoint.id, 1, 32) || printf('%04x', each.key + 1) AS id,
    checkpoint.project_id,
    checkpoint.id AS checkpoint_id,
    checkpoint.policy_id,
    each.value ->> 'id' AS resource_id,
    each.value ->> 'type' AS resource_type,
    each.value ->> 'name' AS name,
    each.value ->> 'extra_info' AS extra_info,
    checkpoint.created_at,
    checkpoint.ready_at{settled}
    FROM checkpoints AS checkpoint, json_each(checkpoint.resources) AS each"""
"""One row for each resource of each checkpoint; a later version added `settled`."""

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
    # Every change to the catalogue increments the revision, which tells readers that their cache is stale.
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

_VERSION_2 = (
    # One row for a checkpoint with its resources, and one for a policy: three fewer inserts per request.
    "ALTER TABLE policies ADD COLUMN resources TEXT NOT NULL DEFAULT '[]'",
    """UPDATE policies SET resources = (
        SELECT json_group_array(json_object(
            'id', id, 'type', type, 'name', name, 'extra_info', extra_info, 'obstacle', obstacle))
        FROM (SELECT * FROM resources WHERE policy_id = policies.id ORDER BY position))""",
    "DROP TABLE resources",
    "ALTER TABLE checkpoints ADD COLUMN resources TEXT NOT NULL DEFAULT '[]'",
    """UPDATE checkpoints SET resources = (
        SELECT json_group_array(json_object(
            'id', resource_id, 'type', resource_type, 'name', name, 'extra_info', extra_info))
        FROM (SELECT * FROM items WHERE checkpoint_id = checkpoints.id ORDER BY seq))""",
    "DROP TABLE items",
    # Only a checkpoint that stays protecting can be running; without --protect-seconds the index is empty.
    "DROP INDEX running_checkpoints",
    "CREATE INDEX running_checkpoints ON checkpoints (policy_id, ready_at) WHERE ready_at > created_at",
    "CREATE TABLE scenarios (seq INTEGER PRIMARY KEY, project_id TEXT NOT NULL, status INTEGER, code TEXT)",
    _ITEMS.format(settled=""),
)

_VERSION_3 = (
    # An item once reported as available stays available, even if the clock is set back before a restart.
    "ALTER TABLE checkpoints ADD COLUMN settled INTEGER NOT NULL DEFAULT 0",
    "DROP VIEW items",
    _ITEMS.format(settled=", checkpoint.settled"),
)

_VERSION_4 = (
    # Reading another project's policy before refusing it takes longer than finding none: a timing leak.
    "CREATE UNIQUE INDEX policies_by_project ON policies (project_id, id)",
)

MIGRATIONS: Sequence[Sequence[str]] = (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4)
"""The statements that migrate from each version, starting at 0, to the next; append only."""


def migrate(connection: sqlite3.Connection, initial: Callable[[], Iterable[Entry]]) -> None:
    """Migrate the database to the latest version in one transaction; fill a new one with `initial` entries.

    Raises `StartError` if it belongs to another program or to a later version of this one.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        # Write even if nothing changed, so that a read-only file is reported at startup.
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        if version == 0:
            for entry in initial():
                connection.execute(*saving(entry))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # not after a failure that undid it, or a signal just after the commit
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    """Return the schema version of the database, 0 if the file is empty."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise StartError("it belongs to another program; name another file")
    if version > len(MIGRATIONS):
        raise StartError(
            f"it has version {version}, but this server knows {len(MIGRATIONS)}; install a newer server"
        )
    return int(version)
