"""Strategies for schemas, with changes that keep, widen or narrow them by construction."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

__all__ = ["Schema", "choices", "equivalents", "schemas", "widened"]

Schema = dict[str, Any]
_PATTERNS = {"^[0-9]+$": r"^\d+$", "^[a-f]{2}$": "^[a-f][a-f]$", "^(a|b)c?$": "^(?:ac|bc|a|b)$"}
_NAMES = ("id", "name", "size", "pattern", "items")

_texts: st.SearchStrategy[Schema] = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": st.integers(0, 2), "maxLength": st.integers(3, 9)},
    ),
    st.sampled_from(sorted(_PATTERNS)).map(lambda pattern: {"type": "string", "pattern": pattern}),
    st.lists(st.sampled_from(["red", "green", "blue"]), min_size=1, unique=True).map(
        lambda values: {"type": "string", "enum": values}
    ),
)
_numbers: st.SearchStrategy[Schema] = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-3, 0),
        "maximum": st.integers(1, 9),
        "multipleOf": st.sampled_from([1, 2]),
    },
)
_leaves = st.one_of(_texts, _numbers, st.just({"type": "boolean"}), st.just({"type": ["string", "null"]}))


def _objects(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    def finish(drawn: tuple[dict[str, Schema], set[str], bool]) -> Schema:
        properties, required, closed = drawn
        found: Schema = {"type": "object", "properties": properties}
        if required & properties.keys():
            found["required"] = sorted(required & properties.keys())
        return {**found, "additionalProperties": False} if closed else found

    members = st.dictionaries(st.sampled_from(_NAMES), inner, min_size=1, max_size=3)
    return st.tuples(members, st.sets(st.sampled_from(_NAMES)), st.booleans()).map(finish)


def _choices(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    def finish(members: list[Schema]) -> Schema:
        branches = [
            {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": f"k{number}"}, "value": member},
            }
            for number, member in enumerate(members)
        ]
        return {"oneOf": branches}

    return st.lists(inner, min_size=1, max_size=3).map(finish)


def _extend(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    arrays: st.SearchStrategy[Schema] = st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner}, optional={"maxItems": st.integers(2, 4)}
    )
    return st.one_of(arrays, _objects(inner), _choices(inner))


schemas: st.SearchStrategy[Schema] = st.recursive(_leaves, _extend, max_leaves=5)
"""Satisfiable schemas that cover every common kind of keyword."""


choices: st.SearchStrategy[Schema] = _choices(schemas)
"""Alternatives that a constant distinguishes, which all have a member of the same name."""


def _each(schema: Schema, change: Callable[[Schema], Schema | None]) -> list[Schema]:
    """Return a copy of the schema for each place where the change applies, changed there."""
    found = [copy.deepcopy(result)] if (result := change(copy.deepcopy(schema))) is not None else []
    for name, member in schema.get("properties", {}).items():
        found += [
            {**schema, "properties": {**schema["properties"], name: inner}} for inner in _each(member, change)
        ]
    if "items" in schema:
        found += [{**schema, "items": inner} for inner in _each(schema["items"], change)]
    for number, branch in enumerate(schema.get("oneOf", [])):
        for inner in _each(branch, change):
            found.append(
                {**schema, "oneOf": [*schema["oneOf"][:number], inner, *schema["oneOf"][number + 1 :]]}
            )
    return found


def _rewritten(schema: Schema) -> Schema | None:
    if schema.get("pattern") not in _PATTERNS:
        return None
    return {**schema, "pattern": _PATTERNS[schema["pattern"]]}


def _split(schema: Schema) -> Schema | None:
    if schema.get("type") != "object" or "additionalProperties" in schema or len(schema["properties"]) < 2:
        return None
    first, *rest = schema["properties"]
    halves = [{key: schema["properties"][key] for key in keys} for keys in ([first], rest)]
    parts = [{"type": "object", "properties": half} for half in halves]
    return {"allOf": [*parts, {"required": schema.get("required", [])}]}


def _reordered(schema: Schema) -> Schema | None:
    found = dict(reversed(schema.items()))
    for key in ("required", "enum", "oneOf"):
        if key in found:
            found[key] = found[key][::-1]
    if "properties" in found:
        found["properties"] = dict(reversed(found["properties"].items()))
    return found


def _types_apart(schema: Schema) -> Schema | None:
    if schema.keys() != {"type"} or not isinstance(schema["type"], list):
        return None
    return {"anyOf": [{"type": name} for name in schema["type"]]}


_EQUIVALENT: tuple[Callable[[Schema], Schema | None], ...] = (
    _rewritten,
    _split,
    _reordered,
    _types_apart,
    lambda schema: {"allOf": [schema]},
    lambda schema: {"oneOf": [schema]},
    lambda schema: {"anyOf": [schema]},
    lambda schema: {**schema, "description": "Other words.", "examples": []},
    lambda schema: {"$ref": "#/components/schemas/Extracted", "x-extracted": schema},
)


def equivalents(schema: Schema) -> list[Schema]:
    """Return refactored schemas; one that extracts a component holds it under `x-extracted`."""
    return [changed for change in _EQUIVALENT for changed in _each(schema, change)]


def _dropped(key: str) -> Callable[[Schema], Schema | None]:
    return lambda schema: {k: v for k, v in schema.items() if k != key} if key in schema else None


def _raised(schema: Schema) -> Schema | None:
    return {**schema, "maxLength": schema["maxLength"] + 1} if "maxLength" in schema else None


def _listed(schema: Schema) -> Schema | None:
    return {**schema, "enum": [*schema["enum"], "violet"]} if "enum" in schema else None


def _null(schema: Schema) -> Schema | None:
    if not isinstance(schema.get("type"), str) or "enum" in schema:
        return None
    return {**schema, "type": [schema["type"], "null"]}


_WIDER: tuple[Callable[[Schema], Schema | None], ...] = (
    *(
        _dropped(key)
        for key in ("minLength", "maxLength", "minimum", "maximum", "multipleOf", "pattern", "enum")
    ),
    *(_dropped(key) for key in ("required", "maxItems", "additionalProperties")),
    _raised,
    _listed,
    _null,
)


def widened(schema: Schema) -> list[Schema]:
    """Return schemas that accept everything that this one accepts, and possibly more."""
    return [changed for change in _WIDER for changed in _each(schema, change)]
