"""The alternatives of `anyOf` and `oneOf`, compared with each other."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import NamedTuple, cast

from checkpoint_openapi.diff.proof.clauses import Clause
from checkpoint_openapi.diff.schema.choices import names_beside
from checkpoint_openapi.diff.schema.closing import closed_for
from checkpoint_openapi.diff.schema.containment import JsonSchema, operand_of
from checkpoint_openapi.diff.schema.marks import ADDS, AT, PIN
from checkpoint_openapi.diff.schema.nested import mapped
from checkpoint_openapi.diff.schema.parts import Part, Schema

__all__ = [
    "Choice",
    "any_pattern",
    "as_choice",
    "conjunction",
    "namesakes",
    "overlap",
    "sent_alternatives",
    "similar",
]

_OBJECT: JsonSchema = {"type": "object"}
_COUNTED = re.compile(r"\\[1-9k]|\(\?P?<[^=!]|^\^opaque:")
"""References to groups, whose numbers change if other groups precede them, and what no engine reads."""


class Choice(NamedTuple):
    """The alternatives that a sender may send, for a receiver that demands one of several."""

    clause: Clause
    """The receiver's demand; its `oneOf` may be read as `anyOf`."""
    offered: list[Schema]
    """The receiver's alternatives."""
    sent: list[tuple[Schema, Schema]]
    """The sender's alternatives, each alone, and together with everything beside the choice."""


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


def _overlap_as_objects(choice: Schema) -> bool:
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


def sent_alternatives(clause: Clause, receiver: Schema, sender: Schema) -> Choice | None:
    """Return the alternatives of a sender, each to be compared with a receiver's, or None if it has none.

    If objects under `oneOf` overlap in both versions because they are open, nobody relies on a value
    fitting only one of them: it is then read as `anyOf`. Otherwise any change to one alternative would
    move values in or out of the overlap.
    """
    parts = sender.parts()
    choice = next((part for part in parts if part.keywords.keys() & {"anyOf", "oneOf"}), None)
    if choice is None:
        return None
    chosen = "anyOf" if "anyOf" in choice.keywords else "oneOf"
    branches = list(cast("list[JsonSchema]", choice.keywords[chosen]))
    if choice.nullable and not clause.part.nullable:
        branches.append({"type": "null"})
    versions = (receiver.sub({"oneOf": clause.value}), sender.sub({"oneOf": branches}))
    exclusive = chosen == "oneOf"
    if clause.keyword == chosen == "oneOf" and all(map(_overlap_as_objects, versions)):
        clause = replace(clause, keyword="anyOf", schema={"anyOf": clause.value}, part=_as_any(clause))
        exclusive = False
    rest = [_whole(part) for part in parts if part is not choice]
    beside: JsonSchema = {key: value for key, value in choice.keywords.items() if key not in (chosen, AT)}
    if beside:
        rest.append(beside)
    bares = [sender.sub(branch) for branch in branches]
    shared = [] if exclusive or not sender.added else names_beside(bares)
    alternatives: list[tuple[Schema, Schema]] = []
    for bare, names in zip_longest(bares, shared):
        more = [*rest, {ADDS: sorted(names)}] if names else rest
        sent = sender.sub({"allOf": [bare.content, *more]} if more else bare.content)
        alternatives.append((bare, sent))
    return Choice(clause, [receiver.sub(branch) for branch in clause.value], alternatives)


def _whole(part: Part) -> JsonSchema:
    """Return a part as a schema of its own."""
    return {"anyOf": [{"type": "null"}, part.keywords]} if part.nullable else part.keywords


def _as_any(clause: Clause) -> Part:
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
