"""What a check reports, and what becomes of it once its rule and place are known."""

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
    """One thing that a check found."""

    pointer: str
    """JSON pointer into the document that is linted."""
    what: str
    """One sentence without a full stop."""
    fix: str
    """What to do about it, in the imperative."""
    position: Position | None = None
    """The place, where it is not that of the pointer."""


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
    """Raised by a check that cannot be made here; the message says why and how to make it possible."""
