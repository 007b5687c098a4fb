"""SARIF 2.1.0 output for code scanning."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from checkpoint_openapi import __version__
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import RULES, Severity
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.text import concerned
from checkpoint_openapi.document.source import DocumentError

__all__ = ["unreadable", "write"]

_LEVELS = {Severity.BREAKING: "error", Severity.REVIEW: "warning", Severity.INFO: "note"}
_HELP = (
    "Undo the change, make it in a new major version, or accept it by its fingerprint with "
    "`checkpoint-contract diff --acknowledgements FILE`."
)
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write(report: Report) -> str:
    """Return the report as a SARIF log with one run."""
    names = sorted({finding.id for finding in report.findings})
    rules = [
        {
            "id": name,
            "shortDescription": {"text": RULES[name].summary},
            "fullDescription": {"text": RULES[name].summary},
            "help": {"text": f"{RULES[name].summary} {_HELP}"},
            "defaultConfiguration": {"level": _rule_level(name, report)},
        }
        for name in names
    ]
    return _log(rules, [_result(finding, names, report) for finding in report.findings])


def unreadable(error: DocumentError) -> str:
    """Return a log for a document that cannot be read."""
    name, text = "document-unreadable", "A version of the contract cannot be read."
    rule = {
        "id": name,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": f"{text} Fix the document first; `checkpoint-contract lint` says how."},
        "defaultConfiguration": {"level": "error"},
    }
    region = {"startLine": error.line or 1, "startColumn": error.column or 1}
    place = {"artifactLocation": {"uri": quote(error.file)}, "region": region}
    result = {
        "ruleId": name,
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": error.what},
        "locations": [{"physicalLocation": place}],
    }
    return _log([rule], [result])


def _log(rules: list[dict[str, Any]], results: list[dict[str, Any]]) -> str:
    run = {
        "tool": {"driver": {"name": "checkpoint-contract diff", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False, default=str) + "\n"


def _rule_level(name: str, report: Report) -> str:
    """Return the level of a rule for the sides that are counted, the worst first."""
    severities = {RULES[name].of(side, event=False) for side in report.counted}
    return _LEVELS[next(severity for severity in Severity if severity in severities)]


def _result(finding: Finding, names: list[str], report: Report) -> dict[str, Any]:
    text = ". ".join([finding.message, *(said.rstrip(".") for said in concerned(finding, report))])
    for _, witness in finding.witnesses(report.sides):
        body = f" {json.dumps(witness.body, ensure_ascii=False)}" if witness.has_body else ""
        text += f". {witness.text} {witness.line}{body}"
    place = finding.position
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": names.index(finding.id),
        "level": _LEVELS[report.severity(finding)],
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
        "properties": {
            "breaks": [side.value for side in finding.breaks if side in report.sides],
            "requirements": list(finding.requirements),
        },
        "partialFingerprints": {"contractChange/v1": finding.fingerprint},
    }
    if finding.acknowledged is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.acknowledged}]
    return result
