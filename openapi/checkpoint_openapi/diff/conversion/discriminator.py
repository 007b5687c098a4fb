"""The schema that a discriminator value selects (OpenAPI 3.0.3 and 3.1.0, 4.7.25 Discriminator Object).

JSON Schema has no discriminators, so a value becomes part of the schema that it selects. That also covers the
style without `oneOf`, where the parent has the discriminator and each child includes the parent in its
`allOf`.
"""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import PIN
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import unescaped
from checkpoint_openapi.document.source import DocumentError

__all__ = ["Discriminators", "pinned"]


def pinned(schema: JsonSchema, name: str, values: list[str] | None) -> JsonSchema:
    """Return a schema that a discriminator selects with some values; None if the values are unknown."""
    if values is None:
        return schema
    return {
        "allOf": [schema, {"required": [name], "properties": {name: {"enum": sorted(values)}}, PIN: True}]
    }


class Discriminators:
    """Finds the discriminators of one document."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._families: dict[Location, list[Location]] | None = None

    def property_of(self, schema: dict[str, Any]) -> str | None:
        """Return the name of the discriminating member, or None."""
        stated = schema.get("discriminator")
        name = cast("dict[str, Any]", stated).get("propertyName") if isinstance(stated, dict) else None
        return name if isinstance(name, str) else None

    def children(self, parent: Location) -> list[Location]:
        """Return the component schemas with `parent` in their `allOf`, directly or indirectly."""
        if self._families is None:
            self._families = self._find_families()
        found: list[Location] = []
        pending = list(self._families.get(parent, []))
        while pending:
            child = pending.pop(0)
            if child not in found and child != parent:
                found.append(child)
                pending.extend(self._families.get(child, []))
        return found

    def is_parent(self, place: Location, schema: dict[str, Any]) -> bool:
        """Return whether a schema also stands for its children."""
        if self.property_of(schema) is None or "oneOf" in schema or "anyOf" in schema:
            return False
        return bool(self.children(place))

    def values(self, holder: Location, schema: dict[str, Any], branch: Location) -> list[str] | None:
        """Return the values that select a branch; None if the branch restricts them itself or has no name.

        `schema` has the discriminator and is at `holder`; `branch` is the place of an alternative or a child.
        """
        name = self.property_of(schema)
        target = self._target(branch)
        if name is None or target is None:
            return None
        own = self._own_values(target, name, set())
        mapped = self._mapped(holder, schema, target)
        if mapped:
            return mapped if own is None or own & set(mapped) else None
        return None if own is not None else [unescaped(target.pointer.rsplit("/", 1)[-1])]

    def _target(self, branch: Location) -> Location | None:
        value = self._documents.get(branch)
        if isinstance(value, dict) and "$ref" in value:
            return self._documents.follow(branch)
        return (
            branch
            if branch.pointer.startswith("/components/schemas/") and branch.pointer.count("/") == 3
            else None
        )

    def _mapped(self, holder: Location, schema: dict[str, Any], target: Location) -> list[str]:
        mapping = cast("dict[str, Any]", schema["discriminator"]).get("mapping")
        if not isinstance(mapping, dict):
            return []
        found: list[str] = []
        for value, written in cast("dict[str, Any]", mapping).items():
            if isinstance(written, str) and self._mapping_target(holder, value, written) == target:
                found.append(value)
        return found

    def _mapping_target(self, holder: Location, value: str, written: str) -> Location | None:
        if "/" not in written and "#" not in written:
            named = Location(self._documents.root.file, "/components/schemas") / written
            if self._documents.has(named):
                return self._documents.follow(named)
        try:
            found = self._documents.resolve(holder / "discriminator" / "mapping" / value, written)
            return self._documents.follow(found)
        except DocumentError:
            # A dangling mapping selects nothing; lint reports it.
            return None

    def _own_values(self, place: Location, name: str, seen: set[Location]) -> set[str] | None:
        """Return the values to which a schema itself restricts its discriminating member, or None."""
        place = self._documents.follow(place)
        schema = self._documents.get(place)
        if place in seen or not isinstance(schema, dict):
            return None
        seen.add(place)
        members = cast("dict[str, Any]", schema)
        properties = members.get("properties")
        if isinstance(properties, dict) and name in properties:
            at = self._documents.follow(place / "properties" / name)
            found = self._documents.get(at)
            if isinstance(found, dict):
                stated = cast("dict[str, Any]", found)
                values = [stated["const"]] if "const" in stated else stated.get("enum")
                if isinstance(values, list):
                    return {str(value) for value in cast("list[Any]", values)}
        parts = members.get("allOf")
        for number in range(len(cast("list[Any]", parts)) if isinstance(parts, list) else 0):
            inherited = self._own_values(place / "allOf" / number, name, seen)
            if inherited is not None:
                return inherited
        return None

    def _find_families(self) -> dict[Location, list[Location]]:
        document = self._documents.get(self._documents.root)
        components = document.get("components")
        schemas = cast("dict[str, Any]", components).get("schemas") if isinstance(components, dict) else None
        families: dict[Location, list[Location]] = {}
        if not isinstance(schemas, dict):
            return families
        for name, schema in cast("dict[str, Any]", schemas).items():
            child = self._documents.root / "components" / "schemas" / name
            parts = cast("dict[str, Any]", schema).get("allOf") if isinstance(schema, dict) else None
            for number, part in enumerate(cast("list[Any]", parts) if isinstance(parts, list) else []):
                if isinstance(part, dict) and "$ref" in part:
                    parent = self._parent(child / "allOf" / number)
                    if parent is not None:
                        families.setdefault(parent, []).append(child)
        return families

    def _parent(self, place: Location) -> Location | None:
        try:
            return self._documents.follow(place)
        except DocumentError:
            # A dangling reference is reported where an operation reaches it.
            return None
