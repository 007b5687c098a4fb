"""The identifiers that schemas declare (JSON Schema 2020-12 Core, 8.2): `$id`, `$anchor`, `$dynamicAnchor`.

A schema with an `$id` is a resource of its own: references inside it are resolved against that URI, and
pointers and anchors start at it. A file is also a resource, identified by its name, or by the `$self` of
OpenAPI 3.2.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import unquote, urljoin

from checkpoint_openapi.document.tree import objects_in
from checkpoint_openapi.document.values import members

__all__ = ["Identifiers", "has_scheme", "joined"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def has_scheme(uri: str) -> bool:
    """Return whether a URI is absolute (RFC 3986, 4.3) and not a file name."""
    return _SCHEME.match(uri) is not None


def joined(base: str, reference: str) -> str:
    """Return a reference without fragment, resolved against a URI or a file name (RFC 3986, 5.2)."""
    if has_scheme(reference) or has_scheme(base):
        return urljoin(base, reference) if has_scheme(base) else reference
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(reference)))


class Identifiers:
    """The identifiers in one file, each with the pointer to what declares it."""

    def __init__(self, document: dict[str, Any], file: str, *, known: bool) -> None:
        """Read the identifiers of a document; `known` means that its OpenAPI version supports them."""
        own = members(document).get("$self")
        base = joined(file, own.partition("#")[0]) if known and isinstance(own, str) else file
        self.resources: dict[str, str] = {"": base}
        """The URI of each resource, by the pointer to its root."""
        self.anchors: dict[tuple[str, str], str] = {}
        """The place of each anchor, by the root of its resource and its name."""
        self.dynamic: dict[str, list[str]] = {}
        """The places of each `$dynamicAnchor` in each resource, by name."""
        if known:
            for pointer, schema in objects_in(document):
                self._add(pointer, schema)

    def resource(self, pointer: str) -> str:
        """Return the root of the resource that contains a place."""
        while pointer not in self.resources:
            pointer = pointer.rpartition("/")[0]
        return pointer

    def _add(self, pointer: str, schema: dict[str, Any]) -> None:
        stated = schema.get("$id")
        if isinstance(stated, str) and pointer:
            uri = stated.partition("#")[0]
            self.resources[pointer] = joined(self.resources[self.resource(pointer.rpartition("/")[0])], uri)
        elif isinstance(stated, str):
            self.resources[""] = joined(self.resources[""], stated.partition("#")[0])
        root = self.resource(pointer)
        for keyword in ("$anchor", "$dynamicAnchor"):
            name = schema.get(keyword)
            if isinstance(name, str):
                self.anchors.setdefault((root, name), pointer)
                if keyword == "$dynamicAnchor":
                    self.dynamic.setdefault(name, []).append(pointer)
