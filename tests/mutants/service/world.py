"""The server's data: projects, tokens, policies and their servers, and checkpoints."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..service.refusals import CONDITIONS, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "POLICY",
    "PROJECT",
    "PROVIDER",
    "SECOND_POLICY",
    "SECOND_PROJECT",
    "TOKENS",
    "TROUBLED",
    "TROUBLED_PROJECT",
    "Checkpoint",
    "Policy",
    "Resource",
    "Store",
    "Token",
    "stable_id",
]

PROVIDER = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
PROJECT = "b942cc8342734d15bcb246babb1953cf"
SECOND_PROJECT = "0d8c7a5e91f24b6c8e3f1a2b4c5d6e7f"
TROUBLED_PROJECT = "77aa5500cc3344dd8811ee22ff669900"


@lru_cache(maxsize=100_000)
def stable_id(name: str) -> str:
    """Return the same UUID for the same `name`, so that two runs see the same ids."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"checkpoint:{name}"))


@dataclass(frozen=True)
class Token:
    """A token: its project, its permissions, and any `trouble` with its account."""

    project: str
    may_write: bool = True
    expired: bool = False
    trouble: Condition | None = None


@dataclass(frozen=True)
class Resource:
    """A server that a policy backs up; `trouble` is why it cannot be backed up."""

    id: str
    name: str
    type: str = "OS::Nova::Server"
    excluded: tuple[str, ...] = ()
    trouble: Condition | None = None


@dataclass(frozen=True)
class Policy:
    """A backup policy; `trouble` is why it cannot run."""

    id: str
    name: str
    project: str
    resources: tuple[Resource, ...]
    trouble: Condition | None = None


@dataclass
class Checkpoint:
    """One run of a policy: the server's `number`-th, created at `born` on its monotonic clock."""

    id: str
    number: int
    created_at: str
    policy: Policy
    resources: tuple[Resource, ...]
    auto_trigger: bool
    call: Any
    born: float


POLICY = Policy(
    id="62171999-3df1-42f7-9513-6f9b1bea4744",
    name="backup",
    project=PROJECT,
    resources=(
        Resource(
            "7a32a8b5-7977-4e24-b5da-e0eb457db75b",
            "server0",
            excluded=("53dbb1f8-0b14-4850-9346-ef5067acbeb5",),
        ),
        Resource("b2b433bf-7dd6-4a74-aa8f-85673dfbda48", "server1"),
        Resource("1c960fe4-e679-421a-97cd-4f7463d2344b", "server2"),
    ),
)
SECOND_POLICY = Policy(
    id="6a6cda7e-7b89-4b14-8e5c-3b6821a97d2c",
    name="archive",
    project=SECOND_PROJECT,
    resources=(Resource("0f1e2d3c-4b5a-4697-8877-665544332211", "vault0"),),
)
_WEEKLY = Policy(
    id=stable_id("weekly"),
    name="weekly",
    project=PROJECT,
    resources=(Resource(stable_id("metal0"), "metal0", type="OS::Ironic::BareMetalServer"),),
)

TOKENS = {
    "demo": "gAAAAABdemo7Qk2mXv4ZrT9sYw1LpNc8HfUj3KbEaGxI6oRt",
    "expired": "gAAAAABpast5Hn8vBq2WyZ6tRk4MxLs9DgFj1PcEuVoI3aXb",
    "read_only": "gAAAAABread9Tz3cVm7QpLk5HsWx2NyRb8FdGj4UaEoI6vXq",
    "second": "gAAAAABtwin2Lm6xRz8VbKs4QpTy7WnHc3FdGj9UaEoI1vXw",
    "troubled": "gAAAAABwoes4Wp9kTz1XmBs7QvRy5LnHc2FdGj8UaEoI3vXz",
    "unverified": "gAAAAABnoid8Yx5nKq3ZtVs6BwRm1LpHc4FdGj7UaEoI9vXk",
    "closed": "gAAAAABshut6Rk1vMx7WqTz9BnYs3LpHc5FdGj2UaEoI8vXm",
}

_OF_RESOURCE = (
    "resource-terminated",
    "resource-type-unsupported",
    "resource-state-forbids",
    "resource-type-forbids",
    "resource-without-disk",
    "zone-without-backup",
    "pool-without-backup",
    "pod-without-backup",
)
_OF_POLICY = (
    "quota-exceeded",
    "running-by-hand",
    "running-by-schedule",
    "nothing-to-back-up",
    "internal-error",
    "unavailable",
    "too-many-requests",
)


def _troubled() -> list[Policy]:
    policies = []
    for name in (*_OF_RESOURCE, *_OF_POLICY):
        trouble = CONDITIONS[name]
        resource = Resource(
            stable_id(f"{name}/server"), name, trouble=trouble if name in _OF_RESOURCE else None
        )
        policies.append(
            Policy(
                stable_id(name),
                name,
                TROUBLED_PROJECT,
                (resource,),
                trouble=trouble if name in _OF_POLICY else None,
            )
        )
    return policies


TROUBLED = {policy.name: policy for policy in _troubled()}
"""Policies of a third project, by the condition that each is in."""


class Store:
    """Tokens, policies and checkpoints in memory; thread-safe."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tokens: dict[str, Token] = {
            TOKENS["demo"]: Token(PROJECT),
            TOKENS["expired"]: Token(PROJECT, expired=True),
            TOKENS["read_only"]: Token(PROJECT, may_write=False),
            TOKENS["second"]: Token(SECOND_PROJECT),
            TOKENS["troubled"]: Token(TROUBLED_PROJECT),
            TOKENS["unverified"]: Token(TROUBLED_PROJECT, trouble=CONDITIONS["account-not-verified"]),
            TOKENS["closed"]: Token(TROUBLED_PROJECT, trouble=CONDITIONS["project-closed"]),
        }
        self.policies: dict[str, Policy] = {
            policy.id: policy for policy in (POLICY, _WEEKLY, SECOND_POLICY, *TROUBLED.values())
        }
        self.checkpoints: list[Checkpoint] = []
        self.made = 0

    def next_number(self) -> int:
        """Return 1, 2, 3 …, each only once."""
        with self.lock:
            self.made += 1
            return self.made

    def add(self, checkpoint: Checkpoint) -> None:
        """Store `checkpoint`; two with the same id are both kept."""
        with self.lock:
            self.checkpoints.append(checkpoint)

    def find(self, checkpoint_id: str) -> Checkpoint | None:
        """Return the newest checkpoint with this id, or None."""
        with self.lock:
            return next((each for each in reversed(self.checkpoints) if each.id == checkpoint_id), None)

    def remove(self, checkpoint_id: str) -> None:
        """Remove the checkpoints with this id."""
        with self.lock:
            self.checkpoints = [each for each in self.checkpoints if each.id != checkpoint_id]

    def of_project(self, project: str) -> Iterator[Checkpoint]:
        """Yield the checkpoints of `project`, oldest first."""
        with self.lock:
            kept = list(self.checkpoints)
        return (checkpoint for checkpoint in kept if checkpoint.policy.project == project)
