"""In-memory comparisons for all tests of the gate."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml
from checkpoint_openapi.diff.report import Report, report
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text
from checkpoint_openapi.load import data_path

CONTRACT: dict[str, Any] = yaml.load(data_path("checkpoint.yaml").read_text("utf-8"), yaml.CSafeLoader)


def contract() -> dict[str, Any]:
    """Return a copy of the project's own contract that may be changed freely."""
    return copy.deepcopy(CONTRACT)


def documents(content: dict[str, Any], name: str = "contract.yaml", **others: dict[str, Any]) -> Documents:
    """Return an in-memory contract; `others` are further files by name without `.yaml`."""
    files = {f"{key}.yaml": json.dumps(value) for key, value in others.items()}
    files[name] = json.dumps(content)
    return Documents(Text(files), name)


def judged(base: dict[str, Any], revision: dict[str, Any]) -> Report:
    """Return the gate's report on a change."""
    return report(documents(base, "base.yaml"), documents(revision, "revision.yaml"))


def with_schema(schema: Any, *, request: bool, version: str = "3.1.0", **schemas: Any) -> dict[str, Any]:
    """Return a contract with one operation whose request, or response, has this schema."""
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
    """Return the ids of the findings of one severity, except those about the version."""
    return {
        finding.id
        for finding in found.findings
        if finding.severity.value == severity and not finding.id.startswith("version-")
    }
