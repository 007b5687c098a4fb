"""Merges several schemas of one value in the simple cases: values generated from the result are checked."""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.document.values import contains

__all__ = ["is_facet", "merged", "replaced"]

_KEPT_APART = ("anyOf", "oneOf", "$ref", "pattern", "not")


def is_facet(schema: Any) -> bool:
    """Return whether a member of `allOf` is only a pattern or a negation, which strings use as is."""
    return isinstance(schema, dict) and schema.keys() in ({"pattern"}, {"not"})


def replaced(keywords: JsonSchema, key: str, branch: Any) -> JsonSchema:
    """Return a schema with a reference or a choice replaced by a member of `allOf`."""
    rest = {name: value for name, value in keywords.items() if name not in (key, "$defs")}
    return {**rest, "allOf": [*rest.get("allOf", []), branch]}


def merged(keywords: JsonSchema) -> JsonSchema:
    """Return a schema merged with the members of its `allOf`."""
    found: JsonSchema = {key: value for key, value in keywords.items() if key != "allOf"}
    apart: list[Any] = []
    for member in cast("list[Any]", keywords["allOf"]):
        if is_facet(member):
            apart.append(member)
        elif isinstance(member, dict):
            for key, value in cast("JsonSchema", member).items():
                if key == "allOf":
                    apart.extend(cast("list[Any]", value))
                elif key in _KEPT_APART and key in found:
                    apart.append({key: value})
                else:
                    found[key] = _together(key, found[key], value) if key in found else value
    return {**found, "allOf": apart} if apart else found


def _together(key: str, left: Any, right: Any) -> Any:
    """Return what two values of one keyword require together; the second if that is not simple."""
    match key:
        case "properties":
            both = {name: {"allOf": [left[name], right[name]]} for name in left.keys() & right.keys()}
            return {**left, **right, **both}
        case "required":
            return sorted({*left, *right})
        case "enum":
            return [item for item in left if contains(right, item)]
        case "type":
            return _common_types(left, right)
        case _ if key.startswith(("min", "exclusiveMin")):
            return max(left, right)
        case _ if key.startswith(("max", "exclusiveMax")):
            return min(left, right)
        case _:
            return right


def _common_types(left: Any, right: Any) -> list[str]:
    """Return the types that both sides name; an integer is also a number."""
    lefts, rights = _listed(left), _listed(right)
    common = [name for name in lefts if name in rights or (name == "integer" and "number" in rights)]
    if "integer" in rights and "number" in lefts and "integer" not in common:
        common.append("integer")
    return common


def _listed(value: Any) -> list[str]:
    return cast("list[str]", value) if isinstance(value, list) else [value]
