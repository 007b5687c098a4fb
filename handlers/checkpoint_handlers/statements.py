"""The SQL of the SQLite store: plain functions on an open connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_handlers.ids import new_id
from checkpoint_handlers.store import (
    Caller,
    CreateOutcome,
    DeleteOutcome,
    Item,
    Policy,
    Project,
    Resource,
)

if TYPE_CHECKING:
    import sqlite3

    from checkpoint_handlers.store import ItemFilter, NewCheckpoint, Page

__all__ = ["caller", "create", "delete", "items", "policies", "policy"]

_POLICY = (
    "SELECT id, project_id, name, description, enabled, created_at, parameters, scheduled_operations, tags "
    "FROM policies"
)
_ITEM = (
    "SELECT id, checkpoint_id, policy_id, resource_id, resource_type, name, extra_info, created_at, ready_at "
    "FROM items"
)

_INSERT_ITEMS = (
    "INSERT INTO items (id, project_id, policy_id, checkpoint_id, resource_id, resource_type, name, "
    "extra_info, created_at, ready_at) VALUES"
)
_ITEM_VALUES = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def caller(connection: sqlite3.Connection, digest: bytes) -> Caller | None:
    """Return whom the token with this SHA-256 stands for."""
    row = connection.execute(
        "SELECT t.digest, t.role, t.expires_at, p.id, p.verified, p.open, p.quota "
        "FROM tokens t JOIN projects p ON p.id = t.project_id WHERE t.digest = ?",
        (digest,),
    ).fetchone()
    if row is None:
        return None
    return Caller(row[0], Project(row[3], bool(row[4]), bool(row[5]), row[6]), row[1], row[2])


def policy(connection: sqlite3.Connection, project_id: str, policy_id: str) -> Policy | None:
    """Return a policy of the project with its resources."""
    row = connection.execute(f"{_POLICY} WHERE id = ? AND project_id = ?", (policy_id, project_id)).fetchone()
    return None if row is None else _policy(connection, row)


def policies(connection: sqlite3.Connection, project_id: str, page: Page, name: str | None) -> list[Policy]:
    """Return a page of the project's policies."""
    where = {"project_id = ?": project_id}
    if name is not None:
        where["name = ?"] = name
    return [_policy(connection, row) for row in _select(connection, "policies", _POLICY, where, page)]


def items(
    connection: sqlite3.Connection, project_id: str, page: Page, wanted: ItemFilter, now: str
) -> list[Item]:
    """Return a page of the project's checkpoint items."""
    conditions = {
        "project_id = ?": project_id,
        "checkpoint_id = ?": wanted.checkpoint_id,
        "policy_id = ?": wanted.policy_id,
        "resource_id = ?": wanted.resource_id,
        "name = ?": wanted.name,
        "ready_at <= ?": now if wanted.available is True else None,
        "ready_at > ?": now if wanted.available is False else None,
        "created_at >= ?": wanted.created_from,
        "created_at <= ?": wanted.created_to,
    }
    where = {text: value for text, value in conditions.items() if value is not None}
    return [Item(*row) for row in _select(connection, "items", _ITEM, where, page)]


def create(connection: sqlite3.Connection, new: NewCheckpoint, *, exclusive: bool) -> CreateOutcome:
    """Insert a checkpoint and its items, unless the quota is used up or (`exclusive`) the policy runs."""
    if exclusive:
        running = connection.execute(
            "SELECT auto_trigger FROM checkpoints WHERE policy_id = ? AND ready_at > ? LIMIT 1",
            (new.policy_id, new.created_at),
        ).fetchone()
        if running is not None:
            return CreateOutcome.RUNNING_BY_SCHEDULE if running[0] else CreateOutcome.RUNNING_BY_HAND
    if new.project.quota is not None:
        (held,) = connection.execute(
            "SELECT count(*) FROM checkpoints WHERE project_id = ?", (new.project.id,)
        ).fetchone()
        if held >= new.project.quota:
            return CreateOutcome.QUOTA_EXCEEDED
    origin = (new.project.id, new.policy_id)
    times = (new.created_at, new.ready_at)
    connection.execute(
        "INSERT INTO checkpoints (id, project_id, policy_id, auto_trigger, created_at, ready_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (new.id, *origin, new.auto_trigger, *times),
    )
    prefix = "autobk" if new.auto_trigger else "manualbk"
    values: list[str | None] = []
    for entry in new.resources:
        values += (
            new_id(),
            *origin,
            new.id,
            entry.id,
            entry.type,
            f"{prefix}_{entry.name}",
            entry.extra_info,
        )
        values += times
    # One statement for all: each gives the interpreter's lock away, and waits for it afterwards.
    connection.execute(f"{_INSERT_ITEMS} {', '.join([_ITEM_VALUES] * len(new.resources))}", values)
    return CreateOutcome.CREATED


def delete(connection: sqlite3.Connection, project_id: str, checkpoint_id: str, now: str) -> DeleteOutcome:
    """Delete a checkpoint of the project and its items, unless it is still protecting."""
    row = connection.execute(
        "SELECT ready_at FROM checkpoints WHERE id = ? AND project_id = ?", (checkpoint_id, project_id)
    ).fetchone()
    if row is None:
        return DeleteOutcome.UNKNOWN
    if row[0] > now:
        return DeleteOutcome.PROTECTING
    connection.execute("DELETE FROM items WHERE checkpoint_id = ?", (checkpoint_id,))
    connection.execute("DELETE FROM checkpoints WHERE id = ?", (checkpoint_id,))
    return DeleteOutcome.DELETED


def _policy(connection: sqlite3.Connection, row: tuple[Any, ...]) -> Policy:
    resources = connection.execute(
        "SELECT id, type, name, extra_info, obstacle FROM resources WHERE policy_id = ? ORDER BY position",
        (row[0],),
    )
    return Policy(tuple(Resource(*entry) for entry in resources), *row)


def _select(
    connection: sqlite3.Connection, table: str, select: str, where: dict[str, str], page: Page
) -> list[tuple[Any, ...]]:
    """Return the rows of a page; `page.order` names columns that the caller has checked."""
    order = [*page.order, ("seq", True)]
    conditions = list(where)
    values: list[str | int] = list(where.values())
    if page.marker is not None:
        columns = ", ".join(column for column, _ in order)
        start = connection.execute(
            f"SELECT {columns} FROM {table} WHERE id = ? AND project_id = ?",  # noqa: S608 - checked names
            (page.marker, where["project_id = ?"]),
        ).fetchone()
        if start is None:
            return []
        text, bound = _behind(order, start)
        conditions.append(text)
        values += bound
    ordering = ", ".join(f"{column} {'DESC' if descends else 'ASC'}" for column, descends in order)
    return connection.execute(
        f"{select} WHERE {' AND '.join(conditions)} ORDER BY {ordering} LIMIT ? OFFSET ?",
        (*values, page.limit, page.offset),
    ).fetchall()


def _behind(order: list[tuple[str, bool]], start: tuple[str | int, ...]) -> tuple[str, list[str | int]]:
    """Return the condition that a row stands behind `start` in the order, and its values."""
    alternatives: list[str] = []
    values: list[str | int] = []
    for position, (column, descends) in enumerate(order):
        beyond = f"{column} {'<' if descends else '>'} ?"
        same = [f"{earlier} = ?" for earlier, _ in order[:position]]
        alternatives.append(f"({' AND '.join([*same, beyond])})")
        values += start[: position + 1]
    return f"({' OR '.join(alternatives)})", values
