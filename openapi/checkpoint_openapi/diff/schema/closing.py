"""The names that a sender is closed to, reduced to those that matter to one receiver.

A large contract has hundreds of names that only one version knows, and every object of a sender excludes
nearly all of them. A receiver distinguishes few of them from any other name that it does not know.
"""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import CLOSER
from checkpoint_openapi.diff.schema.nested import all_schemas, mapped
from checkpoint_openapi.diff.schema.parts import Definitions, Schema
from checkpoint_openapi.document.values import items, members

__all__ = ["closed_for"]

_BY_PATTERN = ("propertyNames", "patternProperties")
_NAMED = ("properties", "dependentSchemas", "dependentRequired")


def closed_for(receiver: Schema, sender: Schema) -> Schema:
    """Return a sender that excludes only those names that the receiver mentions.

    To the receiver, all other names are alike, and the sender may send names that nobody knows.
    """
    left_out = sender.once("names left out", lambda: _left_out(sender))
    if not left_out:
        return sender
    told = receiver.once("names told apart", lambda: _told_apart(receiver))
    kept = left_out if told is None else left_out & told
    if kept == left_out:
        return sender
    return sender.once(f"leaving out {sorted(kept)}", lambda: _leaving_out(sender, kept))


def _left_out(sender: Schema) -> frozenset[str]:
    return frozenset(
        name for node in all_schemas(sender.bundle()) if CLOSER in node for name in _refused(node)
    )


def _refused(closer: JsonSchema) -> list[str]:
    return cast("list[str]", closer.get("propertyNames", {}).get("not", {}).get("enum", []))


def _told_apart(receiver: Schema) -> frozenset[str] | None:
    """Return the names that a receiver mentions, or None if it distinguishes names by pattern."""
    found: set[str] = set()
    for node in all_schemas(receiver.bundle()):
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


def _leaving_out(sender: Schema, kept: frozenset[str]) -> Schema:
    def change(node: JsonSchema) -> JsonSchema:
        if CLOSER not in node or "propertyNames" not in node:
            return node
        names = [name for name in _refused(node) if name in kept]
        rest = {keyword: value for keyword, value in node.items() if keyword != "propertyNames"}
        return {**rest, "propertyNames": {"not": {"enum": names}}} if names else rest

    bundle = mapped(sender.bundle(), change)
    definitions = Definitions(bundle.pop("$defs", {}))
    return Schema(bundle, definitions, sender.depth)
