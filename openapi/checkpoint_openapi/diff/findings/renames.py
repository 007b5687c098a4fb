"""Pairs of findings that are probably one change: a name that disappeared, and one that replaced it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.values import equal, members

__all__ = ["with_renames"]

_GONE, _NEW = ("-removed", "-member-refused"), ("added", "declared", "unexpected", "required")
_NEAR = 0.8
"""How much of two names must agree, as `difflib` measures it."""
_CASE = re.compile(r"[-_. ]")


@dataclass(frozen=True)
class _Named:
    """What came or went under a name."""

    name: str
    value: Any
    finding: Finding


_Scope = tuple[str, ...]
"""Where a name is unique: the operation, the part of it, and the object that has the member."""


def with_renames(base: Documents, revision: Documents, findings: list[Finding]) -> list[Finding]:
    """Return findings of which those that look like a rename name the other side.

    A name was probably replaced by one in the same object that is spelled nearly alike, or by the only new
    one there if it is defined in the same way.
    """
    gone: defaultdict[_Scope, dict[str, _Named]] = defaultdict(dict)
    new: defaultdict[_Scope, dict[str, _Named]] = defaultdict(dict)
    for finding in findings:
        known, documents = (gone, base) if finding.id.endswith(_GONE) else (new, revision)
        if documents is base or any(word in finding.id for word in _NEW):
            for scope, name, value in _subject(documents, finding):
                known[scope].setdefault(name, _Named(name, value, finding))
    names = {
        (scope, old.name): other
        for scope, left in gone.items()
        for old in left.values()
        for other in [_successor(old, new[scope], alone=len(left) == 1)]
        if other is not None
    }
    return [_told(finding, base, names) for finding in findings]


def _told(finding: Finding, base: Documents, names: dict[tuple[_Scope, str], str]) -> Finding:
    if not finding.id.endswith(_GONE):
        return finding
    known = (names.get((scope, name)) for scope, name, _ in _subject(base, finding))
    other = next(filter(None, known), None)
    return finding if other is None else replace(finding, renamed_to=other)


def _successor(old: _Named, new: dict[str, _Named], *, alone: bool) -> str | None:
    """Return the name that probably replaced another, if there is one; `alone` if no other name is gone."""
    plain = {name: _CASE.sub("", name).lower() for name in (old.name, *new)}
    near = [name for name in new if plain[name] == plain[old.name]] or _spelled_nearly(old.name, new)
    if len(near) == 1:
        return near[0]
    alike = [name for name, each in new.items() if old.value is not None and equal(each.value, old.value)]
    return alike[0] if alone and len(new) == len(alike) == 1 else None


def _spelled_nearly(name: str, new: Iterable[str]) -> list[str]:
    """Return the name that is spelled most like another, if there is one."""
    from difflib import get_close_matches

    return get_close_matches(name, new, 1, _NEAR)


def _subject(documents: Documents, finding: Finding) -> list[tuple[_Scope, str, Any]]:
    """Return the scope, name and definition that a finding is about, if it is about a name."""
    value = _value(documents, finding.label)
    if finding.id.startswith("path-"):
        return [(("path", finding.operation.split(" ")[0]), finding.operation.split(" ", 1)[-1], value)]
    if finding.id.startswith("parameter-"):
        kind, _, name = finding.place.partition(" parameter `")
        plain = {key: each for key, each in members(value).items() if key != "name"}
        return [(("parameter", finding.operation, kind), name.rstrip("`"), plain)] if name else []
    if "member-" in finding.id and finding.path:
        holder, _, name = finding.path.rpartition(".")
        subject = finding.id.partition("-")[0]
        return [
            ((subject, finding.operation, finding.place, holder), name, _member(documents, finding, name))
        ]
    return []


def _member(documents: Documents, finding: Finding, name: str) -> Any:
    """Return the definition of a member, whose finding is at itself or at the object that has it."""
    label = finding.label.removesuffix("/required").removesuffix("/additionalProperties")
    file, _, pointer = label.partition("#")
    found = _value(documents, f"{file}#{child(pointer, 'properties', name)}")
    return _value(documents, label) if found is None and pointer.endswith(child("", name)) else found


def _value(documents: Documents, label: str) -> Any:
    place = documents.place(label)
    return documents.get(place) if documents.has(place) else None
