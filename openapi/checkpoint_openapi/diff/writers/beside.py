"""The source lines of a finding in both versions."""

from __future__ import annotations

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.excerpt import Excerpts, Line
from checkpoint_openapi.document.source import Position

__all__ = ["Beside"]

_BEFORE, _AFTER = 2, 6


class Beside:
    """Shows lines of a base and of a revision."""

    def __init__(self, base: Documents, revision: Documents) -> None:
        self._base = base
        self._old = Excerpts(lambda file: base.source(file).text)
        self._new = Excerpts(lambda file: revision.source(file).text)

    def line(self, finding: Finding) -> list[str]:
        """Return the source line at a finding's position, and a caret below; none for the catalogue's."""
        if finding.in_catalogue:
            return []
        return (self._old if finding.in_base else self._new).of(finding.position)

    def lines(self, finding: Finding) -> tuple[list[Line], list[Line]]:
        """Return the lines around a finding in the base and in the revision, none where nothing is."""
        if finding.in_catalogue:
            return [], []
        place = self._base.place(finding.old_label or finding.label)
        before = self._base.position(place) if self._base.has(place) else None
        return _around(self._old, before), _around(self._new, None if finding.in_base else finding.position)


def _around(excerpts: Excerpts, position: Position | None) -> list[Line]:
    return [] if position is None else excerpts.around(position, _BEFORE, _AFTER)
