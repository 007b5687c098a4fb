"""The report: one JSON document of a run, from which every other form is made.

`report.schema.json` beside this module is its published schema. Secrets are replaced by `{{name}}` before
anything is kept, so that no writer can show them and a replay can put them back.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from checkpoint_openapi import __version__
from checkpoint_openapi.load import data_path, document

from checkpoint_conformance.checks.http import read_body
from checkpoint_conformance.checks.success import checkpoint
from checkpoint_conformance.curl import curl_line
from checkpoint_conformance.exchange import Exchange, Headers
from checkpoint_conformance.finding import Finding
from checkpoint_conformance.outcome import Result
from checkpoint_conformance.runner import Run
from checkpoint_conformance.secrets import Secrets
from checkpoint_conformance.strict_json import StrictJsonError

__all__ = ["FORMAT", "ReportError", "build_report", "read_report", "write_atomically"]

FORMAT = 1
"""The version of the report's form; it moves when a reader would have to change."""
_MOST_EVIDENCE = 6
"""Findings of one requirement that are written out; the rest are counted."""


class ReportError(Exception):
    """A report cannot be read or written; the message says which file and why."""


def build_report(run: Run) -> dict[str, Any]:
    """Return the report of a finished run as plain JSON data."""
    session = run.session
    secrets = session.secrets
    results = [_requirement(result, secrets) for result in run.results]
    shown = {
        number for result in results for finding in result["findings"] for number in finding["exchanges"]
    }
    return {
        "format": FORMAT,
        "header": _header(run),
        "verdict": run.verdict.value,
        "profiles": {name: verdict.value for name, verdict in run.verdicts().items()},
        "gone": secrets.redact(run.gone),
        "requirements": results,
        "exchanges": [
            _exchange(exchange, run.session.target.url, secrets)
            for exchange in session.exchanges
            if exchange.number in shown
        ],
        "checkpoints": {
            "limit": session.budget.limit,
            "created": session.budget.created,
            "ids": _created_ids(session.exchanges),
        },
        "requests": len(session.exchanges),
        "footer": {"complete": True, "elapsed": round(run.elapsed, 3)},
    }


def read_report(path: Path) -> dict[str, Any]:
    """Read a report. Raises ReportError for a file that is none, or that an interrupted run left."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}. Name a report that `verify` wrote.") from error
    except ValueError as error:
        raise ReportError(f"{path}: not a JSON report: {error}.") from error
    if not isinstance(report, dict) or report.get("format") != FORMAT:
        raise ReportError(f"{path}: not a report of format {FORMAT}. Name a report that `verify` wrote.")
    if report.get("footer", {}).get("complete") is not True:
        raise ReportError(f"{path}: the report is not complete; the run that wrote it was interrupted.")
    return report


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all. Raises ReportError."""
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}. Name a place that can be written.") from error


def _header(run: Run) -> dict[str, Any]:
    target, contract = run.session.target, document()
    implementation = target.implementation
    return {
        "suite": __version__,
        "contract": {
            "version": str(contract["info"]["version"]),
            "sha256": hashlib.sha256(data_path("checkpoint.yaml").read_bytes()).hexdigest(),
        },
        "started": datetime.fromtimestamp(run.started, UTC).isoformat(timespec="seconds"),
        "seed": run.options.seed,
        "max_examples": run.options.max_examples,
        "implementation": {
            "name": implementation.name,
            "version": implementation.version,
            "vendor": implementation.vendor,
            "url": implementation.url,
        },
        "target": {
            "url": target.url,
            "project_id": target.project_id,
            "provider_id": target.provider_id,
            "policy_id": target.policy_id,
            "resources": list(target.resources),
            "profiles": ["core", *sorted(target.profiles)],
            "fixtures": _fixtures(run),
            "deviations": {"resource_extra_info": target.resource_extra_info},
            "timeout": target.timeout,
            "max_creates": target.max_creates,
        },
    }


def _fixtures(run: Run) -> list[str]:
    target = run.session.target
    second = target.second_project
    given = {
        "expired_token": target.expired_token,
        "read_only_token": target.read_only_token,
        "second_project.token": second and second.token,
        "second_project.policy_id": second and second.policy_id,
    }
    return [name for name, value in given.items() if value]


def _requirement(result: Result, secrets: Secrets) -> dict[str, Any]:
    requirement = result.requirement
    return {
        "id": requirement.id,
        "level": requirement.level,
        "text": requirement.text,
        "clause": requirement.clause,
        "basis": list(requirement.basis),
        "profile": requirement.profile,
        "outcome": result.outcome.value,
        "reason": result.reason.value if result.reason else None,
        "detail": secrets.redact(result.detail),
        "exercised": result.exercised,
        "observations": len(result.findings),
        "findings": [_finding(finding, secrets) for finding in _evidence(result.findings)],
    }


def _evidence(findings: tuple[Finding, ...]) -> list[Finding]:
    """Choose what is shown: one of each probe and symptom first, confirmed before doubtful ones."""
    unique: dict[tuple[str, str], Finding] = {}
    for finding in sorted(findings, key=lambda finding: not finding.confirmed):
        unique.setdefault((finding.symptom, finding.probe), finding)
    return list(unique.values())[:_MOST_EVIDENCE]


def _finding(finding: Finding, secrets: Secrets) -> dict[str, Any]:
    return {
        "probe": finding.probe,
        "symptom": finding.symptom,
        "level": finding.level,
        "expected": secrets.redact(finding.expected),
        "actual": secrets.redact(finding.actual),
        "confirmed": finding.confirmed,
        "exchanges": [exchange.number for exchange in finding.exchanges],
    }


def _exchange(exchange: Exchange, url: str, secrets: Secrets) -> dict[str, Any]:
    request, response, fault = exchange.request, exchange.response, exchange.fault
    return {
        "number": exchange.number,
        "connection": exchange.connection,
        "started": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds"),
        "elapsed_ms": round(exchange.elapsed * 1000, 3),
        "request": {
            "method": request.method,
            "url": secrets.redact(url + request.path),
            "headers": _headers(request.headers, secrets),
            "framing": request.framing.value,
            "body": _body(request.body, secrets),
        },
        "response": response
        and {
            "http_version": response.http_version,
            "status": response.status,
            "reason": response.reason,
            "headers": _headers(response.headers, secrets),
            "body": _body(response.body, secrets),
        },
        "fault": fault
        and {
            "kind": fault.kind.value,
            "detail": secrets.redact(fault.detail),
            "received": _body(fault.received, secrets),
        },
        "curl": secrets.redact(curl_line(url, request)),
    }


def _headers(headers: Headers, secrets: Secrets) -> list[list[str]]:
    return [[name, secrets.redact(value)] for name, value in headers]


def _body(data: bytes, secrets: Secrets) -> dict[str, str]:
    """Keep a body byte for byte: as text where it is UTF-8, else in base64."""
    redacted = secrets.redact_bytes(data)
    try:
        return {"text": redacted.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(redacted).decode()}


def _created_ids(exchanges: list[Exchange]) -> list[str]:
    ids: dict[str, None] = {}
    for exchange in exchanges:
        if exchange.request.method != "POST" or exchange.status is None or not 200 <= exchange.status < 300:
            continue
        try:
            members = checkpoint(read_body(exchange))
        except StrictJsonError:
            continue
        if members and isinstance(members.get("id"), str):
            ids[members["id"]] = None
    return list(ids)
