"""Media types as keys of `content`, and which of them covers another: RFC 9110, 8.3 and 12.5.1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import members

__all__ = ["Media", "are_bytes", "is_binary", "kind_of", "match", "media_types", "range_over"]

_BINARY = re.compile("(image|audio|video|font)/(?!.*[+]xml)|application/(octet-stream|pdf|zip|gzip)$")
_TOLD = {"title", "description", "example", "examples", "deprecated", "externalDocs"}
_BYTES = {"type": "string", "format": "binary"}


@dataclass(frozen=True)
class Media:
    """A media type of a body, and what is stated about it."""

    place: Location
    value: dict[str, Any]
    written: str
    """The media type as the document writes it."""


def media_types(place: Location, content: Any) -> dict[str, Media]:
    """Return the media types of a `content` object, in lower case and with their parameters sorted."""
    found: dict[str, Media] = {}
    for name, value in members(content).items():
        found[_normal(name)] = Media(place / name, members(value), name)
    return found


def _normal(name: str) -> str:
    kind, *parameters = (part.strip().lower() for part in name.split(";"))
    return ";".join([kind, *sorted(parameters)])


def kind_of(name: str) -> str:
    """Return a media type without its parameters."""
    return name.partition(";")[0]


def _parameters(name: str) -> set[str]:
    """Return the parameters of a media type; a missing charset means UTF-8."""
    return {parameter.replace('"', "") for parameter in name.split(";")[1:]} - {"charset=utf-8"}


def match(name: str, offered: dict[str, Media], *, offered_receives: bool) -> str | None:
    """Return the media type of the other version that covers this one: itself, its base type, or a range.

    The receiver may leave parameters open, but those that it states must match what is sent.
    """
    if name in offered:
        return name
    for kind in (kind_of(name), *_ranges(name)):
        for other in offered:
            sent, wanted = (name, other) if offered_receives else (other, name)
            if kind_of(other) == kind and _parameters(wanted) <= _parameters(sent):
                return other
    return None


def range_over(name: str, offered: dict[str, Media]) -> str | None:
    """Return the narrowest range of the other version that covers a media type it does not name.

    The most specific key applies (OpenAPI 3.0.3, 4.7.14): a key that is added beside a range takes its media
    type out of the range.
    """
    return next((range_ for range_ in _ranges(name) if range_ in offered), None)


def _ranges(name: str) -> tuple[str, str]:
    """Return the ranges that include a media type, narrower first (RFC 9110, 12.5.1)."""
    return f"{name.partition('/')[0]}/*", "*/*"


def is_binary(name: str) -> bool:
    """Return whether bodies of a media type are bytes, which no schema can describe further."""
    return _BINARY.match(kind_of(name)) is not None


def are_bytes(documents: Documents, place: Location | None) -> bool:
    """Return whether the schema of a binary body says only that.

    OpenAPI 3.0 writes it with the format `binary`, and 3.1 with `contentMediaType` or with nothing at all
    (OpenAPI 3.1.0, Considerations for File Uploads).
    """
    if place is None:
        return True
    stated = members(documents.get(place))
    if "$ref" in stated and (documents.version == (3, 0) or stated.keys() <= {"$ref", *_TOLD}):
        place = documents.follow(place)
    value = documents.get(place)
    said = members(value)
    keywords = said.keys() - _TOLD - {"contentMediaType"}
    return value is True or (
        isinstance(value, dict) and all(_BYTES.get(key) == said[key] for key in keywords)
    )
