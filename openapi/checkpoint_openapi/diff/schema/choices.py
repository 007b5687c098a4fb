"""The alternatives of a sender, and the names that its values may have.

A name that only some alternatives declare is sent only in a value of one of them. Alternatives that a value
cannot share need nothing but their own names. Where a value may belong to two of them, it may have the names
of both.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, cast

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.nested import APPLIED, definition_name
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.values import hashable, items

__all__ = ["names_beside", "values_told", "within"]

_DEEPEST = 6
"""The number of nested choices in which names are told apart."""


class _Marks(NamedTuple):
    """What tells the values of one alternative from those of another."""

    types: frozenset[str] | None
    required: frozenset[str]
    values: dict[str, frozenset[Hashable]]
    """The values of members that list them."""


def names_beside(branches: list[Schema]) -> list[frozenset[str]]:
    """Return, for each alternative, the names that its values may have because they belong to others, too.

    That is so only where each of two alternatives has names that the other lacks: otherwise, a value of both
    has no more names than a value of one.
    """
    marks = [_marks(branch) for branch in branches]
    found: list[frozenset[str]] = []
    for number, branch in enumerate(branches):
        others = [
            other
            for index, other in enumerate(branches)
            if not (branch.added <= other.added or other.added <= branch.added)
            and not _are_apart(marks[number], marks[index])
        ]
        found.append(_added_by(others))
    return found


def values_told(branch: Schema) -> frozenset[tuple[str, frozenset[Hashable]]]:
    """Return the members that every value of an alternative has, and whose values it lists."""
    marks = _marks(branch)
    return frozenset((name, values) for name, values in marks.values.items() if name in marks.required)


def within(sender: Schema, foreign: frozenset[str]) -> JsonSchema:
    """Return the content of a sender that refuses names, unless an alternative that applies declares them."""
    content = _restricted(sender, foreign & sender.added, frozenset())
    return _without(content, foreign - sender.added)


def _without(content: JsonSchema, names: frozenset[str]) -> JsonSchema:
    if not names:
        return content
    demand: JsonSchema = {"propertyNames": {"not": {"enum": sorted(names)}}}
    if "$ref" in content:
        return {"allOf": [content, demand]}
    return {**content, "allOf": [*content.get("allOf", []), demand]}


def _restricted(sender: Schema, names: frozenset[str], trail: frozenset[str]) -> JsonSchema:
    """Return the content of a sender in which each alternative refuses names that only others declare."""
    content = sender.content
    if not names & sender.added or len(trail) > _DEEPEST:
        return content
    if "$ref" in content:
        name = definition_name(content["$ref"])
        target = sender.sub(sender.definitions.get(name))
        is_open = name in trail or content.keys() != {"$ref"}
        return content if is_open else _restricted(target, names, trail | {name})
    found = dict(content)
    places = [(keyword, content[keyword]) for keyword in APPLIED if keyword in content]
    for keyword, value in places:
        others = [sender.sub({other: stated}) for other, stated in places if other != keyword]
        left = names - _added_by(others)
        if keyword == "allOf":
            found[keyword] = _all_of(sender, value, left, trail)
        elif keyword in ("anyOf", "oneOf"):
            found.update(_choice(sender, keyword, value, left, trail, found.get("allOf", [])))
    return found


def _all_of(
    sender: Schema, members: list[JsonSchema], names: frozenset[str], trail: frozenset[str]
) -> list[JsonSchema]:
    parts = [sender.sub(member) for member in members]
    found: list[JsonSchema] = []
    for number, part in enumerate(parts):
        others = [other for index, other in enumerate(parts) if index != number]
        found.append(_restricted(part, names - _added_by(others), trail))
    return found


def _choice(
    sender: Schema,
    keyword: str,
    value: list[JsonSchema],
    names: frozenset[str],
    trail: frozenset[str],
    beside: list[JsonSchema],
) -> JsonSchema:
    """Return the keywords that say which alternatives there are, each with its own names."""
    branches = [sender.sub(branch) for branch in value]
    names &= _added_by(branches)
    if not names:
        return {}
    exclusive = keyword == "oneOf"
    shared = [frozenset[str]()] * len(branches) if exclusive else names_beside(branches)
    own = [
        _without(_restricted(branch, names, trail), names - branch.added - more)
        for branch, more in zip(branches, shared, strict=True)
    ]
    if exclusive and not _all_apart(branches, names):
        return {"allOf": [*beside, {"anyOf": own}]}
    return {keyword: own}


def _added_by(schemas: list[Schema]) -> frozenset[str]:
    return frozenset[str]().union(*(schema.added for schema in schemas))


def _all_apart(branches: list[Schema], names: frozenset[str]) -> bool:
    """Return whether no value belongs to two alternatives that declare different names."""
    marks = [(branch.added & names, _marks(branch)) for branch in branches]
    return all(
        one[0] == two[0] or _are_apart(one[1], two[1])
        for number, one in enumerate(marks)
        for two in marks[:number]
    )


def _marks(branch: Schema) -> _Marks:
    return branch.once("marks", lambda: _found_marks(branch))


def _found_marks(branch: Schema) -> _Marks:
    types: frozenset[str] | None = None
    required: set[str] = set()
    values: dict[str, frozenset[Hashable]] = {}
    for part in branch.parts():
        if part.nullable:
            continue
        keywords = part.keywords
        if "type" in keywords:
            stated = keywords["type"]
            listed = frozenset(cast("list[str]", stated) if isinstance(stated, list) else [stated])
            listed |= {"integer"} if "number" in listed else frozenset()
            types = listed if types is None else types & listed
        required.update(keywords.get("required", []))
        for name, inner in keywords.get("properties", {}).items():
            known = _values(branch.sub(inner))
            if known is not None:
                values[name] = values.get(name, known) & known
    return _Marks(types, frozenset(required), values)


def _values(member: Schema) -> frozenset[Hashable] | None:
    found: frozenset[Hashable] | None = None
    for part in member.parts():
        listed = [part.keywords["const"]] if "const" in part.keywords else part.keywords.get("enum")
        if listed is not None and not part.nullable:
            known = frozenset(map(hashable, items(listed)))
            found = known if found is None else found & known
    return found


def _are_apart(one: _Marks, two: _Marks) -> bool:
    """Return whether it is plain that no object has the marks of both alternatives: others have no names."""
    if one.types is not None and two.types is not None and not one.types & two.types:
        return True
    return any(
        not one.values[name] & two.values[name]
        for name in one.values.keys() & two.values.keys() & (one.required | two.required)
    )
