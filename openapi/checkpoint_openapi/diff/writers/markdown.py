"""Markdown output for a changelog and for the summary of a CI run."""

from __future__ import annotations

import json

from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.impact import as_markdown
from checkpoint_openapi.diff.writers.text import concerned, others, summary

__all__ = ["changelog", "write"]

_ONLY = {"same": "The contract is the same.", "new": "The first release."}
"""What a section without findings says."""


def write(report: Report) -> str:
    """Return the report as Markdown, with witnesses and places."""
    lines = [f"# Contract {report.base_version} → {report.revision_version}", "", f"{summary(report)}.", ""]
    for title, found in report.sections():
        lines += [f"## {title}", ""]
        for finding in found:
            lines += _finding(finding, report)
        lines.append("")
    lines += as_markdown(report)
    if report.remarks:
        lines += ["## Remarks", "", *(f"- {remark}" for remark in report.remarks), ""]
    return "\n".join(lines)


def changelog(report: Report, version: str) -> str:
    """Return the changes as a changelog section, for users of the contract."""
    lines = [f"## {version}", ""]
    for title, found in report.sections():
        told = [_item(item) for item in found if not item.id.startswith("version-")]
        if told:
            lines += [f"### {title}", "", *told, ""]
    if len(lines) == 2:
        lines += [_ONLY.get(report.verdict, "Only texts and examples changed."), ""]
    return "\n".join(lines)


def _item(finding: Finding) -> str:
    """Return a change in one line; a requirement that it names already is not named again."""
    touched = ", ".join(name for name in finding.requirements if name != finding.path)
    return f"- {finding.message}.{f' Touches {touched}.' if touched else ''} (`{finding.id}`)"


def _finding(finding: Finding, report: Report) -> list[str]:
    also = f" Also in {others(finding)}." if finding.aliases else ""
    if finding.renamed_to:
        also = f" Probably renamed to `{finding.renamed_to}`.{also}"
    accepted = f" *Accepted: {finding.acknowledged}*" if finding.acknowledged is not None else ""
    whom = "".join(f" {sentence}" for sentence in concerned(finding, report))
    place = f"  `{finding.id}` at `{finding.position}`"
    if any(finding.concerns(side) for side in report.sides):
        place += f", fingerprint `{finding.fingerprint}`"
    lines = [f"- {finding.message}.{also}{whom}{accepted}  ", place]
    for _, witness in finding.witnesses(report.sides):
        lines += _shown(witness)
    return lines


def _shown(witness: Witness) -> list[str]:
    lines = ["", f"  {witness.text}", "", "  ```http", f"  {witness.line}"]
    if witness.media_type:
        lines.append(f"  Content-Type: {witness.media_type}")
    if witness.has_body:
        lines += ["", f"  {json.dumps(witness.body, ensure_ascii=False)}"]
    return [*lines, "  ```", ""]
