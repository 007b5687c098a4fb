"""A value of a response, as a finding shows it."""

from __future__ import annotations

import json

__all__ = ["shown"]

_NAMES: dict[object, str] = {
    dict: "an object",
    list: "a list",
    str: "the string",
    bool: "the boolean",
    int: "the number",
    float: "the number",
}
_LONGEST = 80
"""Characters of a value; of a longer one, only the beginning is shown."""


def shown(value: object) -> str:
    """Return a JSON value as it was sent, with its type; a long one is shortened."""
    if value is None:
        return "null"
    # A lone surrogate cannot be written to a report.
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return f"{_NAMES[type(value)]} {text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'}"
