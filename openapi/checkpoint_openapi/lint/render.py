"""Reports as text, as JSON, and as GitHub Actions annotations."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from checkpoint_openapi.document.excerpt import Excerpts
from checkpoint_openapi.document.source import read_text
from checkpoint_openapi.lint.engine import Report
from checkpoint_openapi.lint.finding import Finding, Severity
from checkpoint_openapi.lint.in_step import FOLDER_RULES, FolderRule
from checkpoint_openapi.lint.table import RULES, Rule

__all__ = ["as_github", "as_json", "as_text"]

_STALE = "is no longer found: remove the entry"
_MOST_LINES = 8
"""The number of lines to name of the findings that are folded into another."""
_BY_URGENCY: list[Rule | FolderRule] = sorted(
    (*FOLDER_RULES, *RULES), key=lambda rule: rule.severity is not Severity.ERROR
)
"""The rules in the order in which to fix what they find: errors first, causes before consequences."""


def as_text(reports: Sequence[Report], *, excerpts: bool = False) -> str:
    """Return a summary by rule, one paragraph per finding, what was not checked, and the total.

    Findings of one rule in one component are one paragraph: fixing the component fixes them. Errors come
    first, in the order of the rules, since later ones often follow from earlier ones. With `excerpts`, each
    paragraph shows the source line, with a caret below the place.
    """
    lines: list[str] = []
    shown = Excerpts(read_text) if excerpts else None
    for report in reports:
        lines += _summary(report)
        for findings in _folded(report):
            lines += _paragraph(findings, shown)
        lines += [f"{entry} {_STALE}" for entry in report.stale]
        lines += [f"{place}: not checked: {_unread(name)}" for name, place in report.unread]
        lines += [f"{report.file}: not checked: {rules} ({reason})" for rules, reason in _skipped(report)]
    files = ", ".join(report.file for report in reports)
    count = sum(len(report.findings) for report in reports)
    accepted = sum(report.accepted for report in reports)
    more = f", {accepted} more accepted" if accepted else ""
    lines.append(f"{files}: {_count(count)}{more}")
    return "\n".join(lines) + "\n"


def _summary(report: Report) -> list[str]:
    """Return the number of findings of each rule, errors first; nothing for a single finding."""
    if len(report.findings) < 2:
        return []
    counts = Counter(finding.rule for finding in report.findings)
    rows = [rule for rule in _BY_URGENCY if counts[rule.id]]
    width = max(len(rule.id) for rule in rows)
    lines = [f"{report.file}: {_count(len(report.findings))} of {len(rows)} rule{'s'[: len(rows) > 1]}"]
    lines += [f"{counts[rule.id]:8} {rule.severity:8} {rule.id:{width}}  {rule.about}" for rule in rows]
    return [*lines, ""]


def _folded(report: Report) -> list[list[Finding]]:
    """Return the findings of each rule in each component or path, the most urgent rules first."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in report.findings:
        found.setdefault((finding.rule, finding.position.file, finding.owner), []).append(finding)
    order = {rule.id: number for number, rule in enumerate(_BY_URGENCY)}
    return sorted(found.values(), key=lambda findings: order[findings[0].rule])


def _paragraph(findings: list[Finding], excerpts: Excerpts | None) -> list[str]:
    first, others = findings[0], findings[1:]
    lines = [f"{first.position}: {first.severity}: {first.what} [{first.rule}]"]
    if excerpts is not None:
        lines += excerpts.of(first.position)
    lines.append(f"    at {first.pointer or '/'}")
    if others:
        numbers = list(dict.fromkeys(finding.position.line for finding in others))
        places = ", ".join(map(str, numbers[:_MOST_LINES])) + ", …" * (len(numbers) > _MOST_LINES)
        plural = "s" if len(numbers) > 1 else ""
        lines.append(f"    and {len(others)} more {_where(first)}: line{plural} {places}")
    lines.append(f"    fix: {first.fix}")
    return lines


def _where(finding: Finding) -> str:
    """Return what to fix, as the place of further findings: around the finding, or what it refers to."""
    if not finding.owner:
        return "in the document"
    return f"{'in' if finding.pointer.startswith(finding.owner) else 'because of'} #{finding.owner}"


def _count(number: int) -> str:
    return f"{number or 'no'} finding{'' if number == 1 else 's'}"


def as_json(reports: Sequence[Report]) -> str:
    """Return an object with all findings; `complete` comes last, to reveal a truncated file."""
    document: dict[str, Any] = {
        "files": [report.file for report in reports],
        "findings": [_finding(finding) for report in reports for finding in report.findings],
        "skipped": [
            {"file": report.file, "rule": rule, "reason": reason}
            for report in reports
            for rule, reason in report.skipped.items()
        ],
        "unread": [
            {"name": name, "file": place.file, "line": place.line, "column": place.column}
            for report in reports
            for name, place in report.unread
        ],
        "summary": dict(Counter(finding.rule for report in reports for finding in report.findings)),
        "accepted": sum(report.accepted for report in reports),
        "stale": [entry for report in reports for entry in report.stale],
        "complete": True,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_github(reports: Sequence[Report]) -> str:
    """Return workflow commands that attach each finding to its line in the change."""
    lines: list[str] = []
    for report in reports:
        for finding in (finding for findings in _folded(report) for finding in findings):
            file, line, column = finding.position
            place = f"file={_property(file)},line={line},col={column},title={_property(finding.rule)}"
            lines.append(f"::{finding.severity} {place}::{_message(f'{finding.what}. Fix: {finding.fix}.')}")
        for entry in report.stale:
            lines.append(f"::error file={_property(report.file)}::{_message(f'{entry} {_STALE}')}")
        for name, (file, line, column) in report.unread:
            where = f"file={_property(file)},line={line},col={column}"
            lines.append(f"::warning {where}::{_message(f'Not checked: {_unread(name)}')}")
        for rules, reason in _skipped(report):
            lines.append(
                f"::notice file={_property(report.file)}::{_message(f'Not checked: {rules} ({reason})')}"
            )
    return "".join(f"{line}\n" for line in lines)


def _finding(finding: Finding) -> dict[str, Any]:
    file, line, column = finding.position
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": file,
        "line": line,
        "column": column,
        "pointer": finding.pointer,
        "message": finding.what,
        "fix": finding.fix,
    }


def _unread(name: str) -> str:
    return f"`{name}`, a part of OpenAPI 3.2 that is not read yet"


def _skipped(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the rules that share a reason, with that reason."""
    rules: defaultdict[str, list[str]] = defaultdict(list)
    for rule, reason in report.skipped.items():
        rules[reason].append(rule)
    yield from ((", ".join(names), reason) for reason, names in rules.items())


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
