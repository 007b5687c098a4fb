"""Whether two schemas are identical, with everything they lead to, without unfolding either.

A sender is restricted to declared names. It is still alike the receiver that says the same otherwise, which
then accepts everything it sends.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.definitions import Definitions
from checkpoint_openapi.diff.schema.marks import ADDS, AT, CLOSER
from checkpoint_openapi.diff.schema.nested import definition_name, mapped, mapped_inside, mentions
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.values import equal, packed

__all__ = ["Likeness", "expanded"]

_Known = dict[str, bool]


class Likeness:
    """Compares schemas; each pair of definitions is compared once."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Definitions, WeakKeyDictionary[Definitions, _Known]] = (
            WeakKeyDictionary()
        )

    def alike(self, left: Schema, right: Schema) -> bool:
        """Return whether two schemas, and all definitions that they reach, are identical.

        The names to which `right` is restricted do not count.
        """
        if left.references != right.references or not _same(left.content, _opened(right.content)):
            return False
        others = self._known.setdefault(left.definitions, WeakKeyDictionary())
        known = others.setdefault(right.definitions, {})
        return all(_are_alike(name, left.definitions, right.definitions, known) for name in left.references)


def expanded(schema: Schema, depth: int = 8) -> JsonSchema:
    """Return the content of a schema with references inlined, to a limited depth, and without places."""

    def expand(content: JsonSchema, left: int) -> JsonSchema:
        if "$ref" in content and left:
            return expand(schema.definitions.get(definition_name(content["$ref"])), left - 1)
        return {key: value for key, value in content.items() if key != AT}

    def write_out(content: JsonSchema, left: int) -> JsonSchema:
        whole = expand(content, left)
        return mapped_inside(whole, lambda inner: write_out(inner, left - 1)) if left else {}

    return write_out(schema.content, depth)


def _are_alike(name: str, left: Definitions, right: Definitions, known: _Known) -> bool:
    if name not in known:
        reach = {name, *left.reachable(name)}
        known[name] = all(_same(left.get(other), right.about(other, "opened", _opened)) for other in reach)
        if known[name]:
            known.update(dict.fromkeys(reach, True))
    return known[name]


def _opened(schema: JsonSchema) -> JsonSchema:
    """Return a schema without the restriction of its objects to declared names."""
    is_marked = mentions(schema, CLOSER) or mentions(schema, ADDS)
    return mapped(schema, _part) if is_marked else schema


def _part(schema: JsonSchema) -> JsonSchema:
    """Return what a schema says besides that restriction, which is the last of its parts."""
    parts = schema.get("allOf", [])
    if not parts or parts[-1].keys().isdisjoint((ADDS, CLOSER)):
        return schema
    return parts[0] if len(parts) == 2 else {**schema, "allOf": parts[:-1]}


def _same(left: JsonSchema, right: JsonSchema) -> bool:
    # Python's comparison and the same bytes decide faster, wherever number types do not matter.
    return left == right and (packed(left) == packed(right) or equal(left, right))
