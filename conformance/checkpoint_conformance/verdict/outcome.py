"""Outcomes of requirements, and the verdict that follows from them and never from the absence of failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from checkpoint_openapi.load import Requirement

from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason

__all__ = ["ExitCode", "Outcome", "Result", "Verdict", "verdict_of"]


class Outcome(StrEnum):
    """What a run says of one requirement."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    """A SHOULD, or the advisory part of a MUST, that is not met."""
    SKIP = "skip"
    INCONCLUSIVE = "inconclusive"
    """Never exercised, or two observations disagree."""
    ERROR = "error"
    """The suite's own fault."""


class Verdict(StrEnum):
    """What a run says of one profile, or of all that were declared."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    PARTIAL = "partial"
    """No MUST failed, but one was skipped."""
    INCONCLUSIVE = "inconclusive"
    """No MUST failed, but one could not be decided."""
    ERROR = "error"


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    CONFORMANT = 0
    NOT_CONFORMANT = 1
    USAGE = 2
    PARTIAL = 3
    SUITE_FAILED = 4


_EXIT_CODES = {
    Verdict.CONFORMANT: ExitCode.CONFORMANT,
    Verdict.NOT_CONFORMANT: ExitCode.NOT_CONFORMANT,
    Verdict.PARTIAL: ExitCode.PARTIAL,
    Verdict.INCONCLUSIVE: ExitCode.PARTIAL,
    Verdict.ERROR: ExitCode.SUITE_FAILED,
}


@dataclass(frozen=True)
class Result:
    """The outcome of one requirement, with the evidence."""

    requirement: Requirement
    outcome: Outcome
    reason: SkipReason | None = None
    """Why it was skipped."""
    detail: str = ""
    """One sentence for an outcome that is neither pass nor explained by its findings."""
    findings: tuple[Finding, ...] = ()
    exercised: int = 0
    """How many exchanges were judged for it."""


def verdict_of(results: Iterable[Result]) -> Verdict:
    """Return the verdict: conformant only if every MUST was exercised and passed.

    Where there is only advice, as in the profile conflict, that has to have been exercised instead.
    """
    everything = list(results)
    binding = [result for result in everything if result.requirement.level == "MUST"]
    outcomes = [result.outcome for result in binding or everything]
    if any(result.outcome is Outcome.ERROR for result in everything):
        return Verdict.ERROR
    if Outcome.FAIL in outcomes:
        return Verdict.NOT_CONFORMANT
    if Outcome.INCONCLUSIVE in outcomes or not outcomes:
        return Verdict.INCONCLUSIVE
    return Verdict.PARTIAL if Outcome.SKIP in outcomes else Verdict.CONFORMANT


def exit_code(verdict: Verdict) -> ExitCode:
    """Return the exit code of a verdict."""
    return _EXIT_CODES[verdict]
