"""The schemas of a bundled document, converted for a JSON Schema 2020-12 validator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.values import items, members

__all__ = ["as_json_schemas"]

_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def as_json_schemas(value: Any, direction: Direction, resolve: Callable[[Any], Any], *, is_3_0: bool) -> Any:
    """Return a document with its schemas converted to equivalent JSON Schema 2020-12 for one direction.

    Members that do not travel in that direction are not required. In OpenAPI 3.0, `nullable` and Boolean
    bounds are written out, and siblings of `$ref` are dropped. `resolve` follows the `$ref` of an object.
    """

    def converted(value: Any) -> Any:
        if isinstance(value, list):
            return [converted(item) for item in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return value
        schema = cast("dict[str, Any]", value)
        if is_3_0 and isinstance(schema.get("$ref"), str):
            return {"$ref": schema["$ref"]}
        found = {key: converted(member) for key, member in schema.items()}
        if is_3_0:
            _write_out(schema, found)
        properties = members(schema.get("properties"))
        if properties and isinstance(schema.get("required"), list):
            found["required"] = [
                name
                for name in items(schema["required"])
                if members(resolve(properties.get(name))).get(direction.value) is not True
            ]
        return found

    return converted(value)


def _write_out(schema: dict[str, Any], found: dict[str, Any]) -> None:
    """Write out in `found` what only OpenAPI 3.0 has: Boolean bounds and `nullable`."""
    for flag, bound in _BOUNDS.items():
        if isinstance(schema.get(flag), bool):
            del found[flag]
            if schema[flag] and bound in found:
                found[flag] = found.pop(bound)
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        found["type"] = [schema["type"], "null"]
