"""Values as they stand in a path or a query: a number is text there, and fits where text is read."""

from __future__ import annotations

import json
from typing import Any, cast

from checkpoint_openapi.diff.proof.alternatives import conjunction
from checkpoint_openapi.diff.schema.containment import Answer, JsonSchema, Operand
from checkpoint_openapi.diff.schema.nested import without_booleans
from checkpoint_openapi.diff.schema.parts import Schema

__all__ = ["as_text", "as_written"]

_WRITTEN: dict[str, JsonSchema] = {
    "integer": {"type": "string", "pattern": r"^-?[0-9]+$"},
    "number": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"},
    "boolean": {"type": "string", "enum": ["true", "false"]},
}
_LIST = {"$schema", "$defs", "type", "items", "minItems", "maxItems", "uniqueItems"}
"""Keywords of an array that say nothing against one of a single item."""


def as_text(schema: Schema, *, receives: bool, repeats: bool = False) -> Schema:
    """Return a schema of what is written: at least that of a sender, and at most that of a receiver.

    Items of an array are written one by one, so they are treated alike. Where a name is repeated for each of
    them, a single value is also an array of one; a text with commas may have been a list of its own.
    """
    whole = Operand(schema.bundle())
    plain = without_booleans(whole.simplified())
    content = _as_text(plain, whole, receives=receives)
    if receives and repeats and _may_hold_one(plain):
        items = _items_as_text(plain, receives=True).get("items", {})
        content["anyOf"].append({"allOf": [items, {"type": "string", "pattern": "^[^,]*$"}]})
    return Schema.of({**content, "$defs": plain["$defs"]} if "$defs" in plain else content)


def _may_hold_one(plain: JsonSchema) -> bool:
    """Say whether a schema is an array's, of which a single item is as good as its items' schema says."""
    lengths = (plain.get("minItems", 0), plain.get("maxItems", 1))
    return plain.get("type") == "array" and plain.keys() <= _LIST and lengths[0] <= 1 <= lengths[1]


def as_written(value: Any) -> Any:
    """Return a value as the text that stands for it: a number and a Boolean as JSON writes them."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _as_text(plain: JsonSchema, whole: Operand, *, receives: bool) -> JsonSchema:
    options: list[JsonSchema] = []
    for name, written in _WRITTEN.items():
        every: JsonSchema = {"type": name}
        accepted = whole.covers(Operand(every)) is Answer.YES
        possible = Operand(conjunction([plain, every])).may_be_satisfied()
        if accepted if receives else possible:
            options.append(_listed(plain, name) or written)
    other: JsonSchema = {
        "allOf": [_items_as_text(plain, receives=receives), {"type": ["string", "array", "object", "null"]}]
    }
    return {"anyOf": [other, *options]}


def _listed(plain: JsonSchema, name: str) -> JsonSchema | None:
    """Return the listed numbers of a schema as text."""
    values = plain.get("enum", [plain["const"]] if "const" in plain else None)
    if not isinstance(values, list) or name == "boolean":
        return None
    numbers = [str(value) for value in cast("list[Any]", values) if _is_number(value)]
    return {"type": "string", "enum": numbers or [""]}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _items_as_text(plain: JsonSchema, *, receives: bool) -> JsonSchema:
    items = plain.get("items")
    if not isinstance(items, dict):
        return plain
    items = cast("JsonSchema", items)
    inner: JsonSchema = {**items, "$defs": plain["$defs"]} if "$defs" in plain else items
    return {**plain, "items": _as_text(inner, Operand(inner), receives=receives)}
