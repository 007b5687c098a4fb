"""The values of configuration keys: each reader returns the value, or says what it must be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from checkpoint_openapi.suggestion import nearest

__all__ = [
    "InvalidValueError",
    "boolean",
    "choice",
    "date",
    "filled_text",
    "matching",
    "number",
    "text",
    "whole_number",
]

_Result = TypeVar("_Result")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class InvalidValueError(Exception):
    """Raised for a value that its key does not allow; the message says what it must be."""


def text(value: Any) -> str:
    """Return a string that can be written and stored anywhere."""
    if not isinstance(value, str):
        raise InvalidValueError("a string")
    if _UNSTORABLE.search(value):
        raise InvalidValueError("a string without NUL characters and lone surrogates")
    return value


def filled_text(value: Any) -> str:
    """Return a text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueError("a non-empty text")
    return text(value)


def boolean(value: Any) -> bool:
    """Return a Boolean."""
    if not isinstance(value, bool):
        raise InvalidValueError("true or false")
    return value


def date(value: Any) -> datetime.date:
    """Return a date, written as a TOML date or as text (RFC 3339, full-date)."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value), re.ASCII):
            return datetime.date.fromisoformat(str(value))
    except ValueError:
        pass
    raise InvalidValueError("a calendar date such as 2027-03-31")


def matching(pattern: str, expected: str) -> Callable[[Any], str]:
    """Return a reader for text that fully matches a regular expression."""
    compiled = re.compile(pattern, re.ASCII)

    def read(value: Any) -> str:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise InvalidValueError(expected)
        return value

    return read


def choice(*names: str) -> Callable[[Any], str]:
    """Return a reader for one of several names."""

    def read(value: Any) -> str:
        if value in names:
            return cast("str", value)
        near = nearest(value, names) if isinstance(value, str) else None
        known = " or ".join((", ".join(f'"{name}"' for name in names[:-1]), f'"{names[-1]}"'))
        raise InvalidValueError(f"{known}. Did you mean {near!r}?" if near else known)

    return read


def number(expected: str, accepts: Callable[[float], bool]) -> Callable[[Any], float]:
    """Return a reader for a number that meets a condition."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not accepts(value):
            raise InvalidValueError(expected)
        return float(value)

    return read


def whole_number(expected: str, least: int, most: int | None = None) -> Callable[[Any], int]:
    """Return a reader for an integer between two inclusive bounds."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InvalidValueError(expected)
        if most is not None and value > most:
            raise InvalidValueError(expected)
        return value

    return read
