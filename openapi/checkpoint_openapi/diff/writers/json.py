"""JSON output for programs."""

from __future__ import annotations

import json
from typing import Any

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.diff.report import Report

__all__ = ["write"]


def write(report: Report) -> str:
    """Return the report as JSON; a truncated report lacks `complete`, which comes last."""
    document: dict[str, Any] = {
        "format": "checkpoint-contract-diff/1",
        "base": {"file": report.base, "version": report.base_version},
        "revision": {"file": report.revision, "version": report.revision_version},
        "verdict": report.verdict,
        "counts": {severity.value: len(report.open(severity)) for severity in Severity},
        "needed_step": report.step.name.lower(),
        "next_version": str(report.next_version) if report.next_version else None,
        "findings": [_finding(finding) for finding in report.findings],
        "remarks": list(report.remarks),
        "complete": True,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
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
        "witness": finding.witness.as_json() if finding.witness else None,
        "fingerprint": finding.fingerprint,
        "acknowledged": finding.acknowledged,
    }
