"""Finds the requirements that a change touches, by the places that their clauses name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace

from checkpoint_openapi.diff.catalogues.requirements import Requirements
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import child

__all__ = ["Clauses"]


class Clauses:
    """The places in the documents that the requirements of both versions rest on."""

    def __init__(
        self, base: Documents, revision: Documents, catalogues: Iterable[Requirements | None]
    ) -> None:
        self._names = {posixpath.basename(documents.root.file) for documents in (base, revision)}
        self._documents = (base, revision)
        self._ids: dict[tuple[str, str], list[str]] = {}
        for catalogue in filter(None, catalogues):
            for name, entry in catalogue.active().items():
                file, _, pointer = entry["clause"].partition("#")
                ids = self._ids.setdefault(("" if file in self._names else file, pointer), [])
                ids.extend([] if name in ids else [name])

    def touched_by(self, finding: Finding) -> Finding:
        """Return a finding with the requirements whose clause holds its place, or is held by it."""
        if finding.requirements:
            return finding
        file, _, pointer = finding.label.partition("#")
        pointer = self._member(Location(file, pointer), finding)
        here = {place: ids for (name, place), ids in self._ids.items() if name == file}
        around = [place for place in here if pointer == place or pointer.startswith(f"{place}/")]
        inside = [place for place in here if place.startswith(f"{pointer}/")]
        places = [*([max(around, key=len)] if around else []), *inside]
        ids = dict.fromkeys(name for place in places for name in here[place])
        return replace(finding, requirements=tuple(ids))

    def _member(self, place: Location, finding: Finding) -> str:
        """Return the pointer of the member that a finding names, if its place is the object that holds it."""
        last = finding.path.rsplit(".", 1)[-1].rstrip("[]")
        holder = place.pointer.removesuffix("/required")
        below = child(holder, "properties", last)
        labels = [documents.place(f"{place.file}#{below}") for documents in self._documents]
        known = any(map(Documents.has, self._documents, labels))
        return below if last and known else place.pointer
