"""Values of a document whose type is not yet known."""

from __future__ import annotations

import marshal
from collections.abc import Hashable, Iterable
from typing import Any, cast

__all__ = ["contains", "equal", "hashable", "items", "members", "packed"]

_FORMAT = 2
"""The last format of `marshal` in which the bytes of a value do not depend on how it shares its parts."""


def members(value: object) -> dict[str, Any]:
    """Return the members of an object, or none for any other value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return the items of a list, or none for any other value."""
    return list(cast("Iterable[Any]", value)) if isinstance(value, list) else []


def equal(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal (JSON Schema Core 2020-12, 4.2.2): 1 equals 1.0, not true.

    Python's `==` treats 0 as false and 1 as true.
    """
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        one, other = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        return one.keys() == other.keys() and all(equal(value, other[name]) for name, value in one.items())
    if isinstance(left, list) and isinstance(right, list):
        items, others = cast("list[Any]", left), cast("list[Any]", right)
        return len(items) == len(others) and all(map(equal, items, others))
    return bool(left == right)


def hashable(value: Any) -> Hashable:
    """Return what stands for a JSON value in a set: the same for values that are `equal`."""
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value).items()
        return "object", frozenset((name, hashable(inner)) for name, inner in named)
    if isinstance(value, list):
        return "array", tuple(map(hashable, cast("list[Any]", value)))
    return ("boolean", value) if isinstance(value, bool) else value


def packed(value: Any) -> bytes:
    """Return a JSON value as bytes, faster than as text; equal bytes tell 1, 1.0 and true apart.

    Equal values with another order of members, or whose texts Python keeps otherwise, may have other bytes.
    """
    return marshal.dumps(value, _FORMAT)


def contains(values: Iterable[Any], value: Any) -> bool:
    """Return whether one of the values equals another."""
    return any(equal(each, value) for each in values)
