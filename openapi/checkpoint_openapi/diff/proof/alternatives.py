"""The alternatives of `anyOf` and `oneOf`, compared with each other."""

from __future__ import annotations

import itertools
import re
from functools import partial

from checkpoint_openapi.diff.proof.clauses import Clause
from checkpoint_openapi.diff.schema.closing import closed_for
from checkpoint_openapi.diff.schema.containment import JsonSchema, operand_of
from checkpoint_openapi.diff.schema.marks import AT, PIN
from checkpoint_openapi.diff.schema.nested import mapped
from checkpoint_openapi.diff.schema.parts import Part, Schema

__all__ = [
    "any_pattern",
    "as_any",
    "as_choice",
    "conjunction",
    "namesakes",
    "overlap",
    "overlap_as_objects",
    "similar",
]

_OBJECT: JsonSchema = {"type": "object"}
_COUNTED = re.compile(r"\\[1-9k]|\(\?P?<[^=!]|^\^opaque:")
"""References to groups, whose numbers change if other groups precede them, and what no engine reads."""


def overlap(branches: list[Schema], among: JsonSchema | None = None) -> bool:
    """Return whether two alternatives may accept the same value; `among` limits which values count."""
    contents = [branch.cut().operand.simplified() for branch in branches]
    if among is not None:
        # One question about each alternative makes most questions about pairs unnecessary.
        contents = [content for content in contents if _may_meet([content, among])]
    return any(_may_meet([*pair, among or {}]) for pair in itertools.combinations(contents, 2))


def _may_meet(contents: list[JsonSchema]) -> bool:
    """Return whether a value may be accepted by all schemas."""
    return operand_of(conjunction(contents)).may_be_satisfied()


def overlap_as_objects(choice: Schema) -> bool:
    """Return whether alternatives of a `oneOf` may accept the same object, and no other value twice."""
    branches = [closed_for(choice, choice.sub(branch)) for branch in choice.content["oneOf"]]
    return choice.once(
        "overlap as objects", lambda: overlap(branches, _OBJECT) and not overlap(branches, {"not": _OBJECT})
    )


def conjunction(contents: list[JsonSchema]) -> JsonSchema:
    """Return a schema of what all given schemas accept.

    Their definitions get a prefix, since versions of a contract use the same names for different schemas.
    """
    definitions: JsonSchema = {}
    members: list[JsonSchema] = []
    for number, content in enumerate(contents):
        whole = mapped(content, partial(_prefixed, number))
        definitions.update({f"{number}.{name}": inner for name, inner in whole.pop("$defs", {}).items()})
        members.append(whole)
    return {"allOf": members, "$defs": definitions} if definitions else {"allOf": members}


def _prefixed(number: int, schema: JsonSchema) -> JsonSchema:
    """Return a schema with the definition that it refers to renamed."""
    if "$ref" not in schema:
        return schema
    return {**schema, "$ref": schema["$ref"].replace("#/$defs/", f"#/$defs/{number}.", 1)}


def as_any(clause: Clause) -> Part:
    """Return the part of a `oneOf` as if it were an `anyOf`."""
    keywords = {key: value for key, value in clause.part.keywords.items() if key != "oneOf"}
    return Part({**keywords, "anyOf": clause.value}, clause.part.nullable)


def as_choice(receiver: Schema, sender: Schema) -> Schema:
    """Return a receiver as a choice of one alternative, if it is one of several that the sender has."""
    choices = ("anyOf", "oneOf")
    if any(keyword in part.keywords for part in receiver.parts() for keyword in choices):
        return receiver
    branches = [
        sender.sub(branch)
        for part in sender.parts()
        for keyword in choices
        for branch in part.keywords.get(keyword, [])
    ]
    pins = receiver.bare.get("allOf", [])[1:]
    is_one = len(branches) > 1 and all(PIN in pin for pin in pins) and namesakes(receiver, branches)
    return receiver.sub({"anyOf": [receiver.content]}) if is_one else receiver


def any_pattern(branches: list[Schema]) -> JsonSchema | None:
    """Return texts of several patterns as one pattern, or None if an alternative is anything else."""
    contents = [branch.resolved() for branch in branches]
    if not all(content.keys() - {AT} == {"type", "pattern"} for content in contents):
        return None
    patterns = [str(content["pattern"]) for content in contents]
    if any(content["type"] != "string" for content in contents) or any(map(_COUNTED.search, patterns)):
        return None
    return {"type": "string", "pattern": "|".join(f"(?:{pattern})" for pattern in patterns)}


def namesakes(branch: Schema, others: list[Schema]) -> list[Schema]:
    """Return the alternatives among others that refer to a component of the same name."""
    name = _label(branch)
    return [other for other in others if name is not None and _label(other) == name]


def _label(branch: Schema) -> str | None:
    """Return the name of the component that an alternative refers to, if any."""
    references = [branch.bare, *branch.bare.get("allOf", [])]
    return next((branch.sub(content).component for content in references if "$ref" in content), None)


def similar(left: Schema, right: Schema) -> bool:
    """Return whether two alternatives are of the same kind, so that their difference is worth reporting."""
    types = [
        next((part.keywords["type"] for part in side.parts() if "type" in part.keywords), None)
        for side in (left, right)
    ]
    if types[0] != types[1]:
        return False
    names = [side.names() for side in (left, right)]
    return not (names[0] or names[1]) or bool(names[0] & names[1])
