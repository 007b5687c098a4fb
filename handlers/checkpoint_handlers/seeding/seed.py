"""The sample data of a new database, and the tokens for using it.

The ids are those of the published example, so that its request works unchanged. The database holds only
hashes of the tokens; the tokens are in a file that only its owner may read.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from checkpoint_handlers.clock import Clock
from checkpoint_handlers.store import Policy, Project, Resource, Token, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from checkpoint_handlers.store import Entry, Role

__all__ = [
    "CLOSED_PROJECT_ID",
    "FULL_PROJECT_ID",
    "PLANS",
    "PLAN_ID",
    "PROJECT_ID",
    "RESOURCE_IDS",
    "SECOND_PLAN_ID",
    "SECOND_PROJECT_ID",
    "UNVERIFIED_PROJECT_ID",
    "DemoTokens",
    "demonstration",
    "seeder",
    "write_private",
]

PROJECT_ID = "b942cc8342734d15bcb246babb1953cf"
"""The demonstration's main project, without restrictions."""
PLAN_ID = "62171999-3df1-42f7-9513-6f9b1bea4744"
"""Its policy."""
RESOURCE_IDS = (
    "7a32a8b5-7977-4e24-b5da-e0eb457db75b",
    "b2b433bf-7dd6-4a74-aa8f-85673dfbda48",
    "1c960fe4-e679-421a-97cd-4f7463d2344b",
)
"""The servers of the policy."""
SECOND_PROJECT_ID = "d2f1a0c35e7b48f69a0b1c2d3e4f5a6b"
"""A project with a policy of its own."""
SECOND_PLAN_ID = "0c7e1d52-3b84-4f0a-9d6e-5a1b2c3d4e5f"
"""The policy of the second project."""
CLOSED_PROJECT_ID = "5e0f6b1c7d2a4938b6c5d4e3f2a1b0c9"
"""A project that may not use the service."""
UNVERIFIED_PROJECT_ID = "8a9b7c6d5e4f40312233445566778899"
"""A project whose account is not verified."""
FULL_PROJECT_ID = "f0e1d2c3b4a5469788796a5b4c3d2e1f"
"""A project whose quota is used up."""

_VIRTUAL, _METAL = "OS::Nova::Server", "OS::Ironic::BareMetalServer"

OBSTACLES = (
    "resource-terminated",
    "resource-type-unsupported",
    "resource-state-forbids",
    "resource-type-forbids",
    "resource-without-disk",
    "zone-without-backup",
    "pool-without-backup",
    "pod-without-backup",
)
"""The conditions that the resources of the policy `obstacles` cause, in their order."""


@dataclass(frozen=True, slots=True)
class DemoTokens:
    """The tokens of the sample data, by purpose."""

    token: str
    read_only: str
    expired: str
    second_project: str
    closed_project: str
    unverified_project: str
    full_project: str

    @classmethod
    def new(cls) -> DemoTokens:
        """Return new random tokens."""
        return cls(*(secrets.token_urlsafe(32) for _ in fields(cls)))

    @classmethod
    def read(cls, path: Path) -> DemoTokens | None:
        """Return the tokens in a file, or None if it does not exist or holds something else."""
        with suppress(OSError, ValueError, TypeError):
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        return None


class _Plan(NamedTuple):
    id: str
    project_id: str
    name: str
    description: str
    servers: tuple[Resource, ...]
    enabled: bool = True


_PROJECTS = (
    Project(PROJECT_ID, verified=True, open=True, quota=None),
    Project(SECOND_PROJECT_ID, verified=True, open=True, quota=None),
    Project(CLOSED_PROJECT_ID, verified=True, open=False, quota=None),
    Project(UNVERIFIED_PROJECT_ID, verified=False, open=True, quota=None),
    Project(FULL_PROJECT_ID, verified=True, open=True, quota=0),
)


def _demo_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


PLANS = (
    _Plan(
        PLAN_ID,
        PROJECT_ID,
        "backup",
        "Every night",
        (
            Resource(
                RESOURCE_IDS[0],
                _VIRTUAL,
                "server0",
                '{"exclude_volumes": ["53dbb1f8-0b14-4850-9346-ef5067acbeb5"]}',
            ),
            Resource(RESOURCE_IDS[1], _VIRTUAL, "server1", "{}"),
            Resource(RESOURCE_IDS[2], _METAL, "metal0"),
        ),
    ),
    _Plan(
        _demo_id(100),
        PROJECT_ID,
        "disabled",
        "Can still be executed manually",
        (Resource(_demo_id(101), _VIRTUAL, "server2"),),
        enabled=False,
    ),
    _Plan(_demo_id(200), PROJECT_ID, "empty", "Has nothing to back up", ()),
    _Plan(
        _demo_id(300),
        PROJECT_ID,
        "obstacles",
        "Each of its servers refuses to be backed up for a reason of its own",
        tuple(
            Resource(_demo_id(301 + number), _VIRTUAL, condition, None, condition)
            for number, condition in enumerate(OBSTACLES)
        ),
    ),
    _Plan(
        SECOND_PLAN_ID,
        SECOND_PROJECT_ID,
        "backup",
        "Of the second project",
        (Resource(_demo_id(401), _VIRTUAL, "other0"),),
    ),
    _Plan(_demo_id(500), CLOSED_PROJECT_ID, "backup", "", (Resource(_demo_id(501), _VIRTUAL, "closed0"),)),
    _Plan(_demo_id(600), UNVERIFIED_PROJECT_ID, "backup", "", (Resource(_demo_id(601), _VIRTUAL, "new0"),)),
    _Plan(_demo_id(700), FULL_PROJECT_ID, "backup", "", (Resource(_demo_id(701), _VIRTUAL, "full0"),)),
)
"""The policies of the demonstration."""


def seeder(tokens_file: Path) -> Callable[[], list[Entry]]:
    """Return a function that writes new tokens to a file and returns the entries of a new database."""

    def initial() -> list[Entry]:
        tokens = DemoTokens.new()
        tokens_file.parent.mkdir(parents=True, exist_ok=True)
        write_private(tokens_file, json.dumps(asdict(tokens), indent=2) + "\n")
        return demonstration(tokens)

    return initial


def demonstration(tokens: DemoTokens) -> list[Entry]:
    """Return the demonstration's projects and policies, with these tokens."""
    now = Clock().stamp()
    return [*_PROJECTS, *_tokens(tokens), *(_policy(plan, now) for plan in PLANS)]


def write_private(path: Path, text: str) -> None:
    """Atomically write a file that only its owner may read; raise `OSError` if that fails."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _tokens(tokens: DemoTokens) -> list[Token]:
    operate: Role = "operate"
    rows: list[tuple[str, str, Role, str | None]] = [
        (tokens.token, PROJECT_ID, operate, None),
        (tokens.read_only, PROJECT_ID, "read-only", None),
        (tokens.expired, PROJECT_ID, operate, "2016-12-06T21:20:29.898823"),
        (tokens.second_project, SECOND_PROJECT_ID, operate, None),
        (tokens.closed_project, CLOSED_PROJECT_ID, operate, None),
        (tokens.unverified_project, UNVERIFIED_PROJECT_ID, operate, None),
        (tokens.full_project, FULL_PROJECT_ID, operate, None),
    ]
    return [Token(digest_of(token), project, role, expiry) for token, project, role, expiry in rows]


def _policy(plan: _Plan, now: str) -> Policy:
    return Policy(
        plan.servers,
        plan.id,
        plan.project_id,
        plan.name,
        plan.description,
        plan.enabled,
        now,
    )
