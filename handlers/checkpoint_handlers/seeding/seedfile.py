"""The seed file: projects, tokens and policies in YAML, fully validated before any of them is stored."""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING, Any, cast

import orjson
from checkpoint_openapi.configuration.description import REQUIRED, Key, Rows, Table, read
from checkpoint_openapi.configuration.file import ConfigurationFile
from checkpoint_openapi.configuration.values import (
    InvalidValueError,
    boolean,
    choice,
    filled_text,
    matching,
    text,
    whole_number,
)

from checkpoint_handlers.clock import Clock
from checkpoint_handlers.seeding.seed import OBSTACLES
from checkpoint_handlers.store import Policy, Project, Resource, Token, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from checkpoint_openapi.configuration.file import Place

    from checkpoint_handlers.store import Entry, Role

__all__ = ["read_seed"]


def read_seed(path: Path) -> list[Entry]:
    """Return the entries of a seed file; raise `DocumentError` with the position of its first mistake."""
    return read(ConfigurationFile.load(path, "yaml"), _SEED)


def _moment(value: Any) -> str:
    """Return a UTC time in the contract's form, such as 2030-01-31T00:00:00."""
    written = _MOMENT(value)
    try:
        datetime.datetime.fromisoformat(written)
    except ValueError as error:
        raise InvalidValueError(f"a valid time, but {written} is not one: {error}") from error
    return written


def _quota(value: Any) -> int | None:
    return None if value is None else _COUNT(value)


def _json_object(value: Any) -> str:
    """Return a mapping as JSON text, rejecting values that JSON or a store cannot hold."""
    if not isinstance(value, dict):
        raise InvalidValueError("an object")
    try:
        written = orjson.dumps(value).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError(f"an object of JSON values: {error}") from error
    if not _is_finite(value):
        raise InvalidValueError("an object of JSON values; JSON has no .inf or .nan")
    return written


def _is_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, cast("dict[str, Any]", value).values()))
    if isinstance(value, list):
        return all(map(_is_finite, cast("list[Any]", value)))
    return not isinstance(value, float) or math.isfinite(value)


_SHORTEST_TOKEN = 16
_MOMENT = matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?", "a time in UTC such as 2030-01-31T00:00:00")
_COUNT = whole_number("a whole number from 0 to 2147483647, or null for no limit", 0, 2**31 - 1)
_UUID = matching(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a hyphenated lower-case UUID")
_PROJECT_ID = matching(
    r"[0-9a-f]{32}", "32 lower-case hexadecimal digits, in quotes if they look like a number"
)
_DIGEST = matching(r"[0-9a-f]{64}", "64 lower-case hexadecimal digits")


def _token_text(value: Any) -> str:
    if len(text(value)) < _SHORTEST_TOKEN:
        raise InvalidValueError(f"at least {_SHORTEST_TOKEN} characters long")
    return str(value)


def _require_one_secret(given: Mapping[str, Any], place: Place) -> None:
    if (given["token"] is None) == (given["sha256"] is None):
        place.refuse(f"{place} must have either token or sha256.")


def _token(
    *, token: str | None, sha256: str | None, project: str, role: Role, expires_at: str | None
) -> Token:
    digest = bytes.fromhex(sha256) if sha256 else digest_of(token or "")
    return Token(digest, project, role, expires_at)


def _policy(*, resources: tuple[Resource, ...], id: str, project: str, **own: Any) -> Policy:  # noqa: A002 - a key
    return Policy(
        resources,
        id,
        project,
        **own,
        created_at=Clock().stamp(),
    )


def _resource(*, fault: str | None, **own: Any) -> Resource:
    return Resource(obstacle=fault, **own)


def _entries(
    *, projects: tuple[Project, ...], tokens: tuple[Token, ...], policies: tuple[Policy, ...]
) -> list[Entry]:
    return [*projects, *tokens, *policies]


def _refuse_twice(values: Iterable[str | bytes], place: Place, row: str, key: str) -> None:
    seen: set[str | bytes] = set()
    for index, value in enumerate(values):
        if value in seen:
            repeated = place.entry(index, row).key(key)
            repeated.refuse(f"{repeated} appears twice. Keep one of the two.")
        seen.add(value)


def _check(given: Mapping[str, Any], place: Place) -> None:
    """Reject duplicate ids and tokens, and references to missing projects."""
    known = {project.id for project in given["projects"]}
    tokens, policies = given["tokens"], given["policies"]
    _refuse_twice((project.id for project in given["projects"]), place.key("projects"), "project", "id")
    _refuse_twice((policy.id for policy in policies), place.key("policies"), "policy", "id")
    _refuse_twice((token.digest for token in tokens), place.key("tokens"), "token", "project")
    for key, row, entries in (("tokens", "token", tokens), ("policies", "policy", policies)):
        for index, entry in enumerate(entries):
            if entry.project_id not in known:
                owner = place.key(key).entry(index, row).key("project")
                owner.refuse(f"{owner} must be a project of this file, but {entry.project_id} is not in it.")


def _check_resources(given: list[Resource], place: Place) -> None:
    _refuse_twice((resource.id for resource in given), place, "resource", "id")


_PROJECT = Table(
    {
        "id": Key(_PROJECT_ID),
        "verified": Key(boolean, default=True),
        "open": Key(boolean, default=True),
        "quota": Key(_quota, None),
    },
    Project,
)
_TOKEN = Table(
    {
        "token": Key(_token_text, None),
        "sha256": Key(_DIGEST, None),
        "project": Key(_PROJECT_ID),
        "role": Key(choice("operate", "read-only"), "operate"),
        "expires_at": Key(_moment, None),
    },
    _token,
    _require_one_secret,
)
_RESOURCE = Table(
    {
        "id": Key(_UUID),
        "type": Key(choice("OS::Nova::Server", "OS::Ironic::BareMetalServer")),
        "name": Key(filled_text),
        "extra_info": Key(_json_object, None),
        "fault": Key(choice(*OBSTACLES), None),
    },
    _resource,
)
_POLICY = Table(
    {
        "id": Key(_UUID),
        "project": Key(_PROJECT_ID),
        "name": Key(filled_text),
        "description": Key(text, ""),
        "enabled": Key(boolean, default=True),
        "resources": Rows(_RESOURCE, "resource", REQUIRED, _check_resources),
    },
    _policy,
)
_SEED = Table(
    {
        "projects": Rows(_PROJECT, "project", REQUIRED),
        "tokens": Rows(_TOKEN, "token"),
        "policies": Rows(_POLICY, "policy"),
    },
    _entries,
    _check,
)
