"""The parts of OpenAPI 3.2 that are not supported yet, so that tools can say what they did not check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.structure.objects import Node, walk
from checkpoint_openapi.document.values import members

__all__ = ["Unread", "is_uri", "unread_parts"]

_SINCE = (3, 2)
_KEYWORDS = {
    "media-type": ("$ref", "prefixEncoding", "itemEncoding"),
    "encoding": ("encoding", "prefixEncoding", "itemEncoding"),
    "example": ("serializedValue",),
    "security-scheme": ("oauth2MetadataUrl",),
}
"""Keywords that are new in 3.2 and not supported, by the kind of their object."""


_Found = Iterator[tuple[str, tuple[str, ...], Any]]
"""The name of a part, the path to it from its object, and its value."""


class Unread(NamedTuple):
    """A part of a document that is not supported."""

    name: str
    """As written, such as `itemEncoding` or `in: querystring`."""
    place: Location
    value: Any


def unread_parts(documents: Documents) -> list[Unread]:
    """Return the unsupported parts of OpenAPI 3.2 in a document; none for an earlier version."""
    if documents.version < _SINCE:
        return []
    found: list[Unread] = []
    for node in walk(documents.get(documents.root)):
        for name, path, value in _of(node):
            pointer = child(node.pointer, *path)
            found.append(Unread(name, Location(documents.root.file, pointer), value))
    return found


def _of(node: Node) -> _Found:
    for keyword in _KEYWORDS.get(node.kind, ()):
        if keyword in node.value:
            yield keyword, (keyword,), node.value[keyword]
    yield from _MORE.get(node.kind, _nothing)(node)


def _nothing(_: Node) -> _Found:
    return iter(())


def _of_parameter(node: Node) -> _Found:
    for keyword, word in (("in", "querystring"), ("style", "cookie")):
        if node.value.get(keyword) == word:
            yield f"{keyword}: {word}", (keyword,), node.value


def _of_schema(node: Node) -> _Found:
    for keyword, member in (("discriminator", "defaultMapping"), ("xml", "nodeType")):
        stated = members(node.value.get(keyword))
        if member in stated:
            yield member, (keyword, member), stated[member]


def _of_scheme(node: Node) -> _Found:
    flows = members(node.value.get("flows"))
    if "deviceAuthorization" in flows:
        yield "deviceAuthorization", ("flows", "deviceAuthorization"), flows["deviceAuthorization"]


def _of_security(node: Node) -> _Found:
    for name in filter(is_uri, node.value):
        yield "a security scheme by its URI", (name,), node.value[name]


def is_uri(name: str) -> bool:
    """Return whether a security requirement names a scheme by URI, which no component name can be."""
    return "/" in name or "#" in name


_MORE: dict[str, Callable[[Node], _Found]] = {
    "parameter": _of_parameter,
    "schema": _of_schema,
    "security": _of_security,
    "security-scheme": _of_scheme,
}
