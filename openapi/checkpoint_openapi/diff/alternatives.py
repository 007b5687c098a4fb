"""The alternatives of `anyOf` and `oneOf`, one beside the other."""

from __future__ import annotations

import itertools

from checkpoint_openapi.diff.clauses import Clause
from checkpoint_openapi.diff.containment import JsonSchema, Operand
from checkpoint_openapi.diff.parts import Part, Schema

__all__ = ["as_any", "label", "overlap", "similar"]


def overlap(branches: list[Schema]) -> bool:
    """Say whether two alternatives may accept the same value."""
    contents = [Operand(branch.cut().bundle()).simplified() for branch in branches]
    pairs = itertools.combinations(contents, 2)
    return any(Operand(_both(left, right)).may_be_satisfied() for left, right in pairs)


def _both(left: JsonSchema, right: JsonSchema) -> JsonSchema:
    definitions = {**left.get("$defs", {}), **right.get("$defs", {})}
    return {"allOf": [left, right], "$defs": definitions} if definitions else {"allOf": [left, right]}


def as_any(clause: Clause) -> Part:
    """Return the part of a `oneOf` as if it were `anyOf`."""
    keywords = {key: value for key, value in clause.part.keywords.items() if key != "oneOf"}
    return Part({**keywords, "anyOf": clause.value}, clause.part.nullable)


def label(branch: Schema) -> str | None:
    """Return the name of the component that an alternative is, if it is one."""
    references = [branch.content, *branch.content.get("allOf", [])]
    found = next((str(content["$ref"]) for content in references if "$ref" in content), None)
    return found.rsplit(".", 1)[-1].split("-")[0] if found else None


def similar(left: Schema, right: Schema) -> bool:
    """Say whether two alternatives are of the same kind, so that their difference is worth telling."""
    types = [
        next((part.keywords["type"] for part in side.parts() if "type" in part.keywords), None)
        for side in (left, right)
    ]
    if types[0] != types[1]:
        return False
    names = [side.names() for side in (left, right)]
    return not (names[0] or names[1]) or bool(names[0] & names[1])
