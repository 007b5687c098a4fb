"""Compares the requirements of two versions, by id."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.folder import REQUIREMENTS
from checkpoint_openapi.document.source import DocumentError, Source
from checkpoint_openapi.document.values import items, members

__all__ = ["Requirements", "compare_requirements"]

_WORDS = ("id", "level", "text", "clause", "status")
_SCOPE = ("profile", "needs")
"""What decides whether a requirement applies to a server."""


class Requirements:
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
    def beside(cls, documents: Documents) -> Requirements | None:
        """Return the catalogue beside a document, or None if there is none; raises like the constructor."""
        source = documents.beside(REQUIREMENTS)
        return None if source is None else cls(source)

    def active(self) -> dict[str, dict[str, Any]]:
        """Return the requirements that were not withdrawn."""
        return {name: entry for name, entry in self.entries.items() if entry["status"] == "active"}

    def pointer(self, name: str) -> str:
        """Return the place of a requirement in its file."""
        return f"/requirements/{self._numbers[name]}"


def compare_requirements(old: Requirements, new: Requirements) -> list[Finding]:
    """Return what was added, withdrawn, raised, lowered, reworded and applied otherwise, by id."""
    before, after = old.active(), new.active()
    found: list[Finding] = []
    for name in before.keys() - after.keys():
        catalogue = new if name in new.entries else old
        finding = _finding("withdrawn", catalogue, name, "was withdrawn", in_base=catalogue is old)
        found.append(replace(finding, old_label=f"{REQUIREMENTS}#{old.pointer(name)}"))
    for name in after.keys() - before.keys():
        level, text = after[name]["level"], after[name]["text"]
        found.append(_finding("added", new, name, f"is new, as a {level}: {text.rstrip('.')}"))
    for name in before.keys() & after.keys():
        place = f"{REQUIREMENTS}#{old.pointer(name)}"
        found += [replace(each, old_label=place) for each in _changed(name, before[name], after[name], new)]
    return found


def _changed(name: str, old: dict[str, Any], new: dict[str, Any], catalogue: Requirements) -> list[Finding]:
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
    catalogue: Requirements,
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
        label=f"{REQUIREMENTS}#{pointer}",
        position=catalogue.source.position(pointer),
        in_base=in_base,
        before=before,
        after=after,
        implementers_witness=Witness("requirement", f"{name} {entry['level']}", text=entry["text"])
        if asked
        else None,
        requirements=(name,),
    )
