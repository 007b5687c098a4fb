"""The target file of a running server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["target_text"]


def target_text(members: dict[str, Any]) -> str:
    """Return a target file (TOML) with these members; a dictionary becomes a table."""
    return "\n".join(_lines(members, "")) + "\n"


def _lines(members: dict[str, Any], table: str) -> Iterator[str]:
    if table:
        yield f"[{table}]"
    inner = {key: value for key, value in members.items() if isinstance(value, dict)}
    yield from (f"{key} = {json.dumps(value)}" for key, value in members.items() if key not in inner)
    for key, value in inner.items():
        yield from _lines(value, f"{table}.{key}" if table else key)
