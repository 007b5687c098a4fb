"""Single keywords of a Schema Object, converted to strict JSON Schema 2020-12.

Real documents contain values that no validator can read: they are left out and reported as quirks, so that a
change to one never goes unreported.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, cast

from checkpoint_openapi.diff.regex.language import ANYTHING, Undecided, is_contained
from checkpoint_openapi.diff.regex.pattern import language_of, rewritten
from checkpoint_openapi.diff.schema.containment import JsonSchema, is_pattern
from checkpoint_openapi.diff.schema.marks import FORMAT
from checkpoint_openapi.diff.schema.opaque import opaque
from checkpoint_openapi.document.values import contains, items, members

__all__ = ["ANNOTATIONS", "assertions", "null_beside_enum", "of_pattern", "single_values", "without"]

TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
ANNOTATIONS = ("default", "deprecated", "readOnly", "writeOnly", "x-extensible-enum", "xml", "discriminator")
"""Keywords that annotate a value and never refuse one."""

_TOLD = {"title", "description", "example", "examples", "deprecated", "default"}
"""Keywords that say nothing about which values there are."""
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_CONTAINS = ("minContains", "maxContains")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SINGLE = 3.4028234663852886e38
_RANGES: dict[str, tuple[float, float]] = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "float": (-_SINGLE, _SINGLE),
}
_ANY_BYTES = "application/octet-stream"
# JSON readers hold 64 bits anyway, and `password` is a hint for forms.
_NO_LIMIT = ("int64", "uint64", "double", "decimal", "password", "binary")


def null_beside_enum(schema: dict[str, Any]) -> bool:
    """Return whether `nullable` accompanies an `enum` without null, which tools read in two ways.

    OpenAPI 3.0.3 refuses null then: `enum` accepts only what it lists. Many authors mean to allow it.
    """
    listed = schema.get("enum")
    return schema.get("nullable") is True and isinstance(listed, list) and None not in listed


def assertions(
    schema: dict[str, Any], quirks: list[str], *, nullable: bool, strict: bool = False
) -> JsonSchema:
    """Return the keywords of a schema that contain no schemas.

    `nullable` is whether the document's version has that keyword, `strict` whether an `enum` beside it still
    refuses null. The names of unreadable keywords are added to `quirks`.
    """
    found: JsonSchema = {}
    _types(schema, found, quirks)
    for name in (*_COUNTS, *_CONTAINS):
        if name in schema:
            _put(found, name, _count(schema[name]), quirks)
    _bounds(schema, found, quirks)
    if "multipleOf" in schema:
        number = schema["multipleOf"]
        _put(found, "multipleOf", number if _is_number(number) and number > 0 else None, quirks)
    if "uniqueItems" in schema:
        _put(found, "uniqueItems", schema["uniqueItems"] is True or None, quirks, silent=True)
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        found["enum"] = list(cast("list[Any]", schema["enum"]))
    elif "enum" in schema:
        quirks.append("enum")
    if "const" in schema:
        found["const"] = schema["const"]
    if "pattern" in schema:
        _pattern(schema["pattern"], found, quirks)
    _formats(schema, found, quirks)
    _required(schema, found, quirks)
    if nullable and schema.get("nullable") is True:
        _allow_null(found, strict=strict)
    return found


def single_values(schema: dict[str, Any], keyword: str) -> list[Any] | None:
    """Return the values of alternatives that are each nothing but values, or None if one is anything else.

    A value that two alternatives of `oneOf` have in common belongs to none.
    """
    found: list[Any] = []
    for branch in schema[keyword]:
        stated = members(branch)
        said = {name for name in stated if not name.startswith("x-")} - _TOLD
        values = [stated["const"]] if said == {"const"} else items(stated.get("enum"))
        if said not in ({"const"}, {"enum"}) or not values:
            return None
        if keyword == "oneOf" and any(contains(found, value) for value in values):
            return None
        found.extend(value for value in values if not contains(found, value))
    return found


def of_pattern(text: str) -> str | None:
    """Return a pattern in a form that the engine reads, or None if every string matches it."""
    return None if _matches_all(text) else _readable(text)


def _put(found: JsonSchema, name: str, value: Any, quirks: list[str], *, silent: bool = False) -> None:
    if value is not None:
        found[name] = value
    elif not silent:
        quirks.append(name)


def _types(schema: dict[str, Any], found: JsonSchema, quirks: list[str]) -> None:
    stated = schema.get("type")
    if stated is None:
        if "type" in schema:
            quirks.append("type")
        return
    names = cast("list[Any]", stated) if isinstance(stated, list) else [stated]
    known = [name for name in names if name in TYPES]
    if len(known) < len(names) or not known:
        quirks.append("type")
    if known and len(known) == len(names):
        found["type"] = known[0] if len(known) == 1 else known


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _count(value: Any) -> int | None:
    if not _is_number(value) or value < 0 or value != int(value):
        return None
    return int(value)


def _bounds(schema: dict[str, Any], found: JsonSchema, quirks: list[str]) -> None:
    """Read the bounds of a number; `exclusiveMinimum` is a Boolean in 3.0 and a number in 3.1."""
    for name in _NUMBERS:
        if name not in schema:
            continue
        value = schema[name]
        if isinstance(value, bool):
            bound = name.replace("exclusiveM", "m")
            if value and bound in found:
                found[name] = found.pop(bound)
        elif _is_number(value):
            found[name] = value
        else:
            quirks.append(name)


def _pattern(text: Any, found: JsonSchema, quirks: list[str]) -> None:
    if not isinstance(text, str):
        quirks.append("pattern")
        return
    pattern = of_pattern(text)
    if pattern is not None:
        found["pattern"] = pattern


@lru_cache(maxsize=4096)
def _matches_all(text: str) -> bool:
    try:
        return is_contained(ANYTHING, language_of(text))
    except Undecided:
        return False


@lru_cache(maxsize=4096)
def _readable(text: str) -> str:
    if is_pattern(text):
        return text
    other = rewritten(text)
    return other if other is not None and is_pattern(other) else opaque(text)


def _formats(schema: dict[str, Any], found: JsonSchema, quirks: list[str]) -> None:
    """Read `format`: numeric widths become bounds, string encodings become formats of their own.

    Any other format is about strings: beside another type, it refuses nothing (JSON Schema Validation, 7.2).
    """
    stated = schema.get("format")
    more: list[JsonSchema] = []
    if isinstance(stated, str) and stated in _RANGES:
        low, high = _RANGES[stated]
        more.append({"minimum": low, "maximum": high, FORMAT: stated})
    elif isinstance(stated, str):
        if stated and stated not in _NO_LIMIT and "string" in found.get("type", "string"):
            found["format"] = stated
    elif stated is not None:
        quirks.append("format")
    if isinstance(schema.get("contentEncoding"), str):
        encoding = schema["contentEncoding"]
        more.append({"format": "byte" if encoding == "base64" else f"encoding-{encoding}"})
    if isinstance(schema.get("contentMediaType"), str) and schema["contentMediaType"] != _ANY_BYTES:
        more.append({"format": f"media-type-{schema['contentMediaType']}"})
    if more:
        found["allOf"] = more


def _required(schema: dict[str, Any], found: JsonSchema, quirks: list[str]) -> None:
    stated = schema.get("required")
    if isinstance(stated, list):
        found["required"] = sorted({name for name in cast("list[Any]", stated) if isinstance(name, str)})
    elif stated is not None and not isinstance(stated, bool):
        # A Boolean is a habit from draft 3; no validator gives it a meaning.
        quirks.append("required")
    needed = schema.get("dependentRequired")
    if isinstance(needed, dict):
        found["dependentRequired"] = {
            name: [other for other in cast("list[Any]", others) if isinstance(other, str)]
            for name, others in cast("dict[str, Any]", needed).items()
            if isinstance(others, list)
        }


def _allow_null(found: JsonSchema, *, strict: bool) -> None:
    """Apply `nullable`, which adds null to an `enum` beside it, unless it is read strictly."""
    if "type" in found:
        names = cast("list[str]", found["type"] if isinstance(found["type"], list) else [found["type"]])
        found["type"] = [*names, *(["null"] if "null" not in names else [])]
    if "enum" in found and None not in found["enum"] and not strict:
        found["enum"].append(None)
    if "const" in found and found["const"] is not None:
        found["enum"] = [found.pop("const"), None]


def without(found: JsonSchema, hidden: frozenset[str]) -> JsonSchema:
    """Return the demands of a schema for members, except for those that never travel."""
    kept: JsonSchema = {}
    if "required" in found:
        kept["required"] = [name for name in found["required"] if name not in hidden]
    if "dependentRequired" in found:
        kept["dependentRequired"] = {
            name: [other for other in needed if other not in hidden]
            for name, needed in found["dependentRequired"].items()
            if name not in hidden
        }
    return kept
