"""What a check reports, before and after its rule and place are known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checkpoint_openapi.document.source import Position

__all__ = ["Fault", "Finding", "Severity", "SkippedError"]


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


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault together with its rule and place."""

    rule: str
    severity: Severity
    position: Position
    pointer: str
    what: str
    fix: str


class SkippedError(Exception):
    """Raised if a check cannot run here; the message says why and how to make it possible."""
