"""Values of a document, of whose kind nothing is known yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

__all__ = ["items", "members"]


def members(value: object) -> dict[str, Any]:
    """Return the members of an object, and none where something else stands."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return the items of a list, and none where something else stands."""
    return list(cast("Iterable[Any]", value)) if isinstance(value, list) else []
