"""Compares two reports: what got worse, what was fixed, what else changed."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from checkpoint_conformance.reports.writers.text import printable, subject

__all__ = ["Change", "Comparison", "compare", "render_comparison"]

_RANK = {"pass": 0, "warn": 1, "skip": 2, "inconclusive": 3, "fail": 4, "error": 5}
"""A higher rank means less evidence that the server conforms."""
_MENDED = ("fail", "error", "warn", "inconclusive")
_TOLD_ELSEWHERE = ("precondition-failed", "waived")
"""Reasons to skip that are not regressions in themselves: the same report shows the cause."""
_OWN_NUMBER = re.compile(r"[0-9]+$")


@dataclass(frozen=True)
class Change:
    """How one requirement changed."""

    requirement: str
    before: str
    after: str
    note: str = ""


@dataclass
class Comparison:
    """All differences between an earlier and a later report."""

    before: str
    after: str
    regressions: list[Change] = field(default_factory=list[Change])
    """A worse outcome, or a failure of a probe that did not fail before."""
    fixes: list[Change] = field(default_factory=list[Change])
    """What failed, warned or was undecided before, and passes now."""
    changes: list[Change] = field(default_factory=list[Change])
    """Everything else, including requirements that only one of the reports has."""

    def data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)


def compare(before: dict[str, Any], after: dict[str, Any]) -> Comparison:
    """Compare two reports, requirement by requirement."""
    result = Comparison(_named(before), _named(after))
    old = {item["id"]: item for item in before["requirements"]}
    new = {item["id"]: item for item in after["requirements"]}
    for identifier, item in new.items():
        if identifier not in old:
            result.changes.append(Change(identifier, "not in it", item["outcome"], "a new requirement"))
        else:
            _compare_requirement(old[identifier], item, result)
    for identifier in old.keys() - new.keys():
        gone = Change(identifier, old[identifier]["outcome"], "not in it", "no longer required")
        result.changes.append(gone)
    return result


def render_comparison(comparison: Comparison) -> str:
    """Return the comparison as text for a terminal."""
    lines = [f"From {comparison.before}", f"to   {comparison.after}", ""]
    for title, colour, changes in (
        ("Regressions", "red", comparison.regressions),
        ("Fixes", "green", comparison.fixes),
        ("Other changes", None, comparison.changes),
    ):
        if changes:
            lines.append(click.style(f"{title} ({len(changes)})", fg=colour, bold=True))
            lines += [_line(change) for change in changes] + [""]
    if comparison.regressions:
        summary = click.style(f"{len(comparison.regressions)} regressions", fg="red", bold=True)
    else:
        summary = click.style("No regression", fg="green", bold=True)
    return "\n".join([*lines, f"{summary}, {len(comparison.fixes)} fixes."])


def _compare_requirement(old: dict[str, Any], new: dict[str, Any], result: Comparison) -> None:
    before, after = old["outcome"], new["outcome"]
    identifier = new["id"]
    if before == after:
        if after in ("fail", "warn") and (more := sorted(_faults(new) - _faults(old))):
            note = f"now also {', '.join(more[:4])}{' and more' if len(more) > 4 else ''}"
            result.regressions.append(Change(identifier, before, after, note))
        return
    change = Change(identifier, before, after, printable(new["detail"]))
    if after == "pass" and before in _MENDED:
        result.fixes.append(change)
    elif _RANK[after] > _RANK[before] and new["reason"] not in _TOLD_ELSEWHERE:
        result.regressions.append(change)
    else:
        result.changes.append(change)


def _faults(item: dict[str, Any]) -> set[str]:
    """Return the names of the failures, so that a new fault behind a known one is noticed.

    A requirement's own probes count individually. For checks that apply to every response, only the symptom
    counts, because chance decides which response shows it; for the same reason, numbered probes count as one.
    """
    faults = set[str]()
    for failing in item["failing"]:
        probe, symptom = failing["probe"], failing["symptom"]
        own = probe.startswith(f"{item['id']}/")
        faults.add(f"{_OWN_NUMBER.sub('*', probe)} ({symptom})" if own else symptom)
    return faults


def _line(change: Change) -> str:
    note = f"  {change.note}" if change.note else ""
    return f"  {change.requirement:<8} {change.before} -> {change.after}{note}"


def _named(report: dict[str, Any]) -> str:
    header = report["header"]
    version = header["contract"]["version"]
    return f"{subject(report)}, {header['started']}, contract {version}: {report['verdict']}"
