"""Whether a schema is null or refuses it, as written in its document.

A `oneOf` of null and a schema that refuses null is the same as `anyOf`, and is read as such: then the usual
ways to say "or null" look alike, even in recursive schemas, about which the canonical form says little. With
several such schemas, it is null or one of them.

OpenAPI 3.0 has no type `null`: generators write an alternative that says `nullable: true` and nothing else.
Taken literally, that would accept everything.
"""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.document.documents import Documents, Location

__all__ = ["is_null", "is_or_null"]

_DEEPEST = 12


def is_null(documents: Documents, place: Location) -> bool:
    """Return whether an alternative is written as nothing but null."""
    stated = documents.get(place)
    return stated == {"type": "null"} or (documents.version == (3, 0) and stated == {"nullable": True})


def is_or_null(documents: Documents, branches: list[Location]) -> bool:
    """Return whether one of the alternatives is null and all others refuse it."""
    nulls = [place for place in branches if is_null(documents, place)]
    return 1 == len(nulls) < len(branches) and all(
        _refuses(documents, place, 0) for place in branches if place not in nulls
    )


def _refuses(documents: Documents, place: Location, depth: int) -> bool:
    place = documents.follow(place)
    schema = documents.get(place)
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return schema is False
    members = cast("dict[str, Any]", schema)
    stated = members.get("type")
    if isinstance(stated, str | list) and not (stated == "null" or "null" in stated):
        return members.get("nullable") is not True
    if isinstance(members.get("enum"), list) and None not in members["enum"]:
        return members.get("nullable") is not True
    for keyword, enough in (("allOf", any), ("anyOf", all), ("oneOf", all)):
        parts = members.get(keyword)
        count = len(cast("list[Any]", parts)) if isinstance(parts, list) else 0
        if count and enough(
            _refuses(documents, place / keyword / number, depth + 1) for number in range(count)
        ):
            return members.get("nullable") is not True
    return False
