"""Plain-text output for a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.diff.report import Report

if TYPE_CHECKING:
    from checkpoint_openapi.diff.writers.beside import Beside

__all__ = ["concerned", "evidence", "others", "summary", "write"]

_LONG = 1200
_MANY, _FEW = 8, 5
"""The largest number of operations that are all named, and how many of more are."""


def write(report: Report, *, excerpts: bool = False) -> str:
    """Return the report as plain text: one paragraph per finding, the verdict last.

    With `excerpts`, each paragraph shows the source line, with a caret below the place.
    """
    lines: list[str] = []
    beside = _beside(report) if excerpts else None
    for title, found in report.sections():
        lines += [title, ""]
        for finding in found:
            lines.append(f"{finding.position}: {finding.message} [{finding.id}]")
            lines += beside.line(finding) if beside else []
            lines += [*(f"  {line}" for line in evidence(finding, report)), ""]
    if report.impacts:
        from checkpoint_openapi.diff.writers.impact import as_text

        lines += as_text(report)
    lines += [f"note: {remark}" for remark in report.remarks]
    return "\n".join([*lines, summary(report)]) + "\n"


def _beside(report: Report) -> Beside | None:
    from checkpoint_openapi.diff.writers.beside import Beside

    return Beside(*report.versions) if report.versions else None


def summary(report: Report) -> str:
    """Return the verdict in one line."""
    about_version = sum(found.id.startswith("version-") for found in report.open(Severity.INFO))
    counts = {severity: len(report.open(severity)) for severity in Severity}
    counts[Severity.INFO] -= about_version
    parts = [
        f"{counts[Severity.BREAKING]} breaking",
        f"{counts[Severity.REVIEW]} for review",
        f"{counts[Severity.INFO]} compatible",
    ]
    accepted = sum(found.acknowledged is not None for found in report.findings)
    for side in set(report.sides) - set(report.counted):
        for severity, word in ((Severity.BREAKING, "breaking for"), (Severity.REVIEW, "for review by")):
            if found := report.open(severity, side):
                parts.append(f"{len(found)} {word} {side.value}")
    if accepted:
        parts.append(f"{accepted} accepted")
    version = f"; the next version is at least {report.next_version}" if report.next_version else ""
    if report.is_first:
        return (
            f"{report.revision}: new: {report.base} does not have it, so there is nothing to compare it with"
        )
    if report.verdict == "same":
        return f"{report.revision}: the same contract as {report.base}"
    compared = f"{report.revision} against {report.base}"
    return f"{compared}: {report.verdict} ({', '.join(parts)}){version}"


def evidence(finding: Finding, report: Report) -> list[str]:
    """Return the lines that say whom a finding concerns, show it, and say how to acknowledge it."""
    lines: list[str] = []
    if finding.in_base:
        lines.append("This line is in the base: the revision has nothing there.")
    if finding.renamed_to:
        lines.append(f"Probably renamed to `{finding.renamed_to}`.")
    if finding.aliases:
        lines.append(f"Also in {others(finding)}.")
    lines += concerned(finding, report)
    for _, witness in finding.witnesses(report.sides):
        lines += _witness(witness)
    if finding.acknowledged is not None:
        lines.append(f"Accepted: {finding.acknowledged}")
    elif any(finding.concerns(side) for side in report.sides):
        lines.append(f"fingerprint {finding.fingerprint}")
    return lines


def others(finding: Finding) -> str:
    """Return the other operations that a finding concerns; of many, a few and the number of the rest."""
    if len(finding.aliases) <= _MANY:
        return ", ".join(finding.aliases)
    return f"{', '.join(finding.aliases[:_FEW])} and {len(finding.aliases) - _FEW} other operations"


def concerned(finding: Finding, report: Report) -> list[str]:
    """Return sentences that say whom a finding breaks, who has to review it, and what it touches."""
    lines: list[str] = []
    for severity, verb in ((Severity.BREAKING, "Breaks"), (Severity.REVIEW, "For review by")):
        sides = [side.value for side in report.sides if finding.severity_for(side) is severity]
        if sides:
            lines.append(f"{verb} {' and '.join(sides)}.")
    if finding.requirements:
        lines.append(f"Touches {', '.join(finding.requirements)}.")
    return lines


def _witness(witness: Witness) -> list[str]:
    lines = [witness.text, f"  {witness.line}"]
    if witness.media_type:
        lines.append(f"  Content-Type: {witness.media_type}")
    if witness.has_body:
        text = json.dumps(witness.body, ensure_ascii=False)
        lines.append(f"  {text if len(text) <= _LONG else text[:_LONG] + ' ...'}")
    return lines
