"""Plain scalars by the YAML 1.2 Core schema (YAML 1.2.2, 10.3.2), and where YAML 1.1 differs.

OpenAPI requires YAML 1.2, but PyYAML implements 1.1: there, `NO` and `on` are Booleans, `010` is eight,
`1:30` is ninety, and a date is not text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import yaml
from yaml.resolver import Resolver

__all__ = ["Scalar", "beginning", "read_scalar", "reading_of_yaml_1_1", "resolved"]

Scalar = str | int | float | bool | None
"""The JSON equivalent of a YAML scalar."""

_TAG = "tag:yaml.org,2002:"
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER = {".nan", ".NaN", ".NAN"}
_RESOLVER = Resolver()
_REMEMBERED = 4096
"""The number of different texts whose reading is kept: most scalars of a document are a few words."""
_SHOWN = 40
"""The length of a text that a message shows whole."""
_TEXT = {"str", "timestamp", "value", "merge"}
_NAMES = {
    "bool": "a Boolean to YAML 1.1",
    "int": "another number to YAML 1.1",
    "float": "another number to YAML 1.1",
    "timestamp": "a date to YAML 1.1",
    "null": "null to YAML 1.1",
}


def beginning(text: str) -> str:
    """Return a text short enough for a message."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def read_scalar(node: yaml.ScalarNode) -> Scalar:
    """Return the value of a scalar. Raises ValueError for a number that cannot be read or an unknown tag."""
    stated = node.tag.removeprefix(_TAG)
    if node.style or _has_tag_of_its_own(node):
        if stated in _TEXT:
            return str(node.value)
        if stated not in ("null", "bool", "int", "float"):
            raise ValueError(f"the tag {node.tag!r}, which JSON does not have")
        value = _core(node.value)
        if stated == "float" and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        kinds = {"null": type(None), "bool": bool, "int": int, "float": float}
        if type(value) is not kinds[stated]:
            raise ValueError(f"the tag {node.tag!r} at {beginning(node.value)!r}, which is not one")
        return value
    return _core(node.value)


def reading_of_yaml_1_1(node: yaml.ScalarNode) -> str | None:
    """Return how the two versions read an unquoted scalar, as a phrase; None if they agree."""
    return None if node.style or _has_tag_of_its_own(node) else _reading(node.tag, node.value)


@lru_cache(maxsize=_REMEMBERED)
def _reading(tag: str, text: str) -> str | None:
    stated, value = tag.removeprefix(_TAG), _core(text)
    if stated in ("str", "value", "merge"):
        return None if isinstance(value, str) else "text to YAML 1.1 and a number to 1.2"
    if isinstance(value, str):
        return f"{_NAMES[stated]} and text to 1.2" if stated in _NAMES else None
    same = stated in ("null", "bool") or not re.fullmatch(r"[-+]?0[0-9]+", text)
    return None if same else f"{_NAMES[stated]} than to 1.2"


def _has_tag_of_its_own(node: yaml.ScalarNode) -> bool:
    """Return whether a plain scalar has an explicit tag, as in `!!str 12`."""
    return node.tag != resolved(node.value)


@lru_cache(maxsize=_REMEMBERED)
def resolved(text: str) -> str:
    """Return the tag that PyYAML gives a plain scalar."""
    resolve = cast("Callable[..., str]", _RESOLVER.resolve)  # pyright: ignore[reportUnknownMemberType]
    return resolve(yaml.ScalarNode, text, (True, False))


def _in_decimals(number: int) -> int:
    """Return a number. Raises ValueError if it is too long for Python to write, as for a decimal number."""
    str(number)
    return number


@lru_cache(maxsize=_REMEMBERED)
def _core(text: str) -> Scalar:
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _DECIMAL.fullmatch(text):
        return int(text)
    if text.startswith(("0o", "0x")) and re.fullmatch(r"0o[0-7]+|0x[0-9a-fA-F]+", text):
        return _in_decimals(int(text, 0))
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in _NOT_A_NUMBER else text
