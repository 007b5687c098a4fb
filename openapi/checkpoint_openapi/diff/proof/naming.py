"""Demands on member names, and on members by their names: questions about strings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from checkpoint_openapi.diff.proof.clauses import Clause
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.nested import SAME_PLACE, definition_name, subschemas
from checkpoint_openapi.diff.schema.parts import NEVER, Schema, is_never
from checkpoint_openapi.document.values import members

__all__ = ["Fits", "allowed_names", "names_apart", "names_sent", "patterns_fit"]

Fits = Callable[[Schema, Schema], bool]
"""Takes a receiver and a sender; returns whether they are proven to fit."""

_ALONGSIDE = (*SAME_PLACE, "not", "if", "then", "else", "dependentSchemas")
"""Keywords whose schemas say something about the same value."""


@dataclass
class _Apart:
    """The member names that a schema distinguishes from any other name."""

    names: set[str] = field(default_factory=set[str])
    by_pattern: bool = False
    """Whether it also describes members by patterns of their names."""
    limited: bool = False
    """Whether it limits which names there may be at all."""


def names_apart(sender: Schema) -> _Apart:
    """Return the names that a sender distinguishes: to it, all others are alike."""
    found, seen = _Apart(), set[str]()
    pending = [sender.content]
    while pending:
        node = pending.pop()
        if "$ref" in node and node["$ref"] not in seen:
            seen.add(node["$ref"])
            pending.append(sender.definitions.get(definition_name(node["$ref"])))
        pending.extend(inner for keyword, inner in subschemas(node) if keyword in _ALONGSIDE)
        found.by_pattern |= "patternProperties" in node
        found.limited |= "propertyNames" in node
        for keyword in ("properties", "dependentSchemas", "dependentRequired"):
            found.names.update(node.get(keyword, {}))
        for needed in (node.get("required", []), *node.get("dependentRequired", {}).values()):
            found.names.update(needed)
        for value in (*node.get("enum", []), node.get("const")):
            found.names.update(members(value))
    return found


def allowed_names(clause: Clause) -> JsonSchema | None:
    """Return a schema of the names that a demand allows, or None if it is about something else."""
    if clause.keyword == "propertyNames":
        return NEVER if clause.value is False else clause.value
    keywords = clause.part.keywords
    if clause.keyword == "additionalProperties" and clause.inner is not None and is_never(clause.inner):
        return _listed(keywords) if "patternProperties" in keywords else None
    return None


def names_sent(sender: Schema) -> Schema:
    """Return a schema of the member names that a sender may use; it may accept more."""
    found: list[JsonSchema] = []
    for part in sender.parts():
        foreign = sender.foreign_to(part)
        if foreign:
            found.append({"not": {"enum": sorted(foreign)}})
        if isinstance(part.keywords.get("propertyNames"), dict):
            found.append(part.keywords["propertyNames"])
        if part.keywords.get("additionalProperties") is False:
            found.append(_listed(part.keywords))
    return sender.sub({"type": "string", "allOf": found} if found else {"type": "string"})


def patterns_fit(clause: Clause, receiver: Schema, sender: Schema, fits: Fits) -> bool:
    """Return whether all members fit that a demand describes by patterns of their names."""
    return all(_fits(pattern, receiver.sub(inner), sender, fits) for pattern, inner in clause.value.items())


def _fits(pattern: str, wanted: Schema, sender: Schema, fits: Fits) -> bool:
    named = sender.sub({"type": "string", "pattern": pattern})
    for name in sender.names():
        excluded = sender.sub({"not": {"const": name}})
        if not fits(excluded, named) and not fits(wanted, sender.member(name)):
            return False
    return any(_described(part.keywords, named, wanted, sender, fits) for part in sender.parts())


def _described(keywords: JsonSchema, named: Schema, wanted: Schema, sender: Schema, fits: Fits) -> bool:
    """Return whether what one part requires of members with such names is enough."""
    values = list(keywords.get("patternProperties", {}).values())
    if not fits(sender.sub(_listed(keywords)), named):
        others: Any = keywords.get("additionalProperties", {})
        values += [] if others is False else [others]
    return bool(values) and all(fits(wanted, sender.sub(value)) for value in values)


def _listed(keywords: JsonSchema) -> JsonSchema:
    """Return a schema of the names that an object declares, literally or by patterns."""
    declared = sorted(keywords.get("properties", {}))
    names = [{"enum": declared}] if declared else []
    return {
        "anyOf": [*names, *({"pattern": pattern} for pattern in keywords.get("patternProperties", {})), NEVER]
    }
