"""JSON output for programs."""

from __future__ import annotations

import json
from typing import Any

from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.diff.findings.rules import Severity, Side
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.impact import as_data

__all__ = ["write"]


def write(report: Report) -> str:
    """Return the report as JSON, as `diff.schema.json` describes it.

    `verdict`, `counts`, and the `severity` and `witness` of a finding are for the sides that are counted. A
    truncated report lacks `complete`, which comes last.
    """
    document: dict[str, Any] = {
        "format": "checkpoint-contract-diff/1",
        "base": {"file": report.base, "version": report.base_version},
        "revision": {"file": report.revision, "version": report.revision_version},
        "verdict": report.verdict,
        "counts": {severity.value: len(report.open(severity)) for severity in Severity},
        "counted": [side.value for side in report.counted],
        "sides": {side.value: _side(report, side) for side in report.sides},
        "needed_step": report.step.name.lower(),
        "next_version": str(report.next_version) if report.next_version else None,
        "findings": [_finding(finding, report) for finding in report.findings],
        "implementations": as_data(report),
        "remarks": list(report.remarks),
        "complete": True,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _side(report: Report, side: Side) -> dict[str, Any]:
    return {
        "verdict": report.verdict_for(side),
        "counts": {severity.value: len(report.open(severity, side)) for severity in Severity},
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    return witness.as_json() if witness is not None else None


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": report.severity(finding).value,
        "breaks": [side.value for side in finding.breaks if side in report.sides],
        "severities": {side.value: finding.severity_for(side).value for side in report.sides},
        "requirements": list(finding.requirements),
        "message": finding.message,
        "operation": finding.operation,
        "also_in": list(finding.aliases),
        "place": finding.place,
        "path": finding.path,
        "file": finding.position.file,
        "line": finding.position.line,
        "column": finding.position.column,
        "in": "base" if finding.in_base else "revision",
        "pointer": finding.label,
        "before": finding.before,
        "after": finding.after,
        "witness": _witness(next(filter(None, map(finding.witness_for, report.counted)), None)),
        "witnesses": {side.value: _witness(finding.witness_for(side)) for side in report.sides},
        "fingerprint": finding.fingerprint,
        "acknowledged": finding.acknowledged,
    }
