"""The source lines of a finding in both versions."""

from __future__ import annotations

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.excerpt import Excerpts, Line
from checkpoint_openapi.document.source import Position

__all__ = ["Beside"]

_BEFORE, _AFTER = 2, 6


class Beside:
    """Shows lines of a base and of a revision."""

    def __init__(self, base: Documents, revision: Documents) -> None:
        self._base = base
        self._old = Excerpts(base.text)
        self._new = Excerpts(revision.text)

    def line(self, finding: Finding) -> list[str]:
        """Return the source line at a finding's position, and a caret below; none for the catalogue's."""
        if finding.in_catalogue:
            return []
        return (self._old if finding.in_base else self._new).of(finding.position)

    def lines(self, finding: Finding) -> tuple[list[Line], list[Line]]:
        """Return the lines around a finding in the base and in the revision, none where nothing is."""
        label = self._label_in_base(finding)
        place = self._base.place(label) if label else None
        before = self._base.position(place) if place is not None and self._base.has(place) else None
        return _around(self._old, before), _around(self._new, None if finding.in_base else finding.position)

    def _label_in_base(self, finding: Finding) -> str | None:
        """Return where the base has what a finding is about; the same place of a list may be another's."""
        if finding.old_label is not None:
            return finding.old_label
        place = self._base.place(finding.label)
        above = [place.pointer[:end] for end, letter in enumerate(place.pointer) if letter == "/"]
        holders = [Location(place.file, pointer) for pointer in above]
        listed = any(isinstance(self._base.get(each), list) for each in holders if self._base.has(each))
        return None if listed and not finding.in_base else finding.label


def _around(excerpts: Excerpts, position: Position | None) -> list[Line]:
    return [] if position is None else excerpts.around(position, _BEFORE, _AFTER)
