"""What a comparison finds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from checkpoint_openapi.diff.findings.rules import RULES, Severity
from checkpoint_openapi.document.source import Position

__all__ = ["Finding", "Witness"]


@dataclass(frozen=True)
class Witness:
    """A request or an answer that one version of the contract allows and the other does not."""

    kind: str
    """`request` or `answer`."""
    line: str
    """The request line or the status, as far as it is known."""
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
    """One change of the contract."""

    id: str
    """The stable id of the rule, in kebab-case."""
    message: str
    """One sentence for the designer."""
    operation: str
    """Method and path, or what else the change belongs to."""
    place: str
    """Which part of the operation, such as `request body application/json`."""
    path: str
    """The member inside that part, such as `checkpoint.resources[]`, or nothing."""
    label: str
    """The place in the document: `#/pointer`, or `file#/pointer` for another file than the root."""
    position: Position
    in_base: bool
    """The position is in the base, since the revision has nothing there any more."""
    before: Any = None
    after: Any = None
    witness: Witness | None = None
    event: bool = False
    """It belongs to a callback or a webhook, where the roles are exchanged."""
    acknowledged: str | None = None
    """The reason for which the finding is accepted."""
    aliases: tuple[str, ...] = field(default=(), compare=False)
    """The other operations in which the same change shows."""

    @property
    def severity(self) -> Severity:
        """How much the change matters: what the table of rules says, and nothing else."""
        return RULES[self.id].of(event=self.event)

    @property
    def fingerprint(self) -> str:
        """A short hash of what changed and where in the contract, free of lines and wording."""
        subject = [self.id, self.operation, self.place, self.path, self.before, self.after]
        text = json.dumps(subject, sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
