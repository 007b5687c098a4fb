"""The projects, policies and tokens of the small servers, and the rules by which a policy is executed."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from typing import Any

__all__ = ["ERRORS", "TARGET", "RefusedError", "execute"]

_PROVIDER = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
_PROJECT, _OTHER = "11111111111111111111111111111111", "22222222222222222222222222222222"
_POLICIES = {
    _PROJECT: {"62171999-3df1-42f7-9513-6f9b1bea4744": ["web", "database"]},
    _OTHER: {"73282aaa-4e02-4308-a624-7a0c2cfb5855": ["mail"]},
}
_TOKENS = {"writer": (_PROJECT, True), "reader": (_PROJECT, False), "stranger": (_OTHER, True)}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST = 64

ERRORS = {
    "invalid": (400, "CSBS.9001", "The request is invalid."),
    "foreign-resource": (400, "CSBS.6000", "A server does not exist."),
    "unauthenticated": (401, "APIGW.0301", "Authentication failed."),
    "forbidden": (403, "APIGW.0302", "No permission for this operation."),
    "unknown-policy": (404, "CSBS.3000", "The backup policy does not exist."),
    "no-route": (404, "APIGW.0101", "There is no such address."),
    "method": (405, "APIGW.0101", "The method is not allowed."),
    "too-large": (413, "APIGW.0201", "The request is too large."),
}
"""Status, code and text of each refusal."""

TARGET: dict[str, Any] = {
    "url": "http://127.0.0.1:1",
    "project_id": _PROJECT,
    "token": "writer",
    "max_creates": 400,
    "policy": {"id": "62171999-3df1-42f7-9513-6f9b1bea4744", "resources": ["web", "database"]},
    "fixtures": {
        "expired_token": "expired",
        "read_only_token": "reader",
        "second_project": {
            "project_id": _OTHER,
            "token": "stranger",
            "policy_id": "73282aaa-4e02-4308-a624-7a0c2cfb5855",
        },
    },
}
"""What a target file says of each server; requests are answered in process, whatever the address."""


class RefusedError(Exception):
    """Raised if a request is refused; the argument is a key of `ERRORS`."""


def execute(project: str, provider: str, token: str | None, content_type: str, body: bytes) -> dict[str, Any]:
    """Execute a policy, and return the checkpoint without the members that a server may leave out."""
    owner, may_write = _TOKENS.get(token or "", (None, False))
    if owner is None:
        raise RefusedError("unauthenticated")
    if owner != project or not may_write:
        raise RefusedError("forbidden")
    if provider != _PROVIDER or content_type.split(";", maxsplit=1)[0].strip().lower() != "application/json":
        raise RefusedError("invalid")
    plan, parameters = _order(_strict(body))
    selected = parameters.get("resources") or []
    known = _POLICIES[project].get(plan)
    if known is None:
        raise RefusedError("unknown-policy")
    if not set(selected) <= set(known):
        raise RefusedError("foreign-resource")
    return {
        "id": str(uuid.uuid4()),
        "status": "protecting",
        "created_at": f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%S.%f}",
        "resource_graph": None,
        "project_id": project,
        "protection_plan": {
            "id": plan,
            "name": "nightly",
            "resources": [
                {"id": name, "type": "OS::Nova::Server", "name": name}
                for name in (dict.fromkeys(selected) if selected else known)
            ],
        },
        "extra_info": json.dumps(
            {"created_by": "operation-engine" if parameters.get("auto_trigger") else "manual"}
        ),
    }


def _strict(body: bytes) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise RefusedError("invalid")
        return dict(pairs)

    def refuse(_text: str) -> None:
        raise RefusedError("invalid")

    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise RefusedError("invalid") from error


def _order(document: Any) -> tuple[str, dict[str, Any]]:
    match document:
        case {"checkpoint": {"plan_id": str(plan), "parameters": dict(parameters), **other}, **more}:
            if other or more or not _UUID.fullmatch(plan):
                raise RefusedError("invalid")
        case _:
            raise RefusedError("invalid")
    if parameters.keys() - {"auto_trigger", "resources"}:
        raise RefusedError("invalid")
    if not isinstance(parameters.get("auto_trigger", False), bool):
        raise RefusedError("invalid")
    resources = parameters.get("resources")
    if resources is not None and not (
        isinstance(resources, list)
        and len(resources) <= _MOST
        and all(isinstance(name, str) for name in resources)
    ):
        raise RefusedError("invalid")
    return plan, parameters
