"""Two versions of a contract on their way to findings: what every rule needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from checkpoint_openapi.diff.convert import Converter, Side
from checkpoint_openapi.diff.documents import Documents, Location
from checkpoint_openapi.diff.finding import Finding, Severity, Witness
from checkpoint_openapi.diff.judge import Judge
from checkpoint_openapi.diff.rules import RULES

__all__ = ["Comparison", "Spot"]


@dataclass(frozen=True)
class Spot:
    """Which part of which operation is being compared."""

    operation: str
    place: str = ""
    request_line: str = ""
    """How a request begins that shows a finding here."""
    event: bool = False
    """In callbacks and webhooks the roles are exchanged."""

    def at(self, place: str) -> Spot:
        """Return another part of the same operation."""
        return Spot(self.operation, place, self.request_line, self.event)


@dataclass
class Comparison:
    """The base, the revision, and what was found so far."""

    base: Documents
    revision: Documents
    findings: list[Finding] = field(default_factory=list[Finding])
    _converters: dict[tuple[bool, Side], Converter] = field(default_factory=dict[tuple[bool, Side], Converter])
    _judges: dict[tuple[bool, bool], Judge] = field(default_factory=dict[tuple[bool, bool], Judge])

    def converter(self, *, new: bool, request: bool, sender: bool) -> Converter:
        """Return the converter of one version for one side."""
        key = (new, Side(request, sender))
        if key not in self._converters:
            self._converters[key] = Converter(self.revision if new else self.base, key[1])
        return self._converters[key]

    def judge(self, *, request: bool, new_receives: bool) -> Judge:
        """Return the judge of one direction, who remembers what is settled."""
        return self._judges.setdefault((request, new_receives), Judge())

    def converters(self) -> dict[tuple[bool, Side], Converter]:
        """Return the converters that were used."""
        return self._converters

    def add(
        self,
        rule: str,
        spot: Spot,
        message: str,
        *,
        new: Location | None = None,
        old: Location | None = None,
        path: str = "",
        before: Any = None,
        after: Any = None,
        witness: Witness | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Add a finding, at its place in the revision, or in the base when the revision has none."""
        documents, place = (self.base, old) if new is None and old is not None else (self.revision, new)
        place = place or documents.root
        self.findings.append(
            Finding(
                id=rule,
                severity=severity or RULES[rule].severity,
                message=message,
                operation=spot.operation,
                place=spot.place,
                path=path,
                label=documents.label(place),
                position=documents.position(place),
                in_base=documents is self.base,
                before=before,
                after=after,
                witness=witness,
            )
        )
