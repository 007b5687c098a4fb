"""A document and everything it refers to in one piece, where each reference is a local JSON pointer.

Renderers do not read other files, and validators do not look for an `$id` inside a document that is not a
schema.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote, unquote

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import child, tokens
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.document.tree import Kind
from checkpoint_openapi.document.values import items, members

__all__ = ["FILES", "Bundle"]

_LONGEST = 20
"""The longest chain of references that is followed."""
FILES = "x-files"
"""The member of a bundle that contains the other files, by name."""
_NAMES = frozenset(("$id", "$anchor", "$dynamicAnchor", "$dynamicRef"))
"""Keywords that lose their meaning once each reference is a pointer."""


class Bundle:
    """A document with all other files that it refers to under `x-files`, so that each `$ref` is local.

    A dangling `$ref` stays unchanged. A `$dynamicRef` becomes a `$ref`, or a choice of several if its target
    depends on the path to it.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._files: dict[str, Any] = {}
        whole = self._rewritten(documents.get(documents.root), documents.root, Kind.OBJECT)
        root = cast("dict[str, Any]", whole)
        self.document: dict[str, Any] = {**root, FILES: self._files} if self._files else root

    def pointer(self, place: Location) -> str:
        """Return the place in the bundle of a place in the documents, as the fragment of a reference."""
        pointer = quote(place.pointer, safe="/~")
        if place.file == self._documents.root.file:
            return f"#{pointer}"
        return f"#{quote(child('', FILES, self._name(place.file)), safe='/~')}{pointer}"

    def resolved(self, value: Any) -> Any:
        """Return a value of the bundle with its references followed; None for a cycle."""
        for _ in range(_LONGEST):
            reference = members(value).get("$ref")
            if not isinstance(reference, str):
                return value
            value = self.document
            for name in tokens(unquote(reference)):
                value = items(value)[int(name)] if items(value) else members(value).get(name)
        return None

    def included(self, target: Location) -> Any:
        """Return the value at a place with its references rewritten, adding its file to the bundle."""
        reference = self._taken_in(target)
        if self._files:
            self.document[FILES] = self._files
        return self.resolved({"$ref": reference})

    def _name(self, file: str) -> str:
        return self._documents.label(Location(file, "")).removesuffix("#")

    def _rewritten(self, value: Any, at: Location, kind: Kind) -> Any:
        """Return the value at a place with its references rewritten."""
        if isinstance(value, list):
            whole = enumerate(cast("list[Any]", value))
            inside = Kind.DATA if kind is Kind.DATA else Kind.OBJECT
            return [self._rewritten(item, at / number, inside) for number, item in whole]
        if not isinstance(value, dict) or kind is Kind.DATA:
            return cast("Any", value)
        return self._object(cast("dict[str, Any]", value), at, kind)

    def _object(self, value: dict[str, Any], at: Location, kind: Kind) -> dict[str, Any]:
        is_schema = kind is Kind.OBJECT and self._documents.version > (3, 0)
        found = {
            key: self._reference(member, at / key)
            if key == "$ref" and kind is Kind.OBJECT and isinstance(member, str)
            else self._rewritten(member, at / key, kind.inside(key, member))
            for key, member in value.items()
            if not (is_schema and key in _NAMES and isinstance(member, str))
        }
        if is_schema and (targets := self._dynamic(at)):
            choice = targets[0] if len(targets) == 1 else {"anyOf": targets}
            found["allOf"] = [*items(found.get("allOf")), choice]
        return found

    def _reference(self, written: str, at: Location) -> str:
        try:
            target = self._documents.resolve(at, written)
        except DocumentError:
            return written
        if target.file == at.file == self._documents.root.file and written == f"#{target.pointer}":
            return written
        return self._taken_in(target)

    def _dynamic(self, at: Location) -> list[dict[str, Any]]:
        """Return references to all possible targets of a schema's `$dynamicRef`, if it has one."""
        try:
            return [{"$ref": self._taken_in(place)} for place in self._documents.dynamic_targets(at)]
        except DocumentError:
            return []

    def _taken_in(self, target: Location) -> str:
        """Return the reference to a place, adding its file to the bundle."""
        name = self._name(target.file)
        if target.file != self._documents.root.file and name not in self._files:
            self._files[name] = {}
            whole = Location(target.file, "")
            self._files[name] = self._rewritten(self._documents.get(whole), whole, Kind.OBJECT)
        return self.pointer(target)
