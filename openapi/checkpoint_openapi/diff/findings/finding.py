"""The findings of a comparison."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from checkpoint_openapi.diff.findings.rules import RULES, Severity, Side
from checkpoint_openapi.document.source import Position

__all__ = ["Finding", "Witness"]


@dataclass(frozen=True)
class Witness:
    """What shows a finding: a request or a response that only one version of the contract allows."""

    kind: str
    """`request`, `response`, or `requirement` for what the catalogue states in words."""
    line: str
    """The request line or the status, if it is known."""
    media_type: str | None = None
    body: Any = None
    has_body: bool = False
    text: str = ""
    """What the witness shows."""

    def as_json(self) -> dict[str, Any]:
        """Return the witness as a JSON object."""
        found: dict[str, Any] = {"kind": self.kind, "line": self.line, "shows": self.text}
        if self.media_type:
            found["media_type"] = self.media_type
        if self.has_body:
            found["body"] = self.body
        return found


@dataclass(frozen=True)
class Finding:
    """One change to the contract."""

    id: str
    """The stable id of the rule, in kebab-case."""
    message: str
    """One sentence for the designer."""
    operation: str
    """The method and path, or whatever else the change belongs to."""
    place: str
    """The part of the operation, such as `request body application/json`."""
    path: str
    """The member within that part, such as `checkpoint.resources[]`, or an empty string."""
    label: str
    """The place in the document: `#/pointer`, or `file#/pointer` for a file other than the root."""
    position: Position
    in_base: bool
    """Whether the position is in the base, because the revision no longer has anything there."""
    before: Any = None
    after: Any = None
    witness: Witness | None = None
    """What shows the finding to clients."""
    implementers_witness: Witness | None = None
    """What shows it to implementers of the base."""
    requirements: tuple[str, ...] = ()
    """The requirements of the catalogue whose clause it touches."""
    event: bool = False
    """Whether it belongs to a callback or a webhook, where the roles are swapped."""
    acknowledged: str | None = None
    """The reason why the finding is accepted."""
    old_label: str | None = field(default=None, compare=False)
    """The corresponding place in the base, if it is another."""
    renamed_to: str | None = None
    """The name that probably replaces the one that is gone."""
    aliases: tuple[str, ...] = field(default=(), compare=False)
    """The other operations that show the same change."""

    @property
    def severity(self) -> Severity:
        """How much the change matters to clients, according to the table of rules alone."""
        return self.severity_for(Side.CLIENTS)

    def severity_for(self, side: Side) -> Severity:
        """Return how much the change matters to a side, according to the table of rules alone."""
        return RULES[self.id].of(side, event=self.event)

    def concerns(self, side: Side) -> bool:
        """Return whether a side has to act, or to look at the change."""
        return self.severity_for(side) is not Severity.INFO

    @property
    def in_catalogue(self) -> bool:
        """Whether it is about a requirement of the catalogue beside the document."""
        return self.id.startswith("requirement-")

    @property
    def breaks(self) -> tuple[Side, ...]:
        """The sides that the change breaks."""
        return tuple(side for side in Side if self.severity_for(side) is Severity.BREAKING)

    def witness_for(self, side: Side) -> Witness | None:
        """Return what shows the finding to a side, if anything does."""
        return self.witness if side is Side.CLIENTS else self.implementers_witness

    def witnesses(self, sides: tuple[Side, ...] = tuple(Side)) -> list[tuple[Side, Witness]]:
        """Return what shows the finding to some sides; one witness for both is given once."""
        found: list[tuple[Side, Witness]] = []
        for side in sides:
            witness = self.witness_for(side)
            if witness is not None and witness not in (other for _, other in found):
                found.append((side, witness))
        return found

    @property
    def fingerprint(self) -> str:
        """A short hash of what changed and where in the contract, independent of lines and wording."""
        subject = [self.id, self.operation, self.place, self.path, self.before, self.after]
        text = json.dumps(subject, sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
