"""How the members of a form are written: OpenAPI 3.0.3, 4.7.15, and 3.1.0, 4.8.15, Encoding Object."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.diff.compare.describe import types_of
from checkpoint_openapi.diff.compare.media import is_binary
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.values import members

__all__ = ["is_form", "is_text", "types_only_in", "written"]

_URLENCODED = "application/x-www-form-urlencoded"
_AS_QUERY = ("style", "explode", "allowReserved")


def is_form(media_type: str) -> bool:
    """Return whether `encoding` applies to a media type; beside any other it has no effect."""
    return media_type.lower().startswith(("multipart/", _URLENCODED))


def written(
    documents: Documents, media_type: str, media: dict[str, Any], schema: Schema, names: set[str]
) -> dict[str, Any]:
    """Return how each of some members of a form is written, with the defaults of what is not stated."""
    stated = members(media.get("encoding"))
    is_query = media_type.lower().startswith(_URLENCODED)
    return {
        name: _of_member(documents, members(stated.get(name)), schema.member(name), is_query=is_query)
        for name in sorted(names)
    }


def is_text(way: dict[str, Any]) -> bool:
    """Return whether a member that is written this way is text or bytes, which have no types."""
    return "style" in way or all(kind == "text/plain" or is_binary(kind) for kind in way["contentType"])


def types_only_in(one: dict[str, Any], other: dict[str, Any]) -> list[str] | None:
    """Return the media types of a member that the other way of writing it does not allow, as `written`.

    None if they differ in anything else.
    """
    if one.keys() != other.keys() or "contentType" not in one or one["headers"] != other["headers"]:
        return None
    return [
        kind for kind in one["contentType"] if not any(_covers(each, kind) for each in other["contentType"])
    ]


def _covers(wide: str, kind: str) -> bool:
    """Return whether a media type is another one or a range that includes it (RFC 9110, 12.5.1)."""
    return wide in (kind, "*/*", f"{kind.partition('/')[0]}/*")


def _of_member(
    documents: Documents, stated: dict[str, Any], member: Schema, *, is_query: bool
) -> dict[str, Any]:
    if any(keyword in stated for keyword in _AS_QUERY) or (is_query and "contentType" not in stated):
        style = stated.get("style", "form")
        explode = style == "deepObject" or stated.get("explode", style == "form")
        return {"style": style, "explode": explode, "allowReserved": stated.get("allowReserved", False)}
    media_types = str(stated.get("contentType") or _default(documents, member))
    return {
        "contentType": sorted(kind.strip().lower() for kind in media_types.split(",")),
        "headers": stated.get("headers", {}),
    }


def _default(documents: Documents, member: Schema) -> str:
    """Return the media type of a member for which none is stated."""
    types = set(types_of(member)) - {"null"}
    if types == {"array"}:
        return _default(documents, member.item(None))
    if types == {"object"}:
        return "application/json"
    binary = member.at is not None and _is_binary(members(documents.get(documents.place(member.at))))
    return "application/octet-stream" if binary or not types else "text/plain"


def _is_binary(schema: dict[str, Any]) -> bool:
    is_any = schema.get("contentMediaType") == "application/octet-stream"
    return is_any or schema.get("format") == "binary" or "contentEncoding" in schema
