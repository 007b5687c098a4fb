"""Builds the valid request of the operation for a target, and changes exactly one thing about it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from checkpoint_conformance.data import as_list
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import PAGE_LIMIT, Framing, Request

__all__ = ["ABSENT", "Absent", "Call", "Calls", "merged"]


class Absent(Enum):
    """The type of ABSENT."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""A member that is left out, which differs from null."""

_FIELDS = (
    ("Accept", "application/json"),
    ("Accept-Encoding", "identity"),
    ("User-Agent", "curl/8.5.0"),
)
"""Headers of an everyday client: nothing tells a server that it is being verified.

Without `Accept-Encoding`, a server might compress its responses (RFC 9110, 12.5.3).
"""
_NAMESPACE = uuid.UUID("6f9b1bea-4744-42f7-9513-62171999a3df")


@dataclass(frozen=True)
class Call:
    """What a valid request asks for; the response is judged against it."""

    auto_trigger: bool | Absent = False
    resources: tuple[str, ...] | Absent | None = ABSENT

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Call:
        """Return what a request with these valid `parameters` asks for."""
        resources = parameters.get("resources", ABSENT)
        listed = as_list(resources)
        return cls(parameters.get("auto_trigger", ABSENT), resources if listed is None else tuple(listed))

    def parameters(self) -> dict[str, Any]:
        """Return the `parameters` member."""
        members: dict[str, Any] = {}
        if self.auto_trigger is not ABSENT:
            members["auto_trigger"] = self.auto_trigger
        if self.resources is not ABSENT:
            members["resources"] = None if self.resources is None else list(self.resources)
        return members

    def selected(self, target: Target) -> tuple[str, ...]:
        """Return the ids that the response lists: absent, null and [] mean all (contract, request)."""
        return self.resources or target.resources if self.resources is not ABSENT else target.resources

    @property
    def by_hand(self) -> bool:
        """Whether `created_by` is `manual` (RESP-12); `auto_trigger` is false by default."""
        return self.auto_trigger is not True


class Calls:
    """Builds requests for one target."""

    def __init__(
        self, target: Target, documented: Call | None = None, policy_name: str | None = None
    ) -> None:
        """Take the ids and token from the target, and what responses have shown so far."""
        self.target = target
        self.documented = documented or Call(False, target.resources[:2])
        """The call that every other request builds on, by default the documented example (REQ-1)."""
        self.policy_name = policy_name
        """The policy's name, once a response has shown it."""
        given = {name.lower() for name, _ in target.headers}
        self._shared = (*(each for each in _FIELDS if each[0].lower() not in given), *target.headers)

    def body(self, call: Call) -> dict[str, Any]:
        """Return the request body of a call, in the documented order of members."""
        return {"checkpoint": {"plan_id": self.target.policy_id, "parameters": call.parameters()}}

    def changed(self, **members: Any) -> dict[str, Any]:
        """Return the documented body with members of `checkpoint` replaced, or removed by ABSENT."""
        body = self.body(self.documented)
        body["checkpoint"] = merged(body["checkpoint"], members)
        return body

    def changed_parameters(self, **members: Any) -> dict[str, Any]:
        """Return the documented body with members of `parameters` replaced, or removed by ABSENT."""
        return self.changed(parameters=merged(self.documented.parameters(), members))

    def call(self, call: Call) -> Request:
        """Return the request of a valid call."""
        return self.post(self.body(call))

    def post(
        self,
        body: Any,
        *,
        token: str | Absent | None = ABSENT,
        project_id: str | None = None,
        provider_id: str | None = None,
        content_type: str | None = "application/json",
        framing: Framing = Framing.LENGTH,
    ) -> Request:
        """Return a POST of the operation; `body` is bytes or any JSON value.

        `token` defaults to the target's own; None omits the header.
        """
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request(
            "POST",
            self.path(project_id, provider_id),
            content,
            token=token,
            content_type=content_type,
            framing=framing,
        )

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        token: str | Absent | None = ABSENT,
        content_type: str | None = None,
        framing: Framing = Framing.LENGTH,
    ) -> Request:
        """Return a request with the headers that all requests share."""
        headers = list(self._shared)
        value = self.target.token if token is ABSENT else token
        if value is not None:
            headers.append(("X-Auth-Token", value))
        if content_type is not None:
            headers.append(("Content-Type", content_type))
        return Request(method, path, tuple(headers), body, framing)

    def harmless(self) -> Request:
        """Return a request that asks only whether anybody responds: no server creates anything for it."""
        return self.request("GET", self.path())

    def path(self, project_id: str | None = None, provider_id: str | None = None) -> str:
        """Return the operation's path, with other ids if given."""
        project = self.target.project_id if project_id is None else project_id
        provider = self.target.provider_id if provider_id is None else provider_id
        return f"/v1/{project}/providers/{provider}/checkpoints"

    def listing(
        self,
        name: str,
        query: str = "",
        *,
        project_id: str | None = None,
        token: str | Absent | None = ABSENT,
    ) -> Request:
        """Return the request of a page of a companion operation's list, by default of our project."""
        project = self.target.project_id if project_id is None else project_id
        path = f"/v1/{project}/{name}" + (f"?{query}" if query else "")
        return replace(self.request("GET", path, token=token), answer_limit=PAGE_LIMIT)

    def unknown_id(self, label: str) -> str:
        """Return a UUID unknown to any server, the same in every run against this target."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.target.project_id}/{self.target.policy_id}/{label}"))


def merged(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the members with some of them replaced, or removed by ABSENT."""
    return {name: value for name, value in {**members, **changes}.items() if value is not ABSENT}
