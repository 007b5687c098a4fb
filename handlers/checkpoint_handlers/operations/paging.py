"""The paging parameters of both lists: `limit`, `marker`, `offset` and `sort`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_handlers.errors import Refusal
from checkpoint_handlers.store import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["page_of"]

_LARGEST_PAGE = 1000
_LARGEST_OFFSET = 2**62
_DIRECTIONS = {"asc": False, "desc": True}


def page_of(query: Mapping[str, Any], columns: Mapping[str, str]) -> Page:
    """Return the page that a query asks for; a limit above 1000 is treated as 1000.

    `columns` maps each sort key to the store's column; any other key is refused.
    """
    return Page(
        limit=min(query["limit"], _LARGEST_PAGE),
        offset=min(query["offset"], _LARGEST_OFFSET),
        marker=query.get("marker"),
        order=tuple(_order(entry, columns) for entry in query["sort"].split(","))
        if query.get("sort")
        else (),
    )


def _order(entry: str, columns: Mapping[str, str]) -> tuple[str, bool]:
    key, _, direction = entry.partition(":")
    if key not in columns or (direction or "asc") not in _DIRECTIONS:
        keys = ", ".join(columns)
        raise Refusal("invalid-request", f"sort takes key:asc or key:desc with one of the keys {keys}.")
    return columns[key], _DIRECTIONS[direction or "asc"]
