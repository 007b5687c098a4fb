"""An OpenAPI document with all that it refers to, and the place of everything in it."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast
from urllib.parse import unquote

from checkpoint_openapi.document.pointer import child, tokens
from checkpoint_openapi.document.source import (
    DocumentError,
    Position,
    Source,
    load_with_positions,
    parse_with_positions,
)

__all__ = ["Documents", "Files", "Location", "Reader", "Text"]


class Location(NamedTuple):
    """A place in one of the documents: the file, as its reader names it, and an RFC 6901 pointer into it."""

    file: str
    pointer: str

    def __truediv__(self, token: str | int) -> Location:
        return Location(self.file, child(self.pointer, token))

    def __str__(self) -> str:
        return f"{self.file}#{self.pointer}"


class Reader(Protocol):
    """Where the files of a document come from."""

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` when it is missing or broken."""
        ...


class Files:
    """Reads documents from the file system."""

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` when it is missing or broken."""
        return load_with_positions(Path(file))


class Text:
    """Reads documents from memory, which tests and a live preview need."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` when it is missing or broken."""
        if file not in self._files:
            raise DocumentError("cannot be read: there is no such document", file)
        return parse_with_positions(self._files[file], file)


class Documents:
    """One OpenAPI document and, read when they are asked for, the files that it refers to.

    Raises `DocumentError` at once when the root is broken or is no OpenAPI 3.0 or 3.1 document.
    """

    def __init__(self, reader: Reader, file: str) -> None:
        self._reader = reader
        self._sources: dict[str, Source] = {}
        self._values: dict[Location, Any] = {}
        self.root = Location(file, "")
        self.version = self._version()

    def _version(self) -> tuple[int, int]:
        document = self.get(self.root)
        stated = document.get("openapi", document.get("swagger"))
        if stated is None:
            raise self.error("is no OpenAPI document: it has no member `openapi`", self.root)
        parts = str(stated).split(".")
        if "openapi" not in document or parts[0] != "3" or len(parts) < 2 or parts[1] not in ("0", "1"):
            what = f"is version {stated} of OpenAPI; versions 3.0 and 3.1 can be compared"
            raise self.error(what, self.root / ("openapi" if "openapi" in document else "swagger"))
        return 3, int(parts[1])

    def source(self, file: str) -> Source:
        """Return a file, read once."""
        if file not in self._sources:
            self._sources[file] = self._reader.read(file)
        return self._sources[file]

    def others(self) -> dict[str, Any]:
        """Return the files that were read beside the root, by their names as the root would write them."""
        return {
            self.label(Location(file, "")): source.document
            for file, source in self._sources.items()
            if file != self.root.file
        }

    def has(self, place: Location) -> bool:
        """Say whether there is anything at a place."""
        try:
            self.get(place)
        except DocumentError:
            return False
        return True

    def get(self, place: Location) -> Any:
        """Return the value at a place; raises `DocumentError` when there is none."""
        if place not in self._values:
            self._values[place] = self._find(place)
        return self._values[place]

    def _find(self, place: Location) -> Any:
        value: Any = self.source(place.file).document
        for key in tokens(place.pointer):
            if isinstance(value, dict) and key in value:
                value = cast("dict[str, Any]", value)[key]
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(cast("list[Any]", value)):
                value = cast("list[Any]", value)[int(key)]
            else:
                raise DocumentError(f"has nothing at `#{place.pointer}`", place.file)
        return value

    def target(self, place: Location) -> Location:
        """Return where the `$ref` of the object at a place leads.

        Raises `DocumentError`, at the line of the `$ref`, when it leads nowhere or to another host.
        """
        written = self.get(place)["$ref"]
        at = place / "$ref"
        if not isinstance(written, str):
            raise self.error("has a `$ref` that is no text", at)
        return self.resolve(at, written)

    def resolve(self, at: Location, written: str) -> Location:
        """Return where a reference leads that is written at a place; raises like `target`."""
        address, _, fragment = written.partition("#")
        if "://" in address:
            raise self.error(f"refers to {written!r}: references over the network are not followed", at)
        file = posixpath.normpath(posixpath.join(posixpath.dirname(at.file), unquote(address)))
        found = Location(file if address else at.file, unquote(fragment).rstrip("/"))
        if fragment and not fragment.startswith("/"):
            found = self._anchor(found.file, fragment) or found
        try:
            self.get(found)
        except DocumentError as error:
            why = f": {error}" if error.file != at.file or error.line is not None else ""
            raise self.error(f"refers to {written!r}, which leads nowhere{why}", at) from error
        return found

    def follow(self, place: Location) -> Location:
        """Return the place of an object behind all `$ref`; raises `DocumentError` for a circle of them."""
        seen = {place}
        while True:
            value = self.get(place)
            if not (isinstance(value, dict) and "$ref" in value):
                return place
            target = self.target(place)
            if target in seen:
                raise self.error("has a `$ref` that leads back to itself", place / "$ref")
            seen.add(target)
            place = target

    def position(self, place: Location) -> Position:
        """Return file, line and column of a place, or of its nearest parent."""
        return self.source(place.file).position(place.pointer)

    def label(self, place: Location) -> str:
        """Return a place as it is written in the root document: `#/pointer`, or `file#/pointer`."""
        if place.file == self.root.file:
            return f"#{place.pointer}"
        return f"{posixpath.relpath(place.file, posixpath.dirname(self.root.file) or '.')}#{place.pointer}"

    def place(self, label: str) -> Location:
        """Return the place that a label names."""
        file, _, pointer = label.partition("#")
        if not file:
            return Location(self.root.file, pointer)
        return Location(posixpath.normpath(posixpath.join(posixpath.dirname(self.root.file), file)), pointer)

    def error(self, what: str, place: Location) -> DocumentError:
        """Return an error about a place, with its line."""
        found = self.position(place)
        return DocumentError(what, found.file, found.line, found.column)

    def _anchor(self, file: str, name: str) -> Location | None:
        """Return the schema of a file that calls itself by an `$anchor`."""
        pending: list[tuple[Location, Any]] = [(Location(file, ""), self.source(file).document)]
        while pending:
            place, value = pending.pop()
            if isinstance(value, dict):
                members = cast("dict[str, Any]", value)
                if members.get("$anchor") == name:
                    return place
                pending.extend((place / key, member) for key, member in members.items())
            elif isinstance(value, list):
                pending.extend((place / number, item) for number, item in enumerate(cast("list[Any]", value)))
        return None
