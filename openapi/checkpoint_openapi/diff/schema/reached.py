"""The part of a schema that validating one value leads to: of hundreds of definitions, mostly a few."""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.document.pointer import unescaped
from checkpoint_openapi.document.values import items, members

__all__ = ["reached"]

_Values = list[Any]
_HERE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""Keywords whose schemas are about the same value."""
_MEMBERS = ("patternProperties", "additionalProperties", "unevaluatedProperties")
_ITEMS = ("items", "prefixItems", "contains", "unevaluatedItems")


def reached(schema: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return a schema that accepts a value if and only if the given one does."""
    return _Reached(schema.get("$defs", {})).whole(schema, value)


class _Reached:
    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self._names: dict[tuple[str, tuple[int, ...]], str] = {}
        self._kept: dict[str, Any] = {}
        self._lists: list[_Values] = []
        """The lists whose items are identified, which must not be reused meanwhile."""

    def whole(self, schema: dict[str, Any], value: Any) -> dict[str, Any]:
        found = self._of({key: inner for key, inner in schema.items() if key != "$defs"}, [value])
        return {**found, "$defs": self._kept} if self._kept else found

    def _of(self, schema: Any, values: _Values) -> Any:
        if not isinstance(schema, dict):
            return schema
        found: dict[str, Any] = {}
        for keyword, inner in cast("dict[str, Any]", schema).items() if values else ():
            if keyword == "$ref":
                found[keyword] = f"#/$defs/{self._named(inner, values)}"
            elif keyword == "properties":
                found[keyword] = self._properties(inner, values)
            elif keyword in _HERE:
                found[keyword] = self._each(inner, values, is_map=keyword == "dependentSchemas")
            elif keyword in _MEMBERS:
                inside = [item for value in values for item in members(value).values()]
                found[keyword] = self._each(inner, inside, is_map=keyword == "patternProperties")
            elif keyword in _ITEMS:
                found[keyword] = self._each(inner, [item for value in values for item in items(value)])
            elif keyword == "propertyNames":
                found[keyword] = self._of(inner, [name for value in values for name in members(value)])
            else:
                found[keyword] = inner
        return found

    def _each(self, inner: Any, values: _Values, *, is_map: bool = False) -> Any:
        if isinstance(inner, list):
            return [self._of(item, values) for item in cast("list[Any]", inner)]
        if is_map:
            return {name: self._of(item, values) for name, item in inner.items()}
        return self._of(inner, values)

    def _properties(self, inner: dict[str, Any], values: _Values) -> dict[str, Any]:
        stated = [members(value) for value in values]
        names = dict.fromkeys(name for value in stated for name in value if name in inner)
        return {
            name: self._of(inner[name], [value[name] for value in stated if name in value]) for name in names
        }

    def _named(self, reference: str, values: _Values) -> str:
        """Return the name of a definition for some values."""
        name = unescaped(reference.removeprefix("#/$defs/").replace("%25", "%"))
        key = (name, tuple(map(id, values)))
        if key not in self._names:
            self._lists.append(values)
            self._names[key] = str(len(self._names))
            self._kept[self._names[key]] = self._of(self._definitions.get(name, {}), values)
        return self._names[key]
