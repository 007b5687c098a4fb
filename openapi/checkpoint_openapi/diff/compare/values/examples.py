"""Example values of a schema, as the document shows them."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import items, members

__all__ = ["ABSENT", "example_at"]

ABSENT: Any = object()
"""Returned for a schema without an example."""
_DEEPEST = 6
"""The number of nested schemas that are searched."""


def example_at(documents: Documents, place: Location, depth: int = 0) -> Any:
    """Return the example of a schema, or one put together from those of its members; `ABSENT` without any.

    The result need not be valid: a required member may have no example.
    """
    place = documents.follow(place)
    schema = members(documents.get(place))
    for value in (schema.get("example"), *items(schema.get("examples"))[:1]):
        if value is not None:
            return value
    if depth == _DEEPEST:
        return ABSENT
    made: dict[str, Any] = {}
    for number in range(len(items(schema.get("allOf")))):
        part = example_at(documents, place / "allOf" / number, depth + 1)
        made.update(members(part))
    for name in members(schema.get("properties")):
        value = example_at(documents, place / "properties" / name, depth + 1)
        if value is not ABSENT:
            made[name] = value
    if isinstance(schema.get("items"), dict):
        item = example_at(documents, place / "items", depth + 1)
        return ABSENT if item is ABSENT else [item]
    return made or ABSENT
