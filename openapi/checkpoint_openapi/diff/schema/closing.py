"""Senders restricted to the names that they declare, as far as it matters to one receiver.

A large contract has hundreds of names that only one version knows, and every object of a sender refuses
nearly all of them. Written out, they would be most of a schema. So conversion only marks such objects, and
the names are written out for a comparison: a receiver distinguishes few of them from any other name that it
does not know.
"""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.diff.schema.choices import within
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import CLOSER
from checkpoint_openapi.diff.schema.nested import all_schemas, beside_null, mapped_inside
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.values import items, members

__all__ = ["closed_for"]

_BY_PATTERN = ("propertyNames", "patternProperties")
_NAMED = ("properties", "dependentSchemas", "dependentRequired")


def closed_for(receiver: Schema, sender: Schema) -> Schema:
    """Return a sender that refuses those undeclared names that the receiver mentions.

    To the receiver, all other names are alike, and the sender may send names that nobody knows.
    """
    novel = sender.definitions.novel
    if not novel or not sender.mentions(CLOSER):
        return sender
    told = _told_apart(receiver)
    refused = novel if told is None else novel & told
    if not refused:
        return sender
    return sender.once(f"closed to {sorted(refused)}", lambda: _closed(sender, refused))


def _told_apart(receiver: Schema) -> frozenset[str] | None:
    """Return the names that a receiver mentions, or None if it distinguishes names by pattern."""
    return receiver.once("names told apart", lambda: _told_apart_by(receiver))


def _told_apart_by(receiver: Schema) -> frozenset[str] | None:
    found = set[str]()
    for names in (_mentioned(receiver.content), *receiver.of_definitions("names told apart", _mentioned)):
        if names is None:
            return None
        found |= names
    return frozenset(found)


def _mentioned(content: JsonSchema) -> frozenset[str] | None:
    """Return the names that a schema itself mentions, or None if it distinguishes names by pattern."""
    found: set[str] = set()
    for node in all_schemas(content):
        if not node.keys().isdisjoint(_BY_PATTERN):
            return None
        for keyword in _NAMED:
            found.update(node.get(keyword, {}))
        found.update(node.get("required", []))
        for others in node.get("dependentRequired", {}).values():
            found.update(others)
        for value in (*node.get("enum", []), node.get("const")):
            _add_names(value, found)
    return frozenset(found)


def _add_names(value: Any, found: set[str]) -> None:
    found.update(members(value))
    for inner in (*members(value).values(), *items(value)):
        _add_names(inner, found)


def _closed(sender: Schema, refused: frozenset[str]) -> Schema:
    """Return a sender in which each object that is marked as closed refuses names, as far as undeclared."""

    def change(node: JsonSchema) -> JsonSchema:
        return mapped_inside(_closed_here(sender.sub(node), refused), change)

    definitions = sender.definitions.derived(refused)
    for name in sender.needed().difference(definitions.schemas):
        definitions.schemas[name] = change(sender.definitions.get(name))
    return Schema(change(sender.content), definitions, sender.depth)


def _closed_here(sender: Schema, refused: frozenset[str]) -> JsonSchema:
    """Return the content of a sender that refuses names if one of its parts says so."""
    parts = cast("list[JsonSchema]", sender.content.get("allOf", []))
    closers = [found for part in parts if (found := beside_null(part) or part).keys() >= {CLOSER}]
    if not closers:
        return sender.content
    foreign = refused.difference(*(closer[CLOSER] for closer in closers))
    return within(sender, foreign)
