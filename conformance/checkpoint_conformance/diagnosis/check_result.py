"""One step of a diagnosis: what was looked at, what was found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checkpoint_conformance.checks.judge import error_code_of
from checkpoint_conformance.transport.exchange import Exchange

__all__ = ["CheckResult", "CheckStatus", "answer_summary", "tells_nothing"]


class CheckStatus(StrEnum):
    """How a step came out."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong, or nothing can be asked; it is said so that nobody is surprised later."""
    OPEN = "open"
    """The server's answer fits neither a right target file nor a wrong one."""
    FIX = "fix"
    """The target file, or the way to the server, is wrong."""


@dataclass(frozen=True)
class CheckResult:
    """What one step found."""

    topic: str
    state: CheckStatus
    found: str
    advice: str = ""
    """What to do, in a sentence or two."""


def tells_nothing(status: int | None) -> bool:
    """Whether an answer speaks of the server's own state: none at all, too many requests, a failure."""
    return status is None or status == 429 or status >= 500


def answer_summary(exchange: Exchange) -> str:
    """Return what came back, in a few words."""
    if exchange.fault:
        return f"no answer ({exchange.fault.detail})"
    code = error_code_of(exchange)
    return f"{exchange.status} {code}" if code else f"{exchange.status}"
