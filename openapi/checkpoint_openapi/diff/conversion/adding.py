"""The alternatives of a sender, marked with the names that they declare.

An open object accepts any name. But a client that sends one alternative does not send the members of another
one, just as it does not send those that nothing declares.
"""

from __future__ import annotations

from checkpoint_openapi.diff.conversion.declared import Declarations
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import ADDS, AT
from checkpoint_openapi.document.documents import Location

__all__ = ["marked"]


def marked(
    declarations: Declarations, places: list[Location], contents: list[JsonSchema], novel: frozenset[str]
) -> list[JsonSchema]:
    """Return the alternatives at some places, marked with the names that each declares, if any does.

    Only names in `novel` count.
    """
    if not novel or not any(declarations.at(place, []).among(novel) for place in places):
        return contents
    names = [sorted(declarations.always(place).among(novel)) for place in places]
    return [_with(content, {ADDS: added}) for content, added in zip(contents, names, strict=True)]


def _with(content: JsonSchema, mark: JsonSchema) -> JsonSchema:
    """Return a schema with a mark as its last part; null alone has no names."""
    if content.keys() <= {"type", AT}:
        return content
    parts = content["allOf"] if content.keys() == {"allOf"} else [content]
    return {"allOf": [*parts, mark]}
