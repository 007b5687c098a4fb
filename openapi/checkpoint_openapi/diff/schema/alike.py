"""Whether two schemas are identical, with everything they lead to, without unfolding either."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.parts import Definitions, Schema
from checkpoint_openapi.document.values import equal, packed

__all__ = ["Likeness"]

_Known = dict[str, bool]


class Likeness:
    """Compares schemas; each pair of definitions is compared once."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Definitions, WeakKeyDictionary[Definitions, _Known]] = (
            WeakKeyDictionary()
        )

    def alike(self, left: Schema, right: Schema) -> bool:
        """Return whether two schemas, and all definitions that they reach, are identical."""
        if not _same(left.content, right.content):
            return False
        others = self._known.setdefault(left.definitions, WeakKeyDictionary())
        known = others.setdefault(right.definitions, {})
        return all(_are_alike(name, left.definitions, right.definitions, known) for name in left.references)


def _are_alike(name: str, left: Definitions, right: Definitions, known: _Known) -> bool:
    if name not in known:
        reach = {name, *left.reachable(name)}
        known[name] = all(_same(left.get(other), right.get(other)) for other in reach)
        if known[name]:
            known.update(dict.fromkeys(reach, True))
    return known[name]


def _same(left: JsonSchema, right: JsonSchema) -> bool:
    # Python's comparison and the same bytes decide faster, wherever number types do not matter.
    return left == right and (packed(left) == packed(right) or equal(left, right))
