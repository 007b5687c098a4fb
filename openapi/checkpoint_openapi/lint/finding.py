"""What a check reports, before and after its rule and place are known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checkpoint_openapi.document.source import Position

__all__ = ["Fault", "Finding", "Severity", "SkippedError"]


_OWNERS = {"components": 4, "paths": 3, "webhooks": 3}
"""The number of tokens in the pointer to an owner, the empty one before the first `/` included."""


class Severity(StrEnum):
    """How bad a finding is: an error breaks a reader of the document, a warning misleads one."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that a check found."""

    pointer: str
    """JSON pointer into the linted document."""
    what: str
    """One sentence without a full stop."""
    fix: str
    """How to fix it, in the imperative."""
    position: Position | None = None
    """The position, if it differs from that of the pointer."""
    owner: str = ""
    """JSON pointer to the component to fix, if the fault shows where the component is used."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault together with its rule and place."""

    rule: str
    severity: Severity
    position: Position
    pointer: str
    what: str
    fix: str
    owner: str
    """JSON pointer to the component or path to fix, or to the document as a whole."""

    @classmethod
    def of(cls, rule: str, severity: Severity, fault: Fault, position: Position) -> Finding:
        """Return the finding that a rule makes of a fault."""
        owner = fault.owner or _owner(fault.pointer)
        return cls(rule, severity, position, fault.pointer, fault.what, fault.fix, owner)


class SkippedError(Exception):
    """Raised if a check cannot run here; the message says why and how to make it possible."""


def _owner(pointer: str) -> str:
    """Return the pointer to the component or path that contains a place; empty if it is in neither."""
    path = pointer.split("/")
    return "/".join(path[: _OWNERS.get(path[1], 1)]) if pointer else ""
