"""A document that is spread over files, put into one, for a renderer that reads no files."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import quote, unquote

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import escaped, unescaped
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.document.values import items, members

__all__ = ["Bundle", "link_requirements"]

_LONGEST = 20
"""The longest chain of references that is followed."""
_FILES = "x-files"
_REQUIREMENT = re.compile(r"\b[A-Z]+-[0-9]+\b")
_DATA = {"example", "examples", "default", "enum", "const"}


class Bundle:
    """A document with all other files that it refers to under `x-files`, so that each `$ref` is local.

    A `$ref` that leads nowhere stays as it is written.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._files: dict[str, Any] = {}
        root = cast("dict[str, Any]", self._rewritten(documents.get(documents.root), documents.root))
        self.document: dict[str, Any] = {**root, _FILES: self._files} if self._files else root

    def pointer(self, place: Location) -> str:
        """Return where a place of the documents stands in the bundle, as the fragment of a reference."""
        pointer = quote(place.pointer, safe="/~")
        if place.file == self._documents.root.file:
            return f"#{pointer}"
        return f"#/{_FILES}/{quote(escaped(self._name(place.file)), safe='~')}{pointer}"

    def resolved(self, value: Any) -> Any:
        """Return a value of the bundle, or what its references lead to; None for a circle."""
        for _ in range(_LONGEST):
            reference = members(value).get("$ref")
            if not isinstance(reference, str):
                return value
            value = self.document
            for token in unquote(reference).split("/")[1:]:
                name = unescaped(token)
                value = items(value)[int(name)] if items(value) else members(value).get(name)
        return None

    def _name(self, file: str) -> str:
        return self._documents.label(Location(file, "")).removesuffix("#")

    def _rewritten(self, value: Any, at: Location) -> Any:
        """Return a value of some place with its references rewritten."""
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            return {
                key: self._reference(member, at / key)
                if key == "$ref" and isinstance(member, str)
                else self._rewritten(member, at / key)
                for key, member in members.items()
            }
        if isinstance(value, list):
            return [
                self._rewritten(item, at / number) for number, item in enumerate(cast("list[Any]", value))
            ]
        return value

    def _reference(self, written: str, at: Location) -> str:
        root = self._documents.root.file
        if written.startswith("#") and at.file == root:
            return written
        try:
            target = self._documents.resolve(at, written)
        except DocumentError:
            return written
        name = self._name(target.file)
        if target.file != root and name not in self._files:
            self._files[name] = {}
            whole = Location(target.file, "")
            self._files[name] = self._rewritten(self._documents.get(whole), whole)
        return self.pointer(target)


def link_requirements(value: Any, known: frozenset[str]) -> Any:
    """Return a document whose descriptions link each id of a known requirement to its place on the page."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {key: _linked(key, member, known) for key, member in members.items()}
    if isinstance(value, list):
        return [link_requirements(item, known) for item in cast("list[Any]", value)]
    return value


def _linked(key: str, value: Any, known: frozenset[str]) -> Any:
    """Return a member of an object with links in its text, which is Markdown; data stays as it is."""
    if key in _DATA:
        return value
    if key != "description" or not isinstance(value, str):
        return link_requirements(value, known)

    def link(found: re.Match[str]) -> str:
        return f"[{found[0]}](#{found[0]})" if found[0] in known else found[0]

    return _REQUIREMENT.sub(link, value)
