"""Everything that the page shows about one contract, read from its files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from checkpoint_openapi.docs.content.catalogues import (
    ErrorTable,
    RequirementRow,
    errata,
    error_table,
    markdown,
    requirement_rows,
)
from checkpoint_openapi.docs.content.files import SeenFiles
from checkpoint_openapi.docs.content.linking import link_requirements
from checkpoint_openapi.docs.content.listing import Clauses, Listing, listing
from checkpoint_openapi.docs.content.samples import Samples, samples
from checkpoint_openapi.docs.examples.checks import Checker
from checkpoint_openapi.docs.examples.made import Maker
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Reader
from checkpoint_openapi.document.source import Position, Source
from checkpoint_openapi.document.structure.objects import operations_in
from checkpoint_openapi.document.structure.unread import unread_parts
from checkpoint_openapi.document.values import items, members

__all__ = ["Content", "OperationRow", "companions_of", "read_content"]

COMPANIONS = "companions.yaml"
"""The file beside a document that holds its companion operations."""


class OperationRow(NamedTuple):
    """An operation as listed in the navigation."""

    method: str
    path: str
    summary: str
    anchor: str
    """The id that the renderer gives it."""


@dataclass(frozen=True)
class Content:
    """One contract, ready for display."""

    title: str
    version: str
    lead: Markup
    document: dict[str, Any]
    """The bundled document, with the requirements in its texts linked."""
    operations: tuple[OperationRow, ...]
    samples: tuple[Samples, ...]
    errors: ErrorTable | None
    requirements: tuple[RequirementRow, ...]
    errata: Markup | None
    listings: tuple[Listing, ...]
    files: frozenset[Path]
    """Every file that the page uses, or would use if it existed."""
    unread: tuple[tuple[str, Position], ...]
    """The unsupported parts of OpenAPI 3.2 in the document, and their positions."""

    @property
    def groups(self) -> list[list[RequirementRow]]:
        """The requirements by the first part of their ids, in catalogue order."""
        return [list(rows) for _, rows in groupby(self.requirements, lambda row: row.group)]


def read_content(path: Path, reader: SeenFiles | None = None) -> Content:
    """Read a document and the catalogues in its folder, using a reader that may have some of them cached.

    Raises `DocumentError` if one of them cannot be used.
    """
    reader = reader or SeenFiles()
    documents = Documents(reader, str(path))
    folder = path.parent
    companions = companions_of(path, reader)
    whole = _with_companions(Bundle(documents), companions)
    sources: dict[str, Source] = {path.name: documents.source(documents.root.file)}
    requirements = requirement_rows(folder, reader, sources)
    linked = link_requirements(whole, frozenset(row.id for row in requirements))
    info = members(linked.get("info"))
    operations = tuple(_operations(linked))
    names = frozenset(str(entry.get("operationId")) for _, _, entry in _entries(linked))
    return Content(
        title=str(info.get("title", path.name)),
        version=str(info.get("version", "")),
        lead=markdown(str(info.get("description", ""))),
        document=linked,
        operations=operations,
        samples=(*_samples(documents), *(_samples(companions) if companions else ())),
        errors=error_table(folder, reader, names),
        requirements=requirements,
        errata=errata(folder) if requirements else None,
        listings=tuple(
            listing(source.text, name, _clauses(requirements, name)) for name, source in sources.items()
        ),
        files=frozenset(_files(path, documents, sources)),
        unread=tuple((part.name, documents.position(part.place)) for part in unread_parts(documents)),
    )


def companions_of(path: Path, reader: Reader) -> Documents | None:
    """Return the companion operations beside a document, or None without any.

    Raises `DocumentError` if their document cannot be used.
    """
    beside = path.with_name(COMPANIONS)
    return Documents(reader, str(beside)) if beside != path and beside.is_file() else None


def _with_companions(whole: Bundle, companions: Documents | None) -> dict[str, Any]:
    """Return a bundled document with the operations of its companions."""
    if companions is None:
        return whole.document
    paths = members(companions.get(companions.root).get("paths"))
    added = {path: whole.included(companions.root / "paths" / path) for path in paths}
    return {**whole.document, "paths": {**members(whole.document.get("paths")), **added}}


def _samples(documents: Documents) -> list[Samples]:
    return samples(documents, Maker(documents, Checker(Bundle(documents), Direction.REQUEST)))


def _entries(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return path, method and object of each operation defined in the document itself."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for path, item in members(document.get("paths")).items():
        found += [(path, method, members(value)) for method, _, value in operations_in(members(item))]
    return found


def _operations(document: dict[str, Any]) -> list[OperationRow]:
    rows: list[OperationRow] = []
    for path, method, entry in _entries(document):
        tag = str(next(iter(items(entry.get("tags"))), "default"))
        name = str(entry.get("operationId", ""))
        found = f"operations-{tag}-{name}".replace(" ", "_") if name else "reference"
        rows.append(OperationRow(method.upper(), path, str(entry.get("summary") or name or path), found))
    return rows


def _clauses(requirements: tuple[RequirementRow, ...], name: str) -> Clauses:
    found: Clauses = {}
    for row in requirements:
        if row.file == name and row.status == "active":
            found[row.line] = (*found.get(row.line, ()), row.id)
    return found


def _files(path: Path, documents: Documents, sources: dict[str, Source]) -> set[Path]:
    referred = {Path(documents.place(label).file) for label in documents.others()}
    catalogues = {
        path.parent / name for name in (COMPANIONS, "requirements.yaml", "errors.yaml", "ERRATA.md")
    }
    return {path, *referred, *catalogues, *(path.parent / name for name in sources)}
