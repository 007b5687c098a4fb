"""JSON parsed strictly by RFC 8259, without the leniency of ordinary parsers."""

from __future__ import annotations

import codecs
import json
import sys
from collections import Counter
from typing import Any, NoReturn

__all__ = ["StrictJsonError", "parse", "parse_text"]


class StrictJsonError(ValueError):
    """Raised for bytes that are not strict JSON text; the message says why."""


def parse(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises StrictJsonError for an empty body, a byte-order mark, invalid UTF-8, NaN and Infinity, a duplicate
    key (RFC 8259, 4), bytes after the value, and nesting or numbers beyond what ordinary parsers can handle.
    """
    if body.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise StrictJsonError("it begins with a byte-order mark (RFC 8259, section 8.1)")
    if not body.strip():
        raise StrictJsonError("it is empty")
    try:
        return parse_text(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"it is not UTF-8 at byte {error.start}") from error


def parse_text(text: str) -> Any:
    """Return the value of a JSON text; raises StrictJsonError like `parse`."""
    try:
        return _DECODER.decode(text)
    except StrictJsonError:
        raise
    except RecursionError as error:
        raise StrictJsonError("it is nested too deeply to read") from error
    except ValueError as error:
        raise StrictJsonError(f"it is not JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise StrictJsonError(f"the member {twice!r} occurs twice in one object")
    return members


def _integer(text: str) -> int:
    digits = text.removeprefix("-")
    if len(digits) > sys.get_int_max_str_digits() > 0:
        raise StrictJsonError(
            f"it contains an integer of {len(digits)} digits, more than a parser can convert"
        )
    return int(text)


def _refuse_constant(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_integer)
