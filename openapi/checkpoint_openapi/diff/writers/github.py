"""For GitHub Actions: one workflow command per finding, which becomes an annotation on its line.

The annotation contains everything the terminal shows, since its reader sees nothing else.
"""

from __future__ import annotations

from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.text import evidence, summary
from checkpoint_openapi.document.source import DocumentError

__all__ = ["unreadable", "write"]

_COMMANDS = {Severity.BREAKING: "error", Severity.REVIEW: "warning", Severity.INFO: "notice"}


def write(report: Report) -> str:
    """Return the annotations, and the verdict as a plain line."""
    lines: list[str] = []
    for finding in report.findings:
        command = "notice" if finding.acknowledged is not None else _COMMANDS[report.severity(finding)]
        place = finding.position
        # A line of the base is not a line of the file under review.
        where = f"file={_property(place.file)}"
        if finding.in_base:
            where = f"file={_property(report.revision)}"
        else:
            where += f",line={place.line},col={place.column}"
        told = "\n".join([finding.message, *evidence(finding, report)])
        lines.append(f"::{command} {where},title={_property(finding.id)}::{_data(told)}")
    lines += [f"::notice::{_data(remark)}" for remark in report.remarks]
    return "\n".join([*lines, summary(report)]) + "\n"


def unreadable(error: DocumentError) -> str:
    """Return the annotation for a document that cannot be read."""
    place = "".join(
        f",{name}={number}" for name, number in (("line", error.line), ("col", error.column)) if number
    )
    return f"::error file={_property(error.file)}{place},title=document-unreadable::{_data(error.what)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
