"""Compares the catalogues beside the documents, and finds the requirements that a change touches."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.source import DocumentError, Source
from checkpoint_openapi.document.values import items, members

__all__ = ["Clauses", "catalogues", "compare_catalogues"]

_NAME = "requirements.yaml"
_WORDS = ("id", "level", "text", "clause", "status")
_SCOPE = ("profile", "needs")
"""What decides whether a requirement applies to a server."""


class Catalogue:
    """The requirements of one version of a contract, by id."""

    def __init__(self, source: Source) -> None:
        """Read them; raises `DocumentError` if an entry lacks a member that every requirement has."""
        self.source = source
        self.entries: dict[str, dict[str, Any]] = {}
        self._numbers: dict[str, int] = {}
        for number, value in enumerate(items(source.document.get("requirements"))):
            entry = members(value)
            missing = [word for word in _WORDS if not isinstance(entry.get(word), str)]
            if missing:
                place = source.position(f"/requirements/{number}")
                raise DocumentError(f"has a requirement without `{missing[0]}`", *place)
            self.entries[entry["id"]] = entry
            self._numbers[entry["id"]] = number

    @classmethod
    def beside(cls, documents: Documents) -> Catalogue | None:
        """Return the catalogue beside a document, or None if there is none; raises like the constructor."""
        source = documents.beside(_NAME)
        return None if source is None else cls(source)

    def active(self) -> dict[str, dict[str, Any]]:
        """Return the requirements that were not withdrawn."""
        return {name: entry for name, entry in self.entries.items() if entry["status"] == "active"}

    def pointer(self, name: str) -> str:
        """Return the place of a requirement in its file."""
        return f"/requirements/{self._numbers[name]}"


def catalogues(base: Documents, revision: Documents) -> tuple[Catalogue | None, Catalogue | None]:
    """Return the catalogue beside each document, if there is one; raises like `Catalogue`."""
    return Catalogue.beside(base), Catalogue.beside(revision)


def compare_catalogues(old: Catalogue, new: Catalogue) -> list[Finding]:
    """Return what was added, withdrawn, raised, lowered, reworded and applied otherwise, by id."""
    before, after = old.active(), new.active()
    found: list[Finding] = []
    for name in before.keys() - after.keys():
        catalogue = new if name in new.entries else old
        found.append(_finding("withdrawn", catalogue, name, "was withdrawn", in_base=catalogue is old))
    for name in after.keys() - before.keys():
        level, text = after[name]["level"], after[name]["text"]
        found.append(_finding("added", new, name, f"is new, as a {level}: {text.rstrip('.')}"))
    for name in before.keys() & after.keys():
        found.extend(_changed(name, before[name], after[name], new))
    return found


def _changed(name: str, old: dict[str, Any], new: dict[str, Any], catalogue: Catalogue) -> list[Finding]:
    found: list[Finding] = []
    if old["level"] != new["level"]:
        verb = "raised" if new["level"] == "MUST" else "lowered"
        text = f"was {verb} from {old['level']} to {new['level']}"
        found.append(_finding(verb, catalogue, name, text, old["level"], new["level"]))
    if old["text"] != new["text"]:
        found.append(
            _finding(
                "reworded", catalogue, name, f"now reads: {new['text'].rstrip('.')}", old["text"], new["text"]
            )
        )
    changed = [word for word in _SCOPE if _listed(old.get(word)) != _listed(new.get(word))]
    if changed:
        before, after = ({word: entry.get(word) for word in changed} for entry in (old, new))
        text = f"has another {' and another '.join(f'`{word}`' for word in changed)}"
        found.append(_finding("scope-changed", catalogue, name, text, before, after))
    return found


def _listed(value: Any) -> list[Any]:
    """Return a value that may stand alone or in a list as a list."""
    return items(value) or ([] if value in (None, []) else [value])


def _finding(
    verb: str,
    catalogue: Catalogue,
    name: str,
    text: str,
    before: Any = None,
    after: Any = None,
    *,
    in_base: bool = False,
) -> Finding:
    pointer, entry = catalogue.pointer(name), catalogue.entries[name]
    asked = verb in ("added", "raised", "reworded")
    return Finding(
        id=f"requirement-{verb}",
        message=f"The requirement {name} {text}",
        operation="",
        place="the catalogue",
        path=name,
        label=f"{_NAME}#{pointer}",
        position=catalogue.source.position(pointer),
        in_base=in_base,
        before=before,
        after=after,
        implementers_witness=Witness("requirement", f"{name} {entry['level']}", text=entry["text"])
        if asked
        else None,
        requirements=(name,),
    )


class Clauses:
    """The places in the documents that the requirements of both versions rest on."""

    def __init__(self, base: Documents, revision: Documents, catalogues: Iterable[Catalogue | None]) -> None:
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
