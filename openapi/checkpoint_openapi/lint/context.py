"""The input of every check: the document, its objects, and the targets of their references."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import chain
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from weakref import finalize

from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.documents import Location
from checkpoint_openapi.document.folder import REQUIREMENTS
from checkpoint_openapi.document.readers import Files
from checkpoint_openapi.document.structure.objects import Node, walk
from checkpoint_openapi.document.values import items, members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.document.documents import Documents
    from checkpoint_openapi.document.source import Source

__all__ = ["Context"]


class Context:
    """One document being checked."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.source = documents.source(documents.root.file)
        self.document = self.source.document
        self.version = str(self.document["openapi"])

    @property
    def is_3_0(self) -> bool:
        """Whether the Schema Object is that of OpenAPI 3.0 rather than JSON Schema 2020-12."""
        return self.documents.version == (3, 0)

    @cached_property
    def path(self) -> Path:
        """A file for tools that read the document themselves: a copy if its own is a pipe, read only once."""
        path = Path(self.source.file)
        if path.exists() and not path.is_file():
            folder = mkdtemp()
            finalize(self, rmtree, folder, ignore_errors=True)
            path = Path(folder) / "document.yaml"
            path.write_text(self.source.text, encoding="utf-8")
        return path

    @cached_property
    def objects(self) -> tuple[Node, ...]:
        """Every object of the document."""
        return tuple(walk(self.document))

    @cached_property
    def catalogue(self) -> Source | None:
        """The requirement catalogue beside the document, if any; raises `DocumentError` if it is broken."""
        return Files().find(str(Path(self.source.file).with_name(REQUIREMENTS)))

    @cached_property
    def bundle(self) -> Bundle:
        """The document in one piece, for validators."""
        return Bundle(self.documents)

    @cached_property
    def _by_kind(self) -> dict[str, list[Node]]:
        found: defaultdict[str, list[Node]] = defaultdict(list)
        for node in self.objects:
            found[node.kind].append(node)
        return found

    @cached_property
    def _own_by_kind(self) -> dict[str, list[Node]]:
        return {
            kind: [node for node in nodes if node.reference is None] for kind, nodes in self._by_kind.items()
        }

    def all(self, *kinds: str) -> Iterator[Node]:
        """Yield the objects of the given kinds, kind by kind, including references."""
        return chain.from_iterable(self._by_kind.get(kind, []) for kind in kinds)

    def own(self, *kinds: str) -> Iterator[Node]:
        """Yield the objects of the given kinds, kind by kind, excluding references."""
        return chain.from_iterable(self._own_by_kind.get(kind, []) for kind in kinds)

    def at(self, pointer: str) -> Location:
        """Return a place of the document itself, by its JSON pointer."""
        return Location(self.documents.root.file, pointer)

    def is_component(self, place: Location) -> bool:
        """Return whether a place of the document is a component."""
        path = place.pointer.split("/")
        return place.file == self.documents.root.file and path[1:2] == ["components"] and len(path) == 4

    def read(self, place: Location) -> Any:
        """Return the value at a place, following references; raises `UnresolvedError` if one dangles."""
        return self.documents.get(self.documents.follow(place))

    def parameters(self, holder: Location) -> Iterator[dict[str, Any]]:
        """Yield the parameters of a path or an operation, following references.

        Raises `UnresolvedError` if a reference dangles.
        """
        for number in range(len(items(members(self.documents.get(holder)).get("parameters")))):
            yield members(self.read(holder / "parameters" / number))
