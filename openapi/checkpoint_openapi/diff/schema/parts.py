"""A converted schema split into its parts: what applies unconditionally, and what it says about a member."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

from checkpoint_openapi.diff.schema.containment import JsonSchema, Operand, Size, operand_of, size_of
from checkpoint_openapi.diff.schema.definitions import Definitions
from checkpoint_openapi.diff.schema.marks import ADDS, AT, CLOSER, PIN
from checkpoint_openapi.diff.schema.nested import (
    APPLIED,
    SAME_PLACE,
    beside_null,
    definition_name,
    mentions,
    references,
    subschemas,
)
from checkpoint_openapi.document.values import packed

__all__ = ["NEVER", "Part", "Schema", "is_never"]

_Answer = TypeVar("_Answer")
NEVER: JsonSchema = {"not": {}}
"""The schema that no value satisfies."""
_DEEPEST = 6
"""The number of nested alternatives that are entered."""
_MANY = 30
"""A schema that contains itself counts as tangled if it needs more definitions than this."""
_LISTS = (*SAME_PLACE, "prefixItems")
_MAPS = ("properties", "patternProperties")
_NESTED = ("items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems")
_CONDITIONS = ("not", "if", "then", "else", "maxContains", "dependentSchemas")
_SINGLE = (*_NESTED, "propertyNames", "contains")


def is_never(schema: JsonSchema) -> bool:
    """Return whether a schema is written so that no value satisfies it."""
    return schema.get("not") in ({}, True)


@dataclass(frozen=True)
class Part:
    """Keywords that apply to a value, without `$ref` and `allOf`."""

    keywords: JsonSchema
    nullable: bool
    """Whether null is accepted regardless of the keywords."""

    @property
    def at(self) -> str | None:
        """The label of the keywords' place; None if no document contains them."""
        return self.keywords.get(AT)

    @property
    def is_closer(self) -> bool:
        """Whether the part only restricts a sender to declared names."""
        return CLOSER in self.keywords

    @property
    def is_pin(self) -> bool:
        """Whether the part only restricts a discriminator's value."""
        return PIN in self.keywords


@dataclass(frozen=True, eq=False)
class Schema:
    """A schema and the definitions that it may refer to."""

    content: JsonSchema
    definitions: Definitions
    depth: int = 0
    """The number of alternatives entered on the way here, since some contain themselves."""

    @classmethod
    def of(cls, bundle: JsonSchema, novel: frozenset[str] = frozenset()) -> Schema:
        """Return a converted schema together with its definitions."""
        content = {key: value for key, value in bundle.items() if key != "$defs"}
        return cls(content, Definitions(bundle.get("$defs", {}), novel))

    def sub(self, content: JsonSchema) -> Schema:
        """Return another schema with the same definitions."""
        return Schema(content, self.definitions, self.depth)

    @cached_property
    def digest(self) -> bytes:
        """A hash of the content, equal for identical schemas."""
        return hashlib.blake2b(packed(self.content), digest_size=16).digest()

    def once(self, question: str, answer: Callable[[], _Answer]) -> _Answer:
        """Return an answer about this schema, computed once for all identical schemas.

        Each question must always have the same kind of answer; the definitions keep the answers for their
        lifetime.
        """
        key = (question, self.digest)
        if key not in self.definitions.answers:
            self.definitions.answers[key] = answer()
        return cast("_Answer", self.definitions.answers[key])

    @property
    def operand(self) -> Operand:
        """The schema as a containment operand."""
        return self.once("operand", self._operand)

    def _operand(self) -> Operand:
        needed = sorted(self.needed())
        if not needed:
            return operand_of(self.content)
        sizes = [size_of(self.content), *(self.definitions.about(name, "size", size_of) for name in needed)]
        told = packed([needed, [size.digest for size in sizes]])
        size = Size(hashlib.blake2b(told, digest_size=16).digest(), sum(size.weight for size in sizes))
        return operand_of(self.bundle(), size)

    def bundle(self) -> JsonSchema:
        """Return the schema together with everything it refers to."""
        needed = sorted(self.needed())
        if not needed:
            return self.content
        return {**self.content, "$defs": {name: self.definitions.get(name) for name in needed}}

    def mentions(self, keyword: str) -> bool:
        """Return whether a keyword occurs in the schema or in one that it leads to."""
        return mentions(self.content, keyword) or any(
            self.of_definitions(f"mentions {keyword}", lambda content: mentions(content, keyword))
        )

    def of_definitions(self, question: str, answer: Callable[[JsonSchema], _Answer]) -> Iterator[_Answer]:
        """Yield an answer about each definition that the schema leads to, computed once for all schemas."""
        return (self.definitions.about(name, question, answer) for name in self.needed())

    @cached_property
    def references(self) -> list[str]:
        """The names of the definitions that the schema refers to directly."""
        return references(self.content)

    def needed(self) -> set[str]:
        """Return the names of the definitions that the schema leads to."""
        return self.definitions.needed(self.references)

    def shallow(self) -> Schema:
        """Return a schema that accepts at least as much: members and items may be anything."""
        return self.once("shallow", lambda: self.sub(self._shallow(self.content, frozenset())))

    def _shallow(self, content: JsonSchema, trail: frozenset[str]) -> JsonSchema:
        found: JsonSchema = {}
        if "$ref" in content:
            name = definition_name(content["$ref"])
            inner = {} if name in trail else self._shallow(self.definitions.get(name), trail | {name})
            found["allOf"] = [inner]
        for key, value in content.items():
            if key in SAME_PLACE:
                kept = "anyOf" if key == "oneOf" else key
                found[kept] = [*found.get(kept, []), *(self._shallow(branch, trail) for branch in value)]
            elif key in _MAPS:
                found[key] = {name: NEVER if is_never(inner) else {} for name, inner in value.items()}
            elif key in _NESTED:
                found[key] = value if value is False else {}
            elif key not in ("$ref", "prefixItems", "contains", "minContains", *_CONDITIONS):
                found[key] = value
        return found

    @property
    def reference(self) -> str | None:
        """The name of the definition that the schema refers to, if it is nothing else."""
        return definition_name(self.bare["$ref"]) if self.bare.keys() == {"$ref"} else None

    @property
    def component(self) -> str | None:
        """The name of the component that the schema refers to, if it is nothing else."""
        return None if self.reference is None else self.definitions.component(self.reference)

    @cached_property
    def bare(self) -> JsonSchema:
        """The content without what says nothing: an `allOf` around one schema, and marks beside it."""
        content = self.content
        while "allOf" in content and content.keys() <= {"allOf", AT}:
            parts = [part for part in content["allOf"] if part.keys() != {ADDS}]
            if len(parts) != 1:
                break
            content = parts[0]
        return content

    def resolved(self) -> JsonSchema:
        """Return the content behind a reference."""
        content, seen = self.content, set[str]()
        while content.keys() == {"$ref"} and content["$ref"] not in seen:
            seen.add(content["$ref"])
            content = self.definitions.get(definition_name(content["$ref"]))
        return content

    def is_recursive(self) -> bool:
        """Return whether a schema leads back to itself or to a definition that does."""
        return bool(self.definitions.loops(self.needed()))

    def is_tangled(self) -> bool:
        """Return whether a schema leads to many others, and back to itself or to one of them."""
        needed = self.needed()
        return len(needed) > _MANY and bool(self.definitions.loops(needed))

    def cut(self) -> Schema:
        """Return a schema that accepts at least as much, with recursive parts replaced by anything."""
        return self.once("cut", self._without_loops)

    def _without_loops(self) -> Schema:
        loops = self.definitions.loops(self.needed())
        content = self._cut(self.content, loops, frozenset(), outside=True)
        return self.sub({} if content is None else content)

    def _cut(
        self, content: JsonSchema, loops: set[str], trail: frozenset[str], *, outside: bool
    ) -> JsonSchema | None:
        """Cut one schema; None means that it was removed."""
        reference = content.get("$ref")
        found: JsonSchema = {}
        name = definition_name(reference) if reference is not None else ""
        if name in loops or loops & self.definitions.reachable(name):
            if name in loops and (not outside or name in trail):
                return None
            inner = self._cut(self.definitions.get(name), loops, trail | {name}, outside=outside)
            found["allOf"] = [inner or {}]
        elif reference is not None:
            found["$ref"] = reference
        for key, value in content.items():
            if key in _CONDITIONS and loops.intersection(references(content)):
                continue
            if key in _LISTS:
                branches = [
                    self._cut(branch, loops, trail, outside=outside and key in SAME_PLACE) for branch in value
                ]
                kept = "anyOf" if key == "oneOf" else key
                found[kept] = [*found.get(kept, []), *(branch or {} for branch in branches)]
            elif key in _MAPS:
                cuts = {name: self._cut(inner, loops, trail, outside=False) for name, inner in value.items()}
                found[key] = {name: inner or {} for name, inner in cuts.items()}
            elif key in _SINGLE and isinstance(value, dict):
                found[key] = self._cut(cast("JsonSchema", value), loops, trail, outside=False) or {}
            elif key != "$ref":
                found[key] = value
        return found

    @property
    def at(self) -> str | None:
        """The label of the schema's place, or of the first part that has one."""
        found = self.resolved().get(AT)
        return found or next((part.at for part in self.parts() if part.at), None)

    def parts(self) -> list[Part]:
        """Return everything that applies unconditionally, following references and `allOf`."""
        return self._parts

    @cached_property
    def _parts(self) -> list[Part]:
        found: list[Part] = []
        self._collect(self.content, found, set(), nullable=False)
        return found

    def _collect(self, content: JsonSchema, found: list[Part], seen: set[str], *, nullable: bool) -> None:
        if "$ref" in content:
            name = definition_name(content["$ref"])
            if name not in seen:
                self._collect(self.definitions.get(name), found, seen | {name}, nullable=nullable)
        inner = beside_null(content)
        if inner is not None:
            self._collect(inner, found, seen, nullable=True)
            content = {key: value for key, value in content.items() if key != "anyOf"}
        for member in content.get("allOf", []):
            self._collect(member, found, seen, nullable=nullable)
        own = {key: value for key, value in content.items() if key not in ("$ref", "allOf")}
        if own.keys() - {AT}:
            found.append(Part(own, nullable))

    def foreign_to(self, part: Part) -> frozenset[str]:
        """Return the names that a sender does not use, since only the other version declares them here."""
        if not part.is_closer:
            return frozenset()
        return self.definitions.novel.difference(part.keywords[CLOSER], self.added)

    @cached_property
    def added(self) -> frozenset[str]:
        """The names that alternatives of a sender declare, among those that only one version knows."""
        if not self.definitions.novel:
            return frozenset()
        found, seen, pending = set[str](), set[str](), [self.content]
        while pending:
            node = pending.pop()
            found.update(node.get(ADDS, ()))
            if "$ref" in node and node["$ref"] not in seen:
                seen.add(node["$ref"])
                pending.append(self.definitions.get(definition_name(node["$ref"])))
            pending.extend(inner for keyword, inner in subschemas(node) if keyword in APPLIED)
        return frozenset(found)

    def member(self, name: str) -> Schema:
        """Return what must hold for the value of a member, or less where that is unclear."""
        return self.once(f"member {name} at {self.depth}", lambda: self.sub(self._of_member(name)))

    def _of_member(self, name: str) -> JsonSchema:
        return _conjunction(self._member(name)) if self.may_be("object") else NEVER

    def may_be(self, kind: str) -> bool:
        """Return whether the stated types admit a type: only objects have members, and only arrays items."""
        types = (part.keywords.get("type", kind) for part in self.parts())
        return all(kind in stated if isinstance(stated, list) else kind == stated for stated in types)

    def _member(self, name: str) -> list[JsonSchema]:
        found: list[JsonSchema] = []
        for part in self.parts():
            keywords = part.keywords
            if part.is_closer:
                if name in self.foreign_to(part):
                    return [NEVER]
                continue
            declared = [keywords["properties"][name]] if name in keywords.get("properties", {}) else []
            for pattern, value in keywords.get("patternProperties", {}).items():
                if _matches(pattern, name):
                    declared.append(value)
            if not declared and isinstance(keywords.get("additionalProperties"), dict):
                declared.append(keywords["additionalProperties"])
            if not declared and keywords.get("additionalProperties") is False:
                return [NEVER]
            found.extend(declared)
            found.extend(self._of_choices(keywords, name))
        return [content for content in found if content]

    def _of_choices(self, keywords: JsonSchema, name: str) -> list[JsonSchema]:
        found: list[JsonSchema] = []
        closers = [part.keywords for part in self.parts() if part.is_closer and name in self.added]
        for keyword in ("anyOf", "oneOf"):
            if keyword in keywords and self.depth < _DEEPEST:
                branches = [
                    {"allOf": [branch, *closers]} if closers else branch for branch in keywords[keyword]
                ]
                options = [_branch(self, branch).member(name).content for branch in branches]
                options = [option for option in options if not is_never(option)]
                if options and all(options):
                    found.append(options[0] if len(options) == 1 else {"anyOf": options})
        return found

    def item(self, number: int | None) -> Schema:
        """Return what must hold for an item, by its index, or for any item after the numbered ones."""
        if not self.may_be("array"):
            return self.sub(NEVER)
        found: list[JsonSchema] = []
        for part in self.parts():
            numbered = part.keywords.get("prefixItems", [])
            if number is not None and number >= part.keywords.get("maxItems", number + 1):
                return self.sub(NEVER)
            if number is not None and number < len(numbered):
                found.append(numbered[number])
            elif isinstance(part.keywords.get("items"), dict):
                found.append(part.keywords["items"])
        return self.sub(_conjunction([content for content in found if content]))

    def numbered(self) -> int:
        """Return the number of items that have a schema of their own."""
        return max((len(part.keywords.get("prefixItems", [])) for part in self.parts()), default=0)

    def names(self) -> set[str]:
        """Return the names of the declared members, including those in alternatives."""
        found: set[str] = set()
        for part in self.parts():
            found.update(part.keywords.get("properties", {}))
            for keyword in ("anyOf", "oneOf"):
                for branch in part.keywords.get(keyword, []) if self.depth < _DEEPEST else ():
                    found.update(_branch(self, branch).names())
        return found


def _branch(schema: Schema, content: JsonSchema) -> Schema:
    return Schema(content, schema.definitions, schema.depth + 1)


def _conjunction(contents: list[JsonSchema]) -> JsonSchema:
    if any(is_never(content) for content in contents):
        return NEVER
    unique: list[JsonSchema] = []
    for content in contents:
        if content not in unique:
            unique.append(content)
    return {} if not unique else unique[0] if len(unique) == 1 else {"allOf": unique}


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False
