"""A receiver's schema as a list of demands: a sender fits if and only if it meets all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import AT, LISTED
from checkpoint_openapi.diff.schema.parts import NEVER, Part, Schema
from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.values import equal

__all__ = ["Clause", "Inner", "Step", "clauses", "inside", "is_stated", "written_as"]

_PLAIN = (
    "type", "enum", "const", "minLength", "maxLength", "pattern", "format", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems",
    "minProperties", "maxProperties",
)  # fmt: skip
"""Keywords that contain no schemas and do not depend on others."""
_ALONE = (*_PLAIN, "propertyNames", "anyOf", "oneOf", "not", "patternProperties")
_TOGETHER = (("contains", "minContains", "maxContains"), ("if", "then", "else"))


@dataclass(frozen=True, eq=False)
class Clause:
    """One demand on a value."""

    keyword: str
    schema: JsonSchema
    """The demand alone, as a schema; it accepts everything that only other demands are about."""
    part: Part
    name: str | None = None
    """The member that the demand is about, if any."""
    inner: JsonSchema | None = None
    """The demand on the member, the item or the other members."""
    number: int | None = None
    """The index of the numbered item that the demand is about."""

    @property
    def value(self) -> Any:
        """The keyword's own value."""
        return self.part.keywords.get(self.keyword)

    @property
    def at(self) -> str | None:
        """The label of the demand's place."""
        if self.part.at is None:
            return None
        tokens = [written_as(self.keyword, self.part)]
        if self.keyword in ("properties", "dependentRequired", "dependentSchemas") and self.name is not None:
            tokens.append(escaped(self.name))
        return "/".join([self.part.at, *tokens])


Step = str | int
"""One step into a value: a member name or an item index."""


class Inner(NamedTuple):
    """A pair inside a pair of schemas."""

    path: tuple[Step, ...]
    """The step to the member or item, or nothing if it is a pair of alternatives."""
    receiver: Schema
    sender: Schema


def clauses(receiver: Schema) -> Iterator[Clause]:
    """Yield the demands of a receiver."""
    for part in receiver.parts():
        for clause in _of_part(part):
            if part.nullable:
                wrapped: JsonSchema = {"anyOf": [{"type": "null"}, clause.schema]}
                clause = Clause(clause.keyword, wrapped, part, clause.name, clause.inner, clause.number)  # noqa: PLW2901
            yield clause


def written_as(keyword: str, part: Part) -> str:
    """Return the keyword that a document has where a part has another one in its place."""
    return str(part.keywords.get(LISTED, keyword)) if keyword == "enum" else keyword


def is_stated(clause: Clause, sender: Schema) -> bool:
    """Return whether a sender states a demand in the same words, so that it certainly meets it."""
    return clause.keyword in _PLAIN and any(
        clause.keyword in part.keywords
        and equal(part.keywords[clause.keyword], clause.value)
        and (clause.part.nullable or not part.nullable)
        for part in sender.parts()
    )


def inside(clause: Clause, receiver: Schema, sender: Schema) -> list[Inner] | None:
    """Return what a demand requires of a member or of items, or None if it is about something else.

    A demand on items is about one numbered item, or about all items after those that the receiver numbers.
    """
    match clause.keyword, clause.inner, clause.name:
        case "properties", dict() as inner, str() as name:
            return [Inner((name,), receiver.sub(inner), sender.member(name))]
        case "items" | "prefixItems", dict() as inner, _:
            numbers = [clause.number]
            if clause.number is None:
                first = len(clause.part.keywords.get("prefixItems", []))
                numbers = list(range(first, max(first, sender.numbered()) + 1))
            return [Inner((number or 0,), receiver.sub(inner), sender.item(number)) for number in numbers]
        case _:
            return None


def _of_part(part: Part) -> Iterator[Clause]:
    keywords = part.keywords
    for keyword in _ALONE:
        if keyword in keywords:
            yield Clause(keyword, {keyword: keywords[keyword]}, part)
    for first, *others in _TOGETHER:
        if first in keywords:
            together = {key: keywords[key] for key in (first, *others) if key in keywords}
            yield Clause(first, together, part)
    for name in keywords.get("required", []):
        yield Clause("required", {"required": [name]}, part, name)
    for keyword in ("dependentRequired", "dependentSchemas"):
        for name, needed in keywords.get(keyword, {}).items():
            yield Clause(keyword, {keyword: {name: needed}}, part, name)
    yield from _members(part)
    yield from _items(part)
    for keyword in ("unevaluatedProperties", "unevaluatedItems"):
        if keyword in keywords:
            yield Clause(keyword, {key: value for key, value in keywords.items() if key != AT}, part)


def _members(part: Part) -> Iterator[Clause]:
    keywords = part.keywords
    for name, inner in keywords.get("properties", {}).items():
        if inner:
            yield Clause("properties", {"properties": {name: inner}}, part, name, inner)
    if "additionalProperties" in keywords:
        inner = keywords["additionalProperties"]
        schema: JsonSchema = {"additionalProperties": inner, "properties": {}}
        schema["properties"] = {name: {} for name in keywords.get("properties", {})}
        if "patternProperties" in keywords:
            schema["patternProperties"] = {pattern: {} for pattern in keywords["patternProperties"]}
        yield Clause("additionalProperties", schema, part, inner=NEVER if inner is False else inner)


def _items(part: Part) -> Iterator[Clause]:
    keywords = part.keywords
    numbered = keywords.get("prefixItems", [])
    for number, inner in enumerate(numbered):
        if inner:
            before: list[JsonSchema] = [{}] * number
            schema: JsonSchema = {"prefixItems": [*before, inner]}
            yield Clause("prefixItems", schema, part, inner=inner, number=number)
    if "items" in keywords:
        every: JsonSchema = NEVER if keywords["items"] is False else keywords["items"]
        schema = {"items": every}
        if numbered:
            schema["prefixItems"] = [{}] * len(numbered)
        yield Clause("items", schema, part, inner=every)
