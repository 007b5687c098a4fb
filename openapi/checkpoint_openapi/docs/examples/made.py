"""Example values for the schemas of a document, each valid against its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from checkpoint_openapi.diff.conversion.convert import Converter
from checkpoint_openapi.diff.conversion.roles import Role
from checkpoint_openapi.diff.proof.sample import samples_of
from checkpoint_openapi.docs.examples.checks import Checker
from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import items, members

__all__ = ["NONE", "Maker"]

_DEEPEST = 6
"""The depth below which optional members are left out."""
_LARGEST = 10_000
"""The longest sample that is preferred for showing more, in characters of JSON."""


class _None:
    """Marks a missing value, since None is a value."""


NONE = _None()
"""Returned by `Maker.value` if no example could be made."""


class Maker:
    """Makes values that may be sent, from the examples that the schemas state wherever possible."""

    def __init__(self, documents: Documents, checker: Checker) -> None:
        """Make values that travel in the direction of a checker."""
        self._documents = documents
        self._checker = checker
        is_request = checker.direction is Direction.REQUEST
        self._converter = Converter(documents, Role(by_client=is_request, sender=False), frozenset())
        self._known: dict[Location, Any] = {}

    def value(self, schema: Location) -> Any:
        """Return a value that a schema accepts, or `NONE`."""
        return self._made(schema, 0)

    def _made(self, schema: Location, depth: int) -> Any:
        if depth == 0 and schema in self._known:
            return self._known[schema]
        made = next((value for value in self._candidates(schema, depth) if self._fits(schema, value)), NONE)
        if depth == 0:
            self._known[schema] = made
        return made

    def _fits(self, schema: Location, value: Any) -> bool:
        return value is not NONE and self._checker.fault(schema, value) is None

    def _candidates(self, schema: Location, depth: int) -> Iterator[Any]:
        """Yield what may be valid: stated examples, a value built from its parts, then samples."""
        place = self._documents.follow(schema)
        stated = members(self._documents.get(place))
        for source in (stated, members(self._documents.get(schema))):
            yield from (source[key] for key in ("example", "default", "const") if key in source)
            yield from (value for key in ("examples", "enum") for value in items(source.get(key)))
        for key in ("oneOf", "anyOf"):
            if not items(stated.get("allOf")) and "properties" not in stated:
                for number in range(len(items(stated.get(key)))):
                    yield self._deeper(place.below(key, number), depth)
        yield self._composed(place, depth)
        samples = samples_of(self._converter.schema(schema))
        yield from sorted(samples, key=_shows_less)

    def _deeper(self, schema: Location, depth: int) -> Any:
        return self._made(schema, depth + 1) if depth < _DEEPEST else NONE

    def _composed(self, place: Location, depth: int) -> Any:
        """Return an object of all declared members, or an array of one item, made from their own schemas."""
        parts = list(self._parts(place, set()))
        declared = {
            name: part.below("properties", name)
            for part in parts
            for name in members(members(self._documents.get(part)).get("properties"))
        }
        if declared:
            made = {name: self._deeper(inner, depth) for name, inner in declared.items() if self._sent(inner)}
            return {name: value for name, value in made.items() if value is not NONE}
        listed = next(
            (part / "items" for part in parts if "items" in members(self._documents.get(part))), None
        )
        if listed is None:
            return NONE
        item = self._deeper(listed, depth)
        return [] if item is NONE else [item]

    def _parts(self, place: Location, seen: set[Location]) -> Iterator[Location]:
        """Yield a schema and the schemas that it includes by `allOf`."""
        place = self._documents.follow(place)
        if place in seen:
            return
        seen.add(place)
        yield place
        for number in range(len(items(members(self._documents.get(place)).get("allOf")))):
            yield from self._parts(place.below("allOf", number), seen)

    def _sent(self, schema: Location) -> bool:
        """Return whether a member may be sent in the direction."""
        stated = members(self._documents.get(self._documents.follow(schema)))
        return stated.get(self._checker.direction.value) is not True


def _shows_less(value: Any) -> tuple[bool, int]:
    """Order samples: a long object or array shows more, unless it is too long to read."""
    if not isinstance(value, dict | list):
        return False, 0
    length = len(json.dumps(value))
    return length > _LARGEST, length if length > _LARGEST else -length
