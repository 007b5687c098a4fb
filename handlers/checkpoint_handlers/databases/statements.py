"""SQL that both databases understand, with `?` for each value, and conversion of its rows.

`items` is a view: a checkpoint and its resources share one row, so that storing them takes one insert.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from checkpoint_handlers.ids import checkpoints_of
from checkpoint_handlers.store import Caller, Item, Policy, Project, Resource, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checkpoint_handlers.store import Entry, ItemFilter, NewCheckpoint, Page

__all__ = [
    "CALLER",
    "DELETE",
    "HELD",
    "POLICY",
    "PROJECTS",
    "PROTECTING",
    "REMOVE",
    "RUNNING",
    "SETTLE",
    "TOKENS",
    "Listing",
    "Query",
    "caller_of",
    "checkpoint_row",
    "item_of",
    "items_listing",
    "numbered",
    "policies_listing",
    "policy_of",
    "project_of",
    "saving",
]

_POLICY_COLUMNS = (
    "id, project_id, name, description, enabled, created_at, parameters, scheduled_operations, tags, "
    "resources"
)
_ITEM_COLUMNS = (
    "id, checkpoint_id, policy_id, resource_id, resource_type, name, extra_info, created_at, ready_at, "
    "settled OR ready_at = created_at"
)
_PROTECTING = "NOT settled AND ready_at > created_at AND ready_at > ?"

CALLER = (
    "SELECT t.digest, t.role, t.expires_at, p.id, p.verified, p.open, p.quota "
    "FROM tokens t JOIN projects p ON p.id = t.project_id WHERE t.digest = ?"
)
"""Select a token by its digest, with its project."""
POLICY = f"SELECT {_POLICY_COLUMNS} FROM policies WHERE id = ? AND project_id = ?"  # noqa: S608 - names from above
"""Select a policy of a project."""
PROJECTS = "SELECT id, verified, open, quota FROM projects ORDER BY id"
"""Select all projects."""
TOKENS = "SELECT digest, project_id, role, expires_at FROM tokens ORDER BY project_id, role, digest"
"""Select all tokens."""

RUNNING = f"SELECT auto_trigger FROM checkpoints WHERE policy_id = ? AND {_PROTECTING} LIMIT 1"  # noqa: S608 - see above
"""Select one checkpoint of a policy that is still protecting."""
HELD = "SELECT count(*) FROM checkpoints WHERE project_id = ?"
"""Count the checkpoints of a project."""
PROTECTING = f"SELECT {_PROTECTING} FROM checkpoints WHERE id = ? AND project_id = ?"  # noqa: S608 - see above
"""Select whether a checkpoint of a project is still protecting."""
SETTLE = "UPDATE checkpoints SET settled = TRUE WHERE id = ? AND NOT settled"
"""Mark a checkpoint as available regardless of the time."""
DELETE = "DELETE FROM checkpoints WHERE id = ?"
"""Delete a checkpoint."""

_SAVE_PROJECT = (
    "INSERT INTO projects (id, verified, open, quota) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
    "verified = excluded.verified, open = excluded.open, quota = excluded.quota"
)
_SAVE_TOKEN = (
    "INSERT INTO tokens (digest, project_id, role, expires_at) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (digest) DO UPDATE SET "
    "project_id = excluded.project_id, role = excluded.role, expires_at = excluded.expires_at"
)
_SAVE_POLICY = (
    f"INSERT INTO policies ({_POLICY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 - see above
    "ON CONFLICT (id) DO UPDATE SET project_id = excluded.project_id, name = excluded.name, "
    "description = excluded.description, enabled = excluded.enabled, created_at = excluded.created_at, "
    "parameters = excluded.parameters, scheduled_operations = excluded.scheduled_operations, "
    "tags = excluded.tags, resources = excluded.resources"
)
REMOVE: dict[type[Entry], str] = {
    Project: "DELETE FROM projects WHERE id = ? RETURNING id",
    Token: "DELETE FROM tokens WHERE digest = ? RETURNING digest",
    Policy: "DELETE FROM policies WHERE id = ? RETURNING id",
}
"""The statement that removes an entry, by the entry's class."""


class Query(NamedTuple):
    """A statement and its values."""

    text: str
    values: tuple[Any, ...]


@lru_cache(256)
def numbered(text: str) -> str:
    """Return a statement with `$1`, `$2`, … in place of each `?`, for PostgreSQL."""
    first, *rest = text.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


def caller_of(row: Sequence[Any]) -> Caller:
    """Return the caller in a row of `CALLER`."""
    return Caller(row[0], project_of(row[3:]), row[1], row[2])


def project_of(row: Sequence[Any]) -> Project:
    """Return the project in a row of `PROJECTS`."""
    return Project(row[0], bool(row[1]), bool(row[2]), row[3])


def policy_of(row: Sequence[Any]) -> Policy:
    """Return the policy in a row of `POLICY`."""
    resources = tuple(Resource(**resource) for resource in orjson.loads(row[9]))
    return replace(Policy(resources, *row[:9]), enabled=bool(row[4]))


def item_of(row: Sequence[Any]) -> Item:
    """Return the item in a row of `items_listing`."""
    members: list[Any] = [*row[:9], bool(row[9])]
    return Item(*members)


def saving(entry: Entry) -> Query:
    """Return the query that stores an entry of the catalogue."""
    match entry:
        case Project():
            return Query(_SAVE_PROJECT, (entry.id, entry.verified, entry.open, entry.quota))
        case Token():
            return Query(_SAVE_TOKEN, (entry.digest, entry.project_id, entry.role, entry.expires_at))
        case Policy():
            return Query(
                _SAVE_POLICY,
                (
                    entry.id,
                    entry.project_id,
                    entry.name,
                    entry.description,
                    entry.enabled,
                    entry.created_at,
                    entry.parameters,
                    entry.scheduled_operations,
                    entry.tags,
                    orjson.dumps(entry.resources).decode(),
                ),
            )


def checkpoint_row(new: NewCheckpoint) -> tuple[str, str, str, bool, str, str, str]:
    """Return a new checkpoint as its row."""
    prefix = "autobk" if new.auto_trigger else "manualbk"
    resources = [
        {"id": each.id, "type": each.type, "name": f"{prefix}_{each.name}", "extra_info": each.extra_info}
        for each in new.resources
    ]
    return (
        new.id,
        new.project.id,
        new.policy_id,
        new.auto_trigger,
        new.created_at,
        new.ready_at,
        orjson.dumps(resources).decode(),
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """A query for one page of a list; all names are validated and all values are bound."""

    table: str
    columns: str
    where: tuple[tuple[str, Any], ...]
    """Conditions joined by AND, each with the one value it binds."""
    order: tuple[tuple[str, bool], ...]
    page: Page
    narrow: tuple[tuple[str, Any], ...] = ()
    """Conditions that, with its id, let an index find the marker's row."""

    @property
    def marker(self) -> Query | None:
        """The query for the row that the page follows; None for a page from the beginning."""
        if self.page.marker is None:
            return None
        columns = ", ".join(column for column, _ in self.order)
        conditions = (self.where[0], ("id = ?", self.page.marker), *self.narrow)
        return self._query(columns, conditions)

    def behind(self, start: Sequence[Any] | None) -> Query:
        """Return the query for the page after `start`, a row of `marker`, or from the beginning if None."""
        conditions = self.where if start is None else (*self.where, *self._beyond(start))
        found = self._query(self.columns, conditions)
        ordering = ", ".join(f"{column} {'DESC' if descends else 'ASC'}" for column, descends in self.order)
        text = f"{found.text} ORDER BY {ordering} LIMIT ? OFFSET ?"
        return Query(text, (*found.values, self.page.limit, self.page.offset))

    def _query(self, columns: str, conditions: Sequence[tuple[str, Any]]) -> Query:
        values: list[Any] = []
        for _, value in conditions:
            values += value if isinstance(value, tuple) else (value,)
        where = " AND ".join(text for text, _ in conditions)
        text = f"SELECT {columns} FROM {self.table} WHERE {where}"  # noqa: S608 - checked names
        return Query(text, tuple(values))

    def _beyond(self, start: Sequence[Any]) -> list[tuple[str, Any]]:
        """Return the conditions for a row to come after `start` in the sort order."""
        alternatives: list[str] = []
        values: list[Any] = []
        for position, (column, descends) in enumerate(self.order):
            beyond = f"{column} {'<' if descends else '>'} ?"
            same = [f"{earlier} = ?" for earlier, _ in self.order[:position]]
            alternatives.append(f"({' AND '.join([*same, beyond])})")
            values += start[: position + 1]
        column, descends = self.order[0]
        # The first condition is implied by the second, but only the first can use an index.
        return [
            (f"{column} {'<=' if descends else '>='} ?", start[0]),
            (f"({' OR '.join(alternatives)})", tuple(values)),
        ]


def policies_listing(project_id: str, page: Page, name: str | None) -> Listing:
    """Return the query for a project's policies, newest first unless `page` says otherwise."""
    where = (("project_id = ?", project_id), *(() if name is None else (("name = ?", name),)))
    return Listing("policies", _POLICY_COLUMNS, where, (*page.order, ("seq", True)), page)


def items_listing(project_id: str, page: Page, wanted: ItemFilter, now: str) -> Listing:
    """Return the query for a project's checkpoint items, newest first unless `page` says otherwise."""
    conditions = (
        ("project_id = ?", project_id),
        ("checkpoint_id = ?", wanted.checkpoint_id),
        ("policy_id = ?", wanted.policy_id),
        ("resource_id = ?", wanted.resource_id),
        ("name = ?", wanted.name),
        (f"NOT ({_PROTECTING})", now if wanted.available is True else None),
        (_PROTECTING, now if wanted.available is False else None),
        ("created_at >= ?", wanted.created_from),
        ("created_at <= ?", wanted.created_to),
    )
    where = tuple((text, value) for text, value in conditions if value is not None)
    order = (*page.order, ("seq", True), ("position", True))
    low, high = checkpoints_of(page.marker or "")
    narrow = (("checkpoint_id >= ?", low), ("checkpoint_id <= ?", high))
    return Listing("items", _ITEM_COLUMNS, where, order, page, narrow)
