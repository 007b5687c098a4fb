"""The paging parameters that both lists share: `limit`, `marker`, `offset`, `sort`."""

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
    """Return the page that a query asks for; a limit beyond 1000 is taken as 1000.

    `columns` names the store's column for each key that may be sorted by; refuses any other.
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
        raise Refusal("invalid-request", f"sort takes key:asc or key:desc with a key out of {keys}.")
    return columns[key], _DIRECTIONS[direction or "asc"]
