"""Every object of a document that may contain keywords, whatever its kind.

In a document that spans several files, only the referring place knows what kind of object a file contains.
Keywords and names are distinguished: a property called `$ref` or `example` is neither a reference nor data.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple, cast

from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.values import items, members

__all__ = ["Kind", "Object", "objects_in"]

_DATA = frozenset(("example", "value", "dataValue", "default", "enum", "const"))
"""Keywords whose value is data."""
_NAMES = frozenset(
    (
        *("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
        *("schemas", "responses", "parameters", "requestBodies", "headers", "securitySchemes", "links"),
        *("callbacks", "pathItems", "mediaTypes", "paths", "webhooks", "content", "encoding", "variables"),
        *("scopes", "mapping", "additionalOperations"),
    )
)
"""Keywords whose value is a map, so that its keys are names."""
_CONTAINERS = (dict, list)


class Kind(Enum):
    """How to read the members of a value."""

    OBJECT = "object"
    """Its keys are keywords."""
    MAP = "map"
    """Its keys are names."""
    DATA = "data"
    """An example, a default or an extension, with no meaning to readers."""

    def inside(self, key: str, member: Any) -> Kind:
        """Return the kind of a member of this value."""
        if self is Kind.OBJECT and key == "examples":
            return Kind.MAP if isinstance(member, dict) else Kind.DATA
        if self is Kind.OBJECT:
            if key in _DATA or key.startswith("x-"):
                return Kind.DATA
            return Kind.MAP if key in _NAMES else Kind.OBJECT
        return Kind.OBJECT if self is Kind.MAP else Kind.DATA


class Object(NamedTuple):
    """An object and its place."""

    pointer: str
    value: dict[str, Any]


def objects_in(value: Any, pointer: str = "") -> Iterator[Object]:
    """Yield the objects in the value at a pointer, parents before children, leaving out data."""
    pending: list[tuple[str, Any, Kind]] = [(pointer, value, Kind.OBJECT)]
    while pending:
        at, here, kind = pending.pop()
        if kind is Kind.DATA:
            continue
        if kind is Kind.OBJECT and isinstance(here, dict):
            yield Object(at, members(cast("Any", here)))
        here = cast("Any", here)
        inner: list[tuple[str, Any, Kind]] = [
            (child(at, number), item, Kind.OBJECT)
            for number, item in enumerate(items(here))
            if isinstance(item, _CONTAINERS)
        ]
        for key, item in members(here).items():
            if isinstance(item, _CONTAINERS):
                inner.append((child(at, key), cast("Any", item), kind.inside(key, item)))
        pending.extend(reversed(inner))
