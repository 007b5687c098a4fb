"""An OpenAPI document with everything it refers to, and the positions of all its parts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from checkpoint_openapi.document.identifiers import Identifiers, has_scheme, joined
from checkpoint_openapi.document.pointer import child, last, tokens
from checkpoint_openapi.document.readers import Reader
from checkpoint_openapi.document.source import Ambiguity, DocumentError, Position, Source
from checkpoint_openapi.document.tree import objects_in
from checkpoint_openapi.document.values import members
from checkpoint_openapi.suggestion import nearest

__all__ = ["VERSIONS", "Documents", "Location", "UnresolvedError", "stated_version"]

VERSIONS = ((3, 0), (3, 1), (3, 2))
"""The supported versions of OpenAPI."""


class Location(NamedTuple):
    """A place in one of the documents: the file, as its reader names it, and an RFC 6901 pointer into it."""

    file: str
    pointer: str

    def __truediv__(self, token: str | int) -> Location:
        return Location(self.file, child(self.pointer, token))

    def below(self, *path: str | int) -> Location:
        """Return a place below this one."""
        return Location(self.file, child(self.pointer, *path))

    def __str__(self) -> str:
        return f"{self.file}#{self.pointer}"


class UnresolvedError(DocumentError):
    """A dangling reference, with its line; `why` gives the reason in a few words."""

    def __init__(self, what: str, why: str, at: Position) -> None:
        super().__init__(what, at.file, at.line, at.column)
        self.why = why


def stated_version(documents: Documents) -> str:
    """Return `info.version` of a document, or an empty text."""
    info = members(documents.get(documents.root).get("info"))
    return str(info.get("version", ""))


class _Walked(NamedTuple):
    """How far a place could be followed."""

    value: Any
    missing: str | None = None
    """The name that the value does not have."""


class Documents:
    """One OpenAPI document and the files that it refers to, which are read on demand.

    Raises `DocumentError` immediately if the root is broken or is not an OpenAPI document of a supported
    version.
    """

    def __init__(self, reader: Reader, file: str) -> None:
        self._reader = reader
        self._sources: dict[str, Source] = {}
        self._beside: list[Source] = []
        self._values: dict[Location, Any] = {}
        self._identifiers: dict[str, Identifiers] = {}
        self._names: dict[str, Location] = {}
        self._targets: dict[Location, Location] = {}
        self.root = Location(file, "")
        self.version = self._version()

    def _version(self) -> tuple[int, int]:
        document = self.get(self.root)
        stated = document.get("openapi", document.get("swagger"))
        if stated is None:
            raise self.error("is not an OpenAPI 3 document: it has no member `openapi`", self.root)
        if not isinstance(stated, str | int | float) or stated == "":
            raise self.error(
                "is not an OpenAPI 3 document: its `openapi` is not a version", self.root / "openapi"
            )
        known = {f"{major}.{minor}": (major, minor) for major, minor in VERSIONS}
        version = known.get(str(stated)[:3]) if re.match(r"3\.\d+\.", str(stated)) else None
        if version is None or "openapi" not in document:
            what = f"is version {stated} of OpenAPI; versions {', '.join(known)} can be read"
            if "openapi" not in document:
                what += ": convert it first"
            if str(stated) in known:
                what = f"has the version {stated} of OpenAPI without its third number: write '{stated}.0'"
            raise self.error(what, self.root / ("openapi" if "openapi" in document else "swagger"))
        return version

    def source(self, file: str) -> Source:
        """Return a file, reading it only once."""
        if file not in self._sources:
            self._sources[file] = self._reader.read(file)
        return self._sources[file]

    def text(self, name: str) -> str:
        """Return the text of a file that was read, by its name in positions, which may name a commit, too."""
        sources = [*self._sources.values(), *self._beside]
        return next(source.text for source in sources if source.file == name)

    def beside(self, name: str) -> Source | None:
        """Return a data file of the contract beside the root that no reference leads to, such as a catalogue.

        Returns None if there is no such file, or if it has no member `contract` and so only happens to have
        the name. Raises `DocumentError` if it is broken.
        """
        source = self._reader.find(posixpath.join(posixpath.dirname(self.root.file), name))
        if source is None or "contract" not in source.document:
            return None
        self._beside.append(source)
        return source

    def others(self) -> dict[str, Any]:
        """Return the files read so far besides the root, by their names as the root would write them."""
        return {
            self.label(Location(file, "")): source.document
            for file, source in self._sources.items()
            if file != self.root.file
        }

    def ambiguities(self) -> list[tuple[Position, Ambiguity]]:
        """Return the scalars in all files read so far that YAML versions interpret differently."""
        return [
            (source.position(each.pointer), each)
            for source in self._sources.values()
            for each in source.ambiguous
        ]

    def has(self, place: Location) -> bool:
        """Return whether there is anything at a place."""
        try:
            return place in self._values or self._walk(place).missing is None
        except DocumentError:
            return False

    def get(self, place: Location) -> Any:
        """Return the value at a place; raises `DocumentError` if there is none."""
        if place not in self._values:
            found = self._walk(place)
            if found.missing is not None:
                what, at = f"has nothing at `#{place.pointer}`", self.position(place)
                raise UnresolvedError(what, _absent(found.missing, found.value), at)
            self._values[place] = found.value
        return self._values[place]

    def _walk(self, place: Location) -> _Walked:
        above = Location(place.file, place.pointer.rpartition("/")[0])
        is_known = place.pointer != "" and above in self._values
        value: Any = self._values[above] if is_known else self.source(place.file).document
        for key in [last(place.pointer)] if is_known else tokens(place.pointer):
            if isinstance(value, dict) and key in value:
                value = cast("dict[str, Any]", value)[key]
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(cast("list[Any]", value)):
                value = cast("list[Any]", value)[int(key)]
            else:
                return _Walked(value, key)
        return _Walked(value)

    def target(self, place: Location) -> Location:
        """Return the target of the `$ref` in the object at a place.

        Raises `UnresolvedError`, at the line of the `$ref`, if it dangles or leads to another host.
        """
        if place not in self._targets:
            written = self.get(place)["$ref"]
            at = place / "$ref"
            if not isinstance(written, str):
                raise UnresolvedError("has a `$ref` that is not text", "it is no text", self.position(at))
            self._targets[place] = self.resolve(at, written)
        return self._targets[place]

    def resolve(self, at: Location, written: str) -> Location:
        """Return the target of a reference written at a place; raises like `target`."""
        address, _, fragment = written.partition("#")
        resource = self._resource(at, written, address)
        name = unquote(fragment).rstrip("/")
        try:
            pointer = self._identified(resource.file).anchors.get((resource.pointer, name))
            if pointer is None and name and not name.startswith("/"):
                why = (
                    "its fragment is not a JSON pointer"
                    if self.version == (3, 0)
                    else f"there is no anchor {_asked(name, self._anchors(resource))}"
                )
                raise self._nowhere(at, written, why)
            found = Location(resource.file, resource.pointer + name if pointer is None else pointer)
            self.get(found)
        except UnresolvedError as error:
            raise self._nowhere(at, written, error.why) from error
        except DocumentError as error:
            raise self._nowhere(at, written, f"the file {address} {error.what}") from error
        return found

    def _anchors(self, resource: Location) -> list[str]:
        """Return the names of the anchors in a resource."""
        known = self._identified(resource.file).anchors
        return [name for root, name in known if root == resource.pointer]

    def follow(self, place: Location) -> Location:
        """Return the place of an object, following every `$ref`; raises `UnresolvedError` for a cycle."""
        seen = {place}
        while True:
            value = self.get(place)
            if not (isinstance(value, dict) and "$ref" in value):
                return place
            target = self.target(place)
            if target in seen:
                what, at = "has a `$ref` that leads back to itself", self.position(place / "$ref")
                raise UnresolvedError(what, "it leads in a circle", at)
            seen.add(target)
            place = target

    def dynamic_targets(self, place: Location) -> list[Location]:
        """Return all schemas that a schema's `$dynamicRef` may lead to; raises like `target`.

        The first is the target that a `$ref` would have. The others have the same `$dynamicAnchor` elsewhere,
        and replace it if evaluation came through them (JSON Schema Core, 8.2.3.2).
        """
        written = None if self.version == (3, 0) else members(self.get(place)).get("$dynamicRef")
        if not isinstance(written, str):
            return []
        first = self.resolve(place / "$dynamicRef", written)
        name = unquote(written.partition("#")[2])
        if self.dynamic_anchors(first).get(name) != first:
            return [first]
        others = [
            Location(file, pointer)
            for file in self._all_files
            for pointer in self._identified(file).dynamic.get(name, [])
        ]
        return [first, *(place for place in others if place != first)]

    def dynamic_anchors(self, place: Location) -> dict[str, Location]:
        """Return the schemas with a `$dynamicAnchor` in the resource of a place, by its name."""
        known = self._identified(place.file)
        root = known.resource(place.pointer)
        return {
            name: Location(place.file, pointer)
            for name, pointers in known.dynamic.items()
            for pointer in reversed(pointers)
            if known.resource(pointer) == root
        }

    def position(self, place: Location) -> Position:
        """Return the file, line and column of a place, or of its nearest parent."""
        return self.source(place.file).position(place.pointer)

    def label(self, place: Location) -> str:
        """Return a place as written in the root document: `#/pointer`, or `file#/pointer`."""
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

    def _nowhere(self, at: Location, written: str, why: str) -> UnresolvedError:
        what = f"refers to {written!r}, which leads nowhere: {why}"
        return UnresolvedError(what, why, self.position(at))

    def _identified(self, file: str) -> Identifiers:
        """Return the identifiers that schemas of a file declare, which are possible since 3.1."""
        if file not in self._identifiers:
            document = self.source(file).document
            found = Identifiers(document, file, known=self.version > (3, 0))
            self._identifiers[file] = found
            for pointer, uri in found.resources.items():
                self._names.setdefault(uri, Location(file, pointer))
        return self._identifiers[file]

    def _resource(self, at: Location, written: str, address: str) -> Location:
        """Return the root of the file or schema that an address names, relative to a place."""
        known = self._identified(at.file)
        here = known.resource(at.pointer)
        if not address:
            return Location(at.file, here)
        uri = joined(known.resources[here], address)
        found = self._named(uri)
        if found is not None:
            return found
        if has_scheme(uri) and not has_scheme(address):
            # Files in one folder refer to each other, whatever URI they are published under.
            uri = joined(at.file, address)
        if uri.startswith("file:"):
            uri = unquote(uri.removeprefix("file:").removeprefix("//"))
        if not has_scheme(uri):
            return Location(uri, "")
        raise self._nowhere(at, written, "it leads to the network, which is never used")

    def _named(self, uri: str) -> Location | None:
        """Return the known schema or file that identifies itself by a URI, if any."""
        for file in list(self._sources):
            self._identified(file)
        if uri not in self._names and has_scheme(uri):
            for file in self._all_files:
                self._identified(file)
        return self._names.get(uri)

    @cached_property
    def _all_files(self) -> list[str]:
        """Return the readable files that the document leads to."""
        found = [self.root.file]
        for file in found:
            for _, value in objects_in(self.source(file).document):
                address = str(value.get("$ref", "")).partition("#")[0]
                other = joined(file, address)
                if (
                    address
                    and not has_scheme(address)
                    and other not in found
                    and self.has(Location(other, ""))
                ):
                    found.append(other)
        return found


def _absent(key: str, value: Any) -> str:
    """Say that a value has no member of this name, and which similar one it has."""
    return f"there is no {_asked(key, members(value))}"


def _asked(name: str, known: Iterable[str]) -> str:
    """Return a name that does not exist, and the question whether a similar one was meant."""
    near = nearest(name, list(known))
    return f"{name!r}; did you mean {near!r}?" if near else repr(name)
