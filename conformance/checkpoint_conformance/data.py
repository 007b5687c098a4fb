"""Type checks for values from JSON, TOML and YAML."""

from __future__ import annotations

from typing import Any, cast

__all__ = ["as_list", "as_object"]


def as_list(value: Any) -> list[Any] | None:
    """Return the value if it is a list, else None."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def as_object(value: Any) -> dict[str, Any] | None:
    """Return the value if it is an object or a table, else None."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
