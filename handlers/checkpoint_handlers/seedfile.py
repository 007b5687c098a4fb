"""The seed file: projects, tokens and policies in YAML, checked as a whole before any of it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
from checkpoint_openapi.document.source import DocumentError, load_with_positions

from checkpoint_handlers.auth import digest_of
from checkpoint_handlers.clock import Clock
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.seed import OBSTACLES
from checkpoint_handlers.store import Policy, Project, Resource, Token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from checkpoint_openapi.document.source import Source

    from checkpoint_handlers.store import Entry

__all__ = ["read_seed"]

_UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_PROJECT_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_TEXT = {"type": "string", "minLength": 1}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


_RESOURCE = _object(
    ["id", "type", "name"],
    id=_UUID,
    type={"enum": ["OS::Nova::Server", "OS::Ironic::BareMetalServer"]},
    name=_TEXT,
    extra_info={"type": "object"},
    fault={"enum": list(OBSTACLES)},
)
_SCHEMA = _object(
    ["projects"],
    projects={
        "type": "array",
        "items": _object(
            ["id"],
            id=_PROJECT_ID,
            verified={"type": "boolean"},
            open={"type": "boolean"},
            quota={"type": ["integer", "null"], "minimum": 0, "maximum": 2**31 - 1},
        ),
    },
    tokens={
        "type": "array",
        "items": {
            **_object(
                ["project"],
                token={"type": "string", "minLength": 16},
                sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
                project=_PROJECT_ID,
                role={"enum": ["operate", "read-only"]},
                expires_at={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?$"},
            ),
            "oneOf": [{"required": ["token"]}, {"required": ["sha256"]}],
        },
    },
    policies={
        "type": "array",
        "items": _object(
            ["id", "project", "name", "resources"],
            id=_UUID,
            project=_PROJECT_ID,
            name=_TEXT,
            description={"type": "string"},
            enabled={"type": "boolean"},
            resources={"type": "array", "items": _RESOURCE},
        ),
    },
)
_VALIDATOR = jsonschema_rs.Draft202012Validator(_SCHEMA)


def read_seed(path: Path) -> list[Entry]:
    """Return the entries of a seed file; raise `StartError` with the place of the first mistake in it."""
    try:
        source = load_with_positions(path)
    except DocumentError as error:
        raise StartError(str(error)) from error
    found = [(source.position(pointer), what) for pointer, what in _mistakes(source)]
    # A mistyped key comes before the one that is missing because of it.
    mistakes = sorted(found, key=lambda each: (each[0], "unexpected" not in each[1], each[1]))
    if mistakes:
        place, what = mistakes[0]
        more = f" ({len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        raise StartError(f"{place}: {what}{more}")
    return list(_entries(source.document))


def _mistakes(source: Source) -> Iterator[tuple[str, str]]:
    """Give each mistake with its JSON pointer."""
    broken = False
    for error in _VALIDATOR.iter_errors(source.document):
        broken = True
        # A member too many has a place of its own, which is better than its parent's.
        path = [*error.instance_path, *error.kind.as_dict().get("unexpected", [])[:1]]
        yield "".join(f"/{part}" for part in path), error.message[:200]
    if broken:
        return
    document = source.document
    projects = {project["id"] for project in document["projects"]}
    for kind, key in (("projects", "id"), ("policies", "id")):
        yield from _repeated(document.get(kind, []), f"/{kind}", key)
    for kind in ("tokens", "policies"):
        for number, entry in enumerate(document.get(kind, [])):
            if entry["project"] not in projects:
                yield f"/{kind}/{number}/project", f"the project {entry['project']} is not in this file"
    for number, policy in enumerate(document.get("policies", [])):
        yield from _repeated(policy["resources"], f"/policies/{number}/resources", "id")


def _repeated(entries: list[dict[str, Any]], pointer: str, key: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry[key] in seen:
            yield f"{pointer}/{number}/{key}", f"{entry[key]} is here twice"
        seen.add(entry[key])


def _entries(document: dict[str, Any]) -> Iterator[Entry]:
    for project in document["projects"]:
        yield Project(
            project["id"], project.get("verified", True), project.get("open", True), project.get("quota")
        )
    for token in document.get("tokens", []):
        digest = digest_of(token["token"]) if "token" in token else bytes.fromhex(token["sha256"])
        yield Token(digest, token["project"], token.get("role", "operate"), token.get("expires_at"))
    now = Clock().stamp()
    for policy in document.get("policies", []):
        yield Policy(
            tuple(_resource(each) for each in policy["resources"]),
            policy["id"],
            policy["project"],
            policy["name"],
            policy.get("description", ""),
            policy.get("enabled", True),
            now,
            parameters='{"common": {}}',
            scheduled_operations="[]",
            tags="[]",
        )


def _resource(each: dict[str, Any]) -> Resource:
    extra_info = orjson.dumps(each["extra_info"]).decode() if "extra_info" in each else None
    return Resource(each["id"], each["type"], each["name"], extra_info, each.get("fault"))
