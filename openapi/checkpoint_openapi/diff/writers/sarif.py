"""For code scanning: SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from checkpoint_openapi import __version__
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import RULES, Severity
from checkpoint_openapi.diff.report import Report

__all__ = ["write"]

_LEVELS = {Severity.BREAKING: "error", Severity.REVIEW: "warning", Severity.INFO: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write(report: Report) -> str:
    """Return the report as a SARIF log of one run."""
    names = sorted({finding.id for finding in report.findings})
    rules = [
        {
            "id": name,
            "shortDescription": {"text": RULES[name].summary},
            "defaultConfiguration": {"level": _LEVELS[RULES[name].severity]},
        }
        for name in names
    ]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "checkpoint-contract diff", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, names) for finding in report.findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False, default=str) + "\n"


def _result(finding: Finding, names: list[str]) -> dict[str, Any]:
    text = finding.message
    if finding.witness is not None:
        body = f" {json.dumps(finding.witness.body, ensure_ascii=False)}" if finding.witness.has_body else ""
        text += f". {finding.witness.text} {finding.witness.line}{body}"
    place = finding.position
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": names.index(finding.id),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(place.file)},
                    "region": {"startLine": place.line, "startColumn": place.column},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.label}],
            }
        ],
        "partialFingerprints": {"contractChange/v1": finding.fingerprint},
    }
    if finding.acknowledged is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.acknowledged}]
    return result
