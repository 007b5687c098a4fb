"""The names that a schema declares for one object, collected through `$ref`, `allOf`, `anyOf` and `oneOf`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from checkpoint_openapi.diff.conversion.keywords import single_values
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import items, members

__all__ = ["Declarations", "Names", "applicators", "evaluated", "evaluated_items"]

_DEPENDENT = ("anyOf", "oneOf", "if", "dependentSchemas", "patternProperties", "$dynamicRef")
_DEPENDENT_ITEMS = ("anyOf", "oneOf", "if", "contains", "$dynamicRef")
_SAME_PLACE = ("allOf", "anyOf", "oneOf")
_MOST_INCLUDED = 60
"""The number of schemas among which the mark of a member is looked for."""


@dataclass
class Names:
    """The declarations about the members of one object."""

    declared: set[str] = field(default_factory=set[str])
    patterns: set[str] = field(default_factory=set[str])
    hidden: set[str] = field(default_factory=set[str])
    """Members that do not travel: read-only if the client sends the object, otherwise write-only."""
    is_map: bool = False
    """Whether a schema describes the values of members of any name."""
    least: int = 0
    """The highest `minProperties`."""

    def among(self, names: frozenset[str]) -> set[str]:
        """Return those of some names that are declared, literally or by a pattern."""
        by_pattern = {name for name in names if self._match(name)} if self.patterns else set[str]()
        return by_pattern | (names & self.declared)

    def _match(self, name: str) -> bool:
        return any(_matches(pattern, name) for pattern in self.patterns)

    @property
    def closable(self) -> bool:
        """Whether a sender can be restricted to the declared names: not for maps and free-form objects."""
        if self.is_map or not (self.declared or self.patterns):
            return False
        return self.least <= len(self.declared)


def applicators(schema: dict[str, Any], place: Location) -> list[Location]:
    """Return the subschemas that apply to the same value as a schema, except those under `not` and `if`."""
    found: list[Location] = []
    for keyword in _SAME_PLACE:
        members = schema.get(keyword)
        if isinstance(members, list):
            found.extend(place / keyword / number for number in range(len(cast("list[Any]", members))))
    found.extend(place / keyword for keyword in ("then", "else") if keyword in schema)
    if isinstance(schema.get("dependentSchemas"), dict):
        found.extend(place / "dependentSchemas" / name for name in schema["dependentSchemas"])
    return found


class Declarations:
    """Collects names for one document and direction, visiting each place once."""

    def __init__(self, documents: Documents, *, by_client: bool) -> None:
        self._documents = documents
        self._flag = "readOnly" if by_client else "writeOnly"
        self._known: dict[Location, Names] = {}
        self._always: dict[Location, Names] = {}
        self._marked: dict[Location, bool] = {}

    def at(self, place: Location, more: list[Location]) -> Names:
        """Return the declarations at a place, and at `more` places that apply to the same object."""
        if place not in self._known:
            names = Names()
            seen: set[Location] = set()
            for start in (place, *more):
                self._collect(start, names, seen)
            names.declared -= names.hidden
            self._known[place] = names
        return self._known[place]

    def always(self, place: Location) -> Names:
        """Return the declarations at a place outside the alternatives of a choice."""
        if place not in self._always:
            names = Names()
            self._collect(place, names, set(), choices=False)
            names.declared -= names.hidden
            self._always[place] = names
        return self._always[place]

    def _collect(self, place: Location, names: Names, seen: set[Location], *, choices: bool = True) -> None:
        if place in seen:
            return
        seen.add(place)
        schema = self._documents.get(place)
        if not isinstance(schema, dict):
            return
        members = cast("dict[str, Any]", schema)
        if "$ref" in members:
            self._collect(self._documents.target(place), names, seen, choices=choices)
            if self._documents.version == (3, 0):
                return
        for target in self._documents.dynamic_targets(place):
            self._collect(target, names, seen, choices=choices)
        self._own(members, place, names)
        kept = [keyword for keyword in members if choices or not _is_choice(members, keyword)]
        for part in applicators({keyword: members[keyword] for keyword in kept}, place):
            self._collect(part, names, seen, choices=choices)

    def _own(self, schema: dict[str, Any], place: Location, names: Names) -> None:
        """Add the declarations of a schema itself."""
        for name in members(schema.get("properties")):
            names.declared.add(name)
            if self.hides(place / "properties" / name):
                names.hidden.add(name)
        names.patterns.update(members(schema.get("patternProperties")))
        needed = (schema.get("required"), *members(schema.get("dependentRequired")).values())
        discriminating = members(schema.get("discriminator")).get("propertyName")
        stated = [name for listed in needed for name in items(listed)] + [discriminating]
        names.declared.update(name for name in stated if isinstance(name, str))
        for value in (*items(schema.get("enum")), schema.get("const")):
            names.declared.update(members(value))
        if any(
            isinstance(schema.get(key), dict) and schema[key]
            for key in ("additionalProperties", "unevaluatedProperties")
        ):
            names.is_map = True
        least = schema.get("minProperties")
        if isinstance(least, int):
            names.least = max(names.least, least)

    def hides(self, place: Location) -> bool:
        """Return whether a member is marked as not travelling, by its schema or by one that it includes.

        One mark among the schemas that apply is enough (JSON Schema Validation, 9.4); alternatives count if
        each of them has it.
        """
        if place not in self._marked:
            self._marked[place] = self._is_marked(place, {})
        return self._marked[place]

    def _is_marked(self, place: Location, known: dict[Location, bool]) -> bool:
        """Return whether a schema has the mark; `known` are the schemas that led to it, and their results."""
        if place in known or len(known) > _MOST_INCLUDED:
            return known.get(place, False)
        known[place] = False
        schema = members(self._documents.get(place))
        is_alone = "$ref" in schema and self._documents.version == (3, 0)
        known[place] = (not is_alone and schema.get(self._flag) is True) or any(
            self._is_marked(part, known) for part in self._included(schema, place, is_alone=is_alone)
        )
        if not known[place] and not is_alone:
            choices = [self._documents.dynamic_targets(place)]
            for keyword in ("anyOf", "oneOf"):
                numbers = range(len(items(schema.get(keyword))))
                choices.append([place / keyword / number for number in numbers])
            known[place] = any(
                bool(choice) and all(self._is_marked(part, known) for part in choice) for choice in choices
            )
        return known[place]

    def _included(self, schema: dict[str, Any], place: Location, *, is_alone: bool) -> Iterator[Location]:
        """Yield the schemas that always apply beside a schema."""
        if "$ref" in schema:
            yield self._documents.target(place)
        if not is_alone:
            yield from (place / "allOf" / number for number in range(len(items(schema.get("allOf")))))


def _is_choice(schema: dict[str, Any], keyword: str) -> bool:
    """Return whether a keyword lists alternatives that conversion keeps as such."""
    listed = items(schema.get(keyword)) if keyword in ("anyOf", "oneOf") else []
    return len(listed) > 1 and single_values(schema, keyword) is None


def evaluated(documents: Documents, place: Location) -> set[str] | None:
    """Return the names that a schema's `unevaluatedProperties` ignores, or None if they depend on the value.

    They do if an alternative, a condition or a pattern describes members.
    """
    names: set[str] = set()
    for here, stated in _always_applied(documents, place):
        if not stated.keys().isdisjoint(_DEPENDENT) or stated.get("additionalProperties", False) is not False:
            return None
        if here != place and "unevaluatedProperties" in stated:
            return None
        names.update(members(stated.get("properties")))
    return names


def evaluated_items(documents: Documents, place: Location) -> float | None:
    """Return the number of first items that a schema's `unevaluatedItems` ignores: infinity for all of them.

    None if it depends on the value, because an alternative or a condition may evaluate items.
    """
    count: float = 0
    for here, stated in _always_applied(documents, place):
        if not stated.keys().isdisjoint(_DEPENDENT_ITEMS):
            return None
        if isinstance(stated.get("items"), list):
            count = max(count, len(stated["items"]))
        elif "items" in stated or (here != place and "unevaluatedItems" in stated):
            count = math.inf
        count = max(count, len(items(stated.get("prefixItems"))))
    return count


def _always_applied(documents: Documents, place: Location) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Yield a schema and those that apply to all of its values, through `$ref` and `allOf`, each once."""
    pending, seen = [place], set[Location]()
    while pending:
        here = pending.pop()
        schema = documents.get(here)
        if here in seen or not isinstance(schema, dict):
            continue
        seen.add(here)
        stated = cast("dict[str, Any]", schema)
        yield here, stated
        if "$ref" in stated:
            pending.append(documents.target(here))
        pending.extend(here / "allOf" / number for number in range(len(items(stated.get("allOf")))))


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        # A pattern of another dialect: assume that the sender may use the name.
        return True
