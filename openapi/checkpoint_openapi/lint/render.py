"""Reports as text, as JSON, and as GitHub Actions annotations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from checkpoint_openapi.lint.engine import Report
from checkpoint_openapi.lint.finding import Finding

__all__ = ["as_github", "as_json", "as_text"]


def as_text(reports: Sequence[Report]) -> str:
    """Return one paragraph per finding, then what was not checked, then a summary line."""
    lines: list[str] = []
    for report in reports:
        for finding in report.findings:
            lines.append(f"{finding.position}: {finding.severity}: {finding.what} [{finding.rule}]")
            lines.append(f"    at {finding.pointer or '/'}")
            lines.append(f"    fix: {finding.fix}")
        lines += [f"{place}: not checked: {_unread(name)}" for name, place in report.unread]
        lines += [f"{report.file}: not checked: {rules} ({reason})" for rules, reason in _skipped(report)]
    count = sum(len(report.findings) for report in reports)
    files = ", ".join(report.file for report in reports)
    lines.append(f"{files}: {count or 'no'} finding{'' if count == 1 else 's'}")
    return "\n".join(lines) + "\n"


def as_json(reports: Sequence[Report]) -> str:
    """Return an object with `findings` and `skipped`; `complete` comes last, to reveal a truncated file."""
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
        "complete": True,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_github(reports: Sequence[Report]) -> str:
    """Return workflow commands that attach each finding to its line in the change."""
    lines: list[str] = []
    for report in reports:
        for finding in report.findings:
            file, line, column = finding.position
            place = f"file={_property(file)},line={line},col={column},title={_property(finding.rule)}"
            lines.append(f"::{finding.severity} {place}::{_message(f'{finding.what}. Fix: {finding.fix}.')}")
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
