"""The subschemas of a JSON Schema: a member called `pattern` or `$ref` is not a keyword."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import AT
from checkpoint_openapi.document.pointer import unescaped

__all__ = [
    "APPLIED",
    "SAME_PLACE",
    "all_schemas",
    "beside_null",
    "definition_name",
    "mapped",
    "mapped_inside",
    "mentions",
    "references",
    "subschemas",
    "without_booleans",
]

SAME_PLACE = ("allOf", "anyOf", "oneOf")
"""Keywords whose schemas apply to the same value."""
APPLIED = (*SAME_PLACE, "then", "else", "dependentSchemas")
"""Those, and keywords whose schemas apply to it under a condition."""
_LISTS = (*SAME_PLACE, "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
_SINGLE = (
    "items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "propertyNames", "contains",
    "not", "if", "then", "else",
)  # fmt: skip
_DEFINITION = "#/$defs/"


def subschemas(schema: JsonSchema) -> Iterator[tuple[str, JsonSchema]]:
    """Yield the schemas directly inside a schema, each with its keyword."""
    for keyword, value in schema.items():
        if keyword in _SINGLE:
            inner: list[Any] = [value]
        elif keyword in _LISTS:
            inner = value
        elif keyword in _MAPS:
            inner = list(value.values())
        else:
            continue
        for item in inner:
            if isinstance(item, dict):
                yield keyword, cast("JsonSchema", item)


def all_schemas(schema: JsonSchema) -> Iterator[JsonSchema]:
    """Yield a schema and all schemas inside it."""
    pending = [schema]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(inner for _, inner in subschemas(node))


def mentions(schema: JsonSchema, keyword: str) -> bool:
    """Return whether a keyword occurs in a schema or in one inside it."""
    return any(keyword in inner for inner in all_schemas(schema))


def mapped(schema: JsonSchema, change: Callable[[JsonSchema], JsonSchema]) -> JsonSchema:
    """Return a schema with each schema in it changed, innermost first."""
    return change(mapped_inside(schema, lambda inner: mapped(inner, change)))


def mapped_inside(schema: JsonSchema, change: Callable[[JsonSchema], JsonSchema]) -> JsonSchema:
    """Return a schema with the schemas directly inside it changed."""

    def inside(value: Any) -> Any:
        return change(cast("JsonSchema", value)) if isinstance(value, dict) else value

    found: JsonSchema = {}
    for keyword, value in schema.items():
        if keyword in _SINGLE:
            found[keyword] = inside(value)
        elif keyword in _LISTS:
            found[keyword] = [inside(item) for item in value]
        elif keyword in _MAPS:
            found[keyword] = {name: inside(item) for name, item in value.items()}
        else:
            found[keyword] = value
    return found


def without_booleans(schema: JsonSchema) -> JsonSchema:
    """Return a schema with `true` and `false` written as objects, except where `false` closes an object."""

    def plain(keyword: str, value: Any) -> Any:
        if value is True:
            return {}
        return {"not": {}} if value is False and not keyword.endswith(("Properties", "Items")) else value

    def change(node: JsonSchema) -> JsonSchema:
        found: JsonSchema = {}
        for keyword, value in node.items():
            if keyword in _SINGLE:
                found[keyword] = plain(keyword, value)
            elif keyword in _LISTS:
                found[keyword] = [plain(keyword, item) for item in value]
            elif keyword in _MAPS:
                found[keyword] = {name: plain("", item) for name, item in value.items()}
            else:
                found[keyword] = value
        return found

    return mapped(schema, change)


def references(schema: JsonSchema) -> list[str]:
    """Return the names of the definitions that a schema refers to directly, outside its own definitions."""
    own = {key: value for key, value in schema.items() if key != "$defs"}
    return [definition_name(node["$ref"]) for node in all_schemas(own) if "$ref" in node]


def beside_null(content: JsonSchema) -> JsonSchema | None:
    """Return the other branch of an `anyOf` that has two branches, one of them null."""
    branches = content.get("anyOf", [])
    if len(branches) != 2:
        return None
    others = [branch for branch in branches if branch.get("type") != "null" or branch.keys() - {"type", AT}]
    return others[0] if len(others) == 1 else None


def definition_name(reference: str) -> str:
    """Return the name of the definition that a generated reference leads to."""
    name = reference.removeprefix(_DEFINITION)
    return unescaped(name.replace("%25", "%"))
