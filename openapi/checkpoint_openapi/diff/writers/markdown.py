"""For a changelog and for the summary of a CI run."""

from __future__ import annotations

import json

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.text import summary

__all__ = ["changelog", "write"]

_TITLES = {
    Severity.BREAKING: "Breaking changes",
    Severity.REVIEW: "For review",
    Severity.INFO: "Compatible changes",
}


def write(report: Report) -> str:
    """Return the report as Markdown, with witnesses and places."""
    lines = [f"# Contract {report.base_version} → {report.revision_version}", "", f"{summary(report)}.", ""]
    for severity, title in _TITLES.items():
        found = [finding for finding in report.findings if finding.severity is severity]
        if found:
            lines += [f"## {title}", ""]
            for finding in found:
                lines += _finding(finding)
            lines.append("")
    if report.remarks:
        lines += ["## Remarks", "", *(f"- {remark}" for remark in report.remarks), ""]
    return "\n".join(lines)


def changelog(report: Report, version: str) -> str:
    """Return the changes as a section of a changelog, for those who use the contract."""
    lines = [f"## {version}", ""]
    for severity, title in _TITLES.items():
        found = [
            item
            for item in report.findings
            if item.severity is severity and not item.id.startswith("version-")
        ]
        if found:
            lines += [
                f"### {title}",
                "",
                *(f"- {finding.message}. (`{finding.id}`)" for finding in found),
                "",
            ]
    if len(lines) == 2:
        text = "The contract is the same." if report.verdict == "same" else "Only texts and examples changed."
        lines += [text, ""]
    return "\n".join(lines)


def _finding(finding: Finding) -> list[str]:
    also = f" Also in {', '.join(finding.aliases)}." if finding.aliases else ""
    accepted = f" *Acknowledged: {finding.acknowledged}*" if finding.acknowledged is not None else ""
    lines = [f"- {finding.message}.{also}{accepted}  ", f"  `{finding.id}` at `{finding.position}`"]
    witness = finding.witness
    if witness is not None:
        lines += ["", f"  {witness.text}", "", "  ```http", f"  {witness.line}"]
        if witness.media_type:
            lines.append(f"  Content-Type: {witness.media_type}")
        if witness.has_body:
            lines += ["", f"  {json.dumps(witness.body, ensure_ascii=False)}"]
        lines += ["  ```", ""]
    return lines
