"""One step of a diagnosis: what was checked, what was found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checkpoint_conformance.checks.judge import answer_of
from checkpoint_conformance.transport.exchange import Exchange

__all__ = ["CheckResult", "CheckStatus", "answer_summary", "tells_nothing"]


class CheckStatus(StrEnum):
    """The status of a step."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong, or nothing can be checked; reported to avoid surprises later."""
    OPEN = "open"
    """The response fits neither a correct target file nor a wrong one."""
    FIX = "fix"
    """The target file, or the connection to the server, is wrong."""


@dataclass(frozen=True)
class CheckResult:
    """The result of one step."""

    topic: str
    state: CheckStatus
    found: str
    advice: str = ""
    """What to do, in one or two sentences."""


def tells_nothing(status: int | None) -> bool:
    """Return whether a response reflects only the server's state: none, too many requests, or a failure."""
    return status is None or status == 429 or status >= 500


def answer_summary(exchange: Exchange) -> str:
    """Return the response in a few words, or why there is none."""
    return f"no response ({exchange.fault.detail})" if exchange.fault else answer_of(exchange)
