"""Comparisons from memory, for all tests of the gate."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml
from checkpoint_openapi.diff.report import Report, report
from checkpoint_openapi.document.documents import Documents, Text
from checkpoint_openapi.load import data_path

CONTRACT: dict[str, Any] = yaml.safe_load(data_path("checkpoint.yaml").read_text("utf-8"))


def contract() -> dict[str, Any]:
    """Return the project's own contract, to be changed at will."""
    return copy.deepcopy(CONTRACT)


def documents(content: dict[str, Any], name: str = "contract.yaml", **others: dict[str, Any]) -> Documents:
    """Return a contract from memory, with other files by their names without `.yaml`."""
    files = {f"{key}.yaml": json.dumps(value) for key, value in others.items()}
    files[name] = json.dumps(content)
    return Documents(Text(files), name)


def judged(base: dict[str, Any], revision: dict[str, Any]) -> Report:
    """Return what the gate says of a change."""
    return report(documents(base, "base.yaml"), documents(revision, "revision.yaml"))


def with_schema(schema: Any, *, request: bool, version: str = "3.1.0", **schemas: Any) -> dict[str, Any]:
    """Return a contract of one operation that takes, or answers, a value of one schema."""
    content = {"content": {"application/json": {"schema": schema}}}
    operation: dict[str, Any] = {"responses": {"200": {"description": "done"}}}
    if request:
        operation["requestBody"] = {"required": True, **content}
    else:
        operation["responses"]["200"].update(content)
    return {
        "openapi": version,
        "info": {"title": "Small", "version": "1.0.0"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": schemas},
    }


def ids(found: Report, severity: str) -> set[str]:
    """Return the ids of the findings of one severity, the version's own left out."""
    return {
        finding.id
        for finding in found.findings
        if finding.severity.value == severity and not finding.id.startswith("version-")
    }
