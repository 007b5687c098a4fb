"""The schemas of a bundled document, converted for a JSON Schema 2020-12 validator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from checkpoint_openapi.document.values import items, members

__all__ = ["as_json_schemas", "sample"]

_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_BY_TYPE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}
_BY_FORMAT = {
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:00:00Z",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "email": "a@example.com",
    "uri": "https://example.com/a",
}
_DEEPEST = 8


def as_json_schemas(value: Any) -> Any:
    """Return an OpenAPI 3.0 document with its schemas converted to equivalent JSON Schema 2020-12.

    The schemas are those of requests: `nullable` and Boolean bounds are written out, siblings of `$ref` are
    dropped, and read-only members are not required.
    """
    if isinstance(value, list):
        return [as_json_schemas(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    schema = cast("dict[str, Any]", value)
    if isinstance(schema.get("$ref"), str):
        return {"$ref": schema["$ref"]}
    found = {key: as_json_schemas(member) for key, member in schema.items()}
    for flag, bound in _BOUNDS.items():
        if isinstance(schema.get(flag), bool):
            del found[flag]
            if schema[flag] and bound in found:
                found[flag] = found.pop(bound)
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        found["type"] = [schema["type"], "null"]
    properties = members(schema.get("properties"))
    if properties and isinstance(schema.get("required"), list):
        found["required"] = [
            name for name in schema["required"] if members(properties.get(name)).get("readOnly") is not True
        ]
    return found


def sample(schema: Any, resolve: Callable[[Any], Any], depth: int = 0) -> Any:
    """Return a simple value for a schema: its example, or else a value of its type.

    `resolve` follows the `$ref` of an object. The value fits most schemas, and shows the shape of a response
    if the document has no example.
    """
    stated = members(resolve(schema))
    for member in ("example", "default", "const"):
        if member in stated:
            return stated[member]
    for member in ("examples", "enum"):
        if items(stated.get(member)):
            return stated[member][0]
    for choice in (*items(stated.get("oneOf"))[:1], *items(stated.get("anyOf"))[:1]):
        return sample(choice, resolve, depth + 1) if depth < _DEEPEST else None
    parts = [stated, *(members(resolve(part)) for part in items(stated.get("allOf")))]
    kind = next((part["type"] for part in parts if "type" in part), None)
    kind = next((name for name in items(kind) if name != "null"), kind)
    properties = {name: inner for part in parts for name, inner in members(part.get("properties")).items()}
    if depth >= _DEEPEST:
        return {} if kind == "object" else [] if kind == "array" else None
    if kind == "object" or properties:
        return {
            name: sample(inner, resolve, depth + 1)
            for name, inner in properties.items()
            if members(inner).get("writeOnly") is not True
        }
    if kind == "array":
        return [sample(stated["items"], resolve, depth + 1)] if "items" in stated else []
    if kind == "string":
        return _BY_FORMAT.get(str(stated.get("format")), _BY_TYPE["string"])
    return stated.get("minimum", _BY_TYPE.get(str(kind)))
