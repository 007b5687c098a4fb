"""The plainest evidence against a requirement: one finding, and the exchange that shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from checkpoint_conformance.reports.writers.text import repetition

__all__ = ["Evidence", "fault", "plainest"]


@dataclass(frozen=True)
class Evidence:
    """What one probe found, and how to repeat it."""

    probe: str
    symptom: str
    expected: str
    actual: str
    repeat: str = ""
    """The command that sends the request again; empty if the report has no exchange."""
    exchange: Mapping[str, Any] | None = field(default=None, repr=False)
    """The exchange as the report has it."""

    @property
    def told(self) -> tuple[str, str]:
        """What a reader sees of it; two servers with the same fault have the same."""
        return self.expected, self.actual

    def data(self) -> dict[str, Any]:
        """Return it as JSON data, with the number by which the report has the exchange."""
        return {
            "probe": self.probe,
            "symptom": self.symptom,
            "expected": self.expected,
            "actual": self.actual,
            "repeat": self.repeat,
            "exchange": self.exchange["number"] if self.exchange else None,
        }


def plainest(
    item: Mapping[str, Any],
    exchanges: Mapping[int, dict[str, Any]],
    unlike: Collection[tuple[str, str]] = (),
) -> Evidence | None:
    """Return the plainest evidence against a requirement of a report, or None if there is none.

    Evidence of a probe and symptom in `unlike` is returned only if there is no other.
    """
    findings = sorted(item["findings"], key=lambda finding: fault(finding) in unlike)
    if not findings:
        return None
    first = findings[0]
    numbers = [number for number in first["exchanges"] if number in exchanges]
    return Evidence(
        first["probe"],
        first["symptom"],
        first["expected"],
        first["actual"],
        repetition({"exchanges": numbers}, dict(exchanges)),
        exchanges[numbers[-1]] if numbers else None,
    )


def fault(finding: Mapping[str, Any]) -> tuple[str, str]:
    """Return what identifies a finding of a requirement: its probe and symptom."""
    return finding["probe"], finding["symptom"]
