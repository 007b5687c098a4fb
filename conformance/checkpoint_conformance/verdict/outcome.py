"""Outcomes of requirements, and the verdict, which never rests on the mere absence of failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.load import Requirement

from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason

__all__ = [
    "OUTCOMES",
    "REASONS",
    "VERDICTS",
    "Outcome",
    "Result",
    "Verdict",
    "exit_code",
    "verdict_of",
]


class Outcome(StrEnum):
    """The result of a run for one requirement."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    """A SHOULD, or the advisory part of a MUST, is not met."""
    SKIP = "skip"
    INCONCLUSIVE = "inconclusive"
    """Never exercised, or observations disagree."""
    ERROR = "error"
    """A fault in the suite itself."""


class Verdict(StrEnum):
    """The result of a run for one profile, or for all declared ones."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    PARTIAL = "partial"
    """No MUST failed, but one was skipped."""
    INCONCLUSIVE = "inconclusive"
    """No MUST failed, but one could not be decided."""
    ERROR = "error"


OUTCOMES = {
    Outcome.PASS: "The requirement was exercised, and no problem was found.",
    Outcome.FAIL: "A MUST is not met; repeating the request confirmed it.",
    Outcome.WARN: "A SHOULD is not met. This does not change the verdict.",
    Outcome.SKIP: (
        "The requirement was not exercised, or was exercised only in part, for one of a fixed set of reasons."
    ),
    Outcome.INCONCLUSIVE: (
        "No response showed whether the requirement was met, or two observations disagreed. "
        "If the requirement is a MUST, the verdict is inconclusive unless another MUST failed."
    ),
    Outcome.ERROR: "The suite itself failed; this says nothing about the server.",
}
"""What each outcome means, in sentences for the documentation and `explain`."""
REASONS = {
    SkipReason.FEATURE_NOT_DECLARED: (
        "The target file does not declare a profile or a fixture that the requirement needs."
    ),
    SkipReason.PRECONDITION_FAILED: "The requirement depends on another one that failed. Fix that one first.",
    SkipReason.WAIVED: "The waiver file accepts the failure until a given date.",
    SkipReason.BUDGET_SPENT: (
        "Some or all of the requests that test the requirement (its probes) would have exceeded "
        "`max_creates`. The report states a limit that would be high enough. With the `deletion` profile, "
        "the suite deletes what it creates, so a higher limit leaves nothing behind."
    ),
    SkipReason.OTHER_SHARD: (
        "Another shard of the run exercises the requirement; `report merge` combines the reports of all "
        "shards."
    ),
}
"""What each reason to skip a requirement means."""
VERDICTS = {
    Verdict.CONFORMANT: "Every MUST of the declared profiles was exercised and passed.",
    Verdict.NOT_CONFORMANT: "At least one MUST failed.",
    Verdict.PARTIAL: (
        "No MUST failed, but at least one was skipped: a fixture is missing, a waiver applies, `max_creates` "
        "is too small, or another failure made the test impossible."
    ),
    Verdict.INCONCLUSIVE: (
        "No MUST failed, but at least one could not be decided, or the run was interrupted."
    ),
    Verdict.ERROR: "The suite itself failed; this says nothing about the server.",
}
"""What each verdict means."""
_EXIT_CODES = {
    Verdict.CONFORMANT: ExitCode.SUCCESS,
    Verdict.NOT_CONFORMANT: ExitCode.FAILURE,
    Verdict.PARTIAL: ExitCode.PARTIAL,
    Verdict.INCONCLUSIVE: ExitCode.UNDECIDED,
    Verdict.ERROR: ExitCode.FAULT,
}


@dataclass(frozen=True)
class Result:
    """The outcome of one requirement, with the evidence."""

    requirement: Requirement
    outcome: Outcome
    reason: SkipReason | None = None
    """Why it was skipped."""
    detail: str = ""
    """One sentence for an outcome that is neither a pass nor explained by its findings."""
    findings: tuple[Finding, ...] = ()
    exercised: int = 0
    """The number of exchanges judged for it."""


def verdict_of(results: Iterable[Result]) -> Verdict:
    """Return the verdict: conformant only if every MUST was exercised and passed.

    If a profile contains only advice, such as conflict, that must have been exercised instead. For a shard,
    only its own part counts; what another shard judges counts neither for nor against it.
    """
    everything = [result for result in results if result.reason is not SkipReason.OTHER_SHARD]
    binding = [result for result in everything if result.requirement.level == "MUST"]
    outcomes = [result.outcome for result in binding or everything]
    if any(result.outcome is Outcome.ERROR for result in everything):
        return Verdict.ERROR
    if Outcome.FAIL in outcomes:
        return Verdict.NOT_CONFORMANT
    if Outcome.INCONCLUSIVE in outcomes or not outcomes:
        return Verdict.INCONCLUSIVE
    return Verdict.PARTIAL if Outcome.SKIP in outcomes else Verdict.CONFORMANT


def exit_code(verdict: Verdict, accept: str | None = None) -> ExitCode:
    """Return the exit code of a verdict; with `accept`, a partial one is a success."""
    accepted = verdict is Verdict.PARTIAL and verdict.value == accept
    return ExitCode.SUCCESS if accepted else _EXIT_CODES[verdict]
