"""A strict JSON parser (RFC 8259)."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

__all__ = ["NotJson", "read"]

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class NotJson(ValueError):
    """Raised if the bytes are not valid JSON, or are nested deeper than allowed."""


def read(body: bytes, depth: int = 64) -> Any:
    """Return the value of `body`; raise `NotJson` if it is invalid or has duplicate names or NaN.

    `depth` is the maximum nesting depth of brackets. It is checked before parsing, so that no input
    can exhaust the parser's stack.
    """
    if _nests_deeper(body, depth):
        raise NotJson("nested too deep")
    try:
        text = body.decode("utf-8")
        if text.startswith("\ufeff"):
            raise NotJson("starts with a byte-order mark")
        return _DECODER.decode(text)
    except (UnicodeDecodeError, ValueError) as error:
        raise NotJson(str(error)) from error


def _nests_deeper(body: bytes, depth: int) -> bool:
    if body.count(b"[") + body.count(b"{") <= depth:
        return False  # most bodies, without a look at each string
    level = 0
    for match in _STRING_OR_BRACKET.finditer(body):
        token = match[0]
        if token in b"[{":
            level += 1
            if level > depth:
                return True
        elif token in b"]}":
            level -= 1
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("a name occurs twice in one object")
    return members


def _constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
