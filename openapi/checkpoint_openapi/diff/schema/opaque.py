"""Patterns that no engine here can read: each represents an unknown set of strings.

Whatever is proven of them must hold whether they match everything, nothing, or only some strings.
"""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.document.values import packed

__all__ = ["as_everything", "as_nothing", "as_written", "is_opaque", "mentions_opaque", "opaque"]

_PREFIX = "^opaque:"
_TURNED = ("not",)
_UNCERTAIN = ("oneOf", "if", "patternProperties")
"""Keywords under which more strings may mean fewer values as well as more."""


def opaque(pattern: str) -> str:
    """Return the placeholder for a pattern that cannot be read."""
    return _PREFIX + pattern.encode().hex()


def as_written(pattern: str) -> str:
    """Return a pattern as written in its document."""
    return bytes.fromhex(pattern.removeprefix(_PREFIX)).decode() if is_opaque(pattern) else pattern


def is_opaque(pattern: Any) -> bool:
    """Return whether a pattern is such a placeholder."""
    return isinstance(pattern, str) and pattern.startswith(_PREFIX)


def mentions_opaque(schema: Any) -> bool:
    """Return whether such a placeholder occurs anywhere in a schema."""
    return _PREFIX.encode() in packed(schema)


def as_everything(schema: Any) -> Any:
    """Return the schema with every unreadable pattern replaced by one that every string matches.

    It accepts everything that the schema may accept. None if that cannot be guaranteed, as inside `oneOf`.
    """
    return _replaced(schema, everything=True)


def as_nothing(schema: Any) -> Any:
    """Return the schema with every unreadable pattern replaced by one that no string matches.

    It accepts nothing that the schema may refuse. None if that cannot be guaranteed, as inside `oneOf`.
    """
    return _replaced(schema, everything=False)


class _Uncertain(Exception):
    pass


def _replaced(schema: Any, *, everything: bool) -> Any:
    try:
        return _inside(schema, everything=everything)
    except _Uncertain:
        return None


def _inside(node: Any, *, everything: bool) -> Any:
    if isinstance(node, list):
        return [_inside(item, everything=everything) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for name, value in cast("dict[str, Any]", node).items():
        if name in _UNCERTAIN and mentions_opaque(value):
            raise _Uncertain
        if name in ("enum", "const"):
            found[name] = value
        elif name == "pattern" and is_opaque(value):
            if not everything:
                found["allOf"] = [*found.get("allOf", []), {"not": {"type": "string"}}]
        else:
            inner = _inside(value, everything=everything is not (name in _TURNED))
            found[name] = [*found["allOf"], *inner] if name == "allOf" and "allOf" in found else inner
    return found
