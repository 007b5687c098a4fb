"""The catalogues beside a document, as rows of the page: requirements, errors, errata."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markupsafe import Markup

from checkpoint_openapi.docs.content.files import SeenFiles
from checkpoint_openapi.docs.content.listing import anchor
from checkpoint_openapi.document.pointer import tokens
from checkpoint_openapi.document.source import DocumentError, Source
from checkpoint_openapi.document.values import items, members

__all__ = [
    "ErrorRow",
    "ErrorTable",
    "RequirementRow",
    "errata",
    "error_table",
    "inline",
    "markdown",
    "requirement_rows",
]

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_HEADING_SHIFT = 1


class RequirementRow(NamedTuple):
    """A requirement as shown on the page."""

    id: str
    level: str
    text: Markup
    clause: str
    """As written: file and JSON pointer."""
    place: str
    """The clause in readable form: the names on the way to it."""
    file: str
    line: int
    basis: tuple[str, ...]
    profile: str
    """The profiles it belongs to, joined by commas."""
    needs: str | None
    status: str
    since: str
    not_tested: str | None

    @property
    def anchor(self) -> str:
        """The anchor of the clause's line on the page."""
        return anchor(self.file, self.line)

    @property
    def group(self) -> str:
        """The first part of the id, such as `AUTH`."""
        return self.id.rpartition("-")[0]


class ErrorRow(NamedTuple):
    """A condition of `errors.yaml` as shown on the page."""

    id: str
    status: int
    code: str
    text: Markup
    label: str
    operations: tuple[str, ...]


class ErrorTable(NamedTuple):
    """The content of `errors.yaml` for one document."""

    conditions: tuple[ErrorRow, ...]
    published: tuple[tuple[int, str, Markup], ...]
    gateway_pattern: str


def markdown(text: str) -> Markup:
    """Return CommonMark with tables as HTML; embedded HTML is shown as text, headings move down one level."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _HEADING_SHIFT, 6)}"
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704 - the renderer escapes


@lru_cache(maxsize=1000)
def inline(text: str) -> Markup:
    """Return one line of CommonMark as HTML."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - the renderer escapes


def requirement_rows(
    folder: Path, reader: SeenFiles, sources: dict[str, Source]
) -> tuple[RequirementRow, ...]:
    """Return the requirements of a folder, or none if it has no catalogue.

    The documents that clauses name are added to `sources`. Raises `DocumentError` if the catalogue is
    malformed.
    """
    catalogue = _catalogue(folder / "requirements.yaml", reader)
    if catalogue is None:
        return ()
    return tuple(
        _requirement(folder, catalogue, number, reader, sources)
        for number in _numbers(catalogue, "requirements")
    )


def _requirement(
    folder: Path, catalogue: Source, number: int, reader: SeenFiles, sources: dict[str, Source]
) -> RequirementRow:
    pointer = f"/requirements/{number}"
    entry = members(catalogue.document["requirements"][number])
    try:
        clause = str(entry["clause"])
        file, _, target = clause.partition("#")
        if file not in sources:
            sources[file] = reader.read(str(folder / file))
        return RequirementRow(
            id=str(entry["id"]),
            level=str(entry["level"]),
            text=inline(str(entry["text"])),
            clause=clause,
            place=_place(target),
            file=file,
            line=sources[file].position(target).line,
            basis=tuple(map(str, items(entry["basis"]))),
            profile=", ".join(map(str, items(entry["profile"]))),
            needs=entry["needs"],
            status=str(entry["status"]),
            since=str(entry["since"]),
            not_tested=entry["not_tested"],
        )
    except KeyError as missing:
        raise _incomplete(catalogue, pointer, missing) from missing


def error_table(folder: Path, reader: SeenFiles, operations: frozenset[str]) -> ErrorTable | None:
    """Return the errors of a folder for some operations, or None if it has no error catalogue.

    Raises `DocumentError` if the catalogue is malformed.
    """
    catalogue = _catalogue(folder / "errors.yaml", reader)
    if catalogue is None:
        return None
    conditions: list[ErrorRow] = []
    for number in _numbers(catalogue, "conditions"):
        entry = members(catalogue.document["conditions"][number])
        try:
            named = tuple(map(str, items(entry["operations"])))
            text = inline(str(entry["text"]))
            row = ErrorRow(
                str(entry["id"]), int(entry["status"]), str(entry["code"]), text, str(entry["label"]), named
            )
        except KeyError as missing:
            raise _incomplete(catalogue, f"/conditions/{number}", missing) from missing
        if not named or operations.intersection(named):
            conditions.append(row)
    published = tuple(
        (int(pair.get("status", 0)), str(pair.get("code", "")), inline(str(pair.get("meaning", ""))))
        for pair in map(members, items(catalogue.document.get("published")))
    )
    ordered = sorted(conditions, key=lambda row: row.status)
    return ErrorTable(tuple(ordered), published, str(catalogue.document.get("gateway_pattern", "")))


def errata(folder: Path) -> Markup | None:
    """Return the errata of a folder without their title, or None if there are none."""
    path = folder / "ERRATA.md"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    return markdown(rest if title.startswith("# ") else text)


def _catalogue(path: Path, reader: SeenFiles) -> Source | None:
    """Return a data file of a contract, or None if the file is missing or only happens to have the name."""
    if not path.is_file():
        return None
    source = reader.read(str(path))
    return source if "contract" in source.document else None


def _numbers(catalogue: Source, member: str) -> range:
    return range(len(items(catalogue.document.get(member))))


def _incomplete(catalogue: Source, pointer: str, missing: KeyError) -> DocumentError:
    file, line, column = catalogue.position(pointer)
    return DocumentError(f"has an entry without `{missing.args[0]}`", file, line, column)


def _place(pointer: str) -> str:
    """Return the names on the way to a clause, leaving out those that only name a category."""
    names = tokens(pointer)
    shown = [token for token in names if token not in _KINDS and not token.startswith("/")]
    return " / ".join(shown or names)


_KINDS = {"paths", "components", "schemas", "properties", "parameters", "requestBodies", "content"}
