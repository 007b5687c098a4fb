"""A run without a server: the runner gets responses that conform to the contract, and nothing is sent.

A dry run therefore lists exactly what `verify` sends, and a replay can find the probe of an exchange.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from checkpoint_openapi.document.formats.strict_json import parse
from checkpoint_openapi.load import errors

from checkpoint_conformance.checks.judge import Judgement
from checkpoint_conformance.probes import other_policies
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.generated.supply import is_at_hand
from checkpoint_conformance.probes.generated.target_schema import target_schema
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import VirtualClock
from checkpoint_conformance.transport.exchange import Exchange, Request, Response
from checkpoint_conformance.transport.in_process import InProcessTransport

__all__ = ["Planned", "request_count", "simulate"]

_TIME = "2020-01-01T00:00:00"
_NAME = "POLICY-NAME"
_KIND = "OS::Nova::Server"
_ELSEWHERE = "RESOURCE-OF-ANOTHER-POLICY"


@dataclass(frozen=True)
class Planned:
    """One request that a run sends, and its probe."""

    request: Request
    stage: str
    """The stage announced at that point."""
    probe: Probe | None
    """None for requests that only prepare or observe."""
    creates: bool
    """Whether a conforming server accepts it, and so creates a backup."""


def simulate(target: Target, options: Options) -> list[Planned]:
    """Return every request of a run against a server that keeps the contract, in order."""
    announced: list[str] = []
    stages: list[str] = []
    record = run(
        target,
        options,
        announced.append,
        lambda _: stages.append(announced[-1]),
        transport=InProcessTransport(_Server(target).respond),
        clock=VirtualClock(),
        judges=lambda _: _accept_any_answer,
    )
    return [
        Planned(
            exchange.request,
            stage,
            record.asked.get(exchange.number),
            creates=exchange.request.method == "POST" and exchange.status == 200,
        )
        for exchange, stage in zip(record.exchanges, stages, strict=True)
    ]


def request_count(target: Target, options: Options) -> int | None:
    """Return how many requests a run sends to a server that keeps the contract.

    Returns None as long as the generated requests are not at hand: generating them twice would cost seconds.
    """
    if not is_at_hand(target, options.max_examples, options.seed, use_cache=options.use_cache):
        return None
    return len(simulate(target, replace(options, max_time=None)))


def _accept_any_answer(probe: Probe, _: Exchange) -> Judgement:
    """Find nothing: a simulated response shows nothing about a server."""
    return Judgement(exercised={probe.requirement}, readable=True)


def _refusal(name: str) -> tuple[int, dict[str, Any]]:
    """Return the status and body of a condition in `errors.yaml`."""
    condition = errors().conditions[name]
    return condition.status, {"error_code": condition.code, "error_msg": condition.text}


class _Server:
    """Answers as the contract demands, as far as the course of a run depends on it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._calls = Calls(target)
        self._schema = target_schema(target)
        another = other_policies.another_policy(self._calls, self._another_policy, _ELSEWHERE)
        elsewhere = (another, other_policies.second_project(self._calls))
        self._elsewhere = {each.probe.request for each in elsewhere if each}
        self._items: dict[str, list[dict[str, Any]]] = {}
        self._numbers = count(1)
        self._lock = Lock()

    def respond(self, request: Request) -> Response:
        """Return the response to any request."""
        with self._lock:
            status, body = self._answer(request)
        return Response(status, (("Content-Type", "application/json"),), json.dumps(body).encode())

    def _answer(self, request: Request) -> tuple[int, dict[str, Any]]:
        address = urlsplit(request.path)
        known = request.header("X-Auth-Token") == self.target.token
        query = parse_qs(address.query)
        if known and request.method == "GET" and address.path.endswith("/policies"):
            return 200, {"policies": [] if "marker" in query else self._policies()}
        if known and request.method == "GET" and address.path.endswith("/checkpoint_items"):
            return 200, {"checkpoint_items": [] if "marker" in query else self._listed(query)}
        if request.method == "DELETE" and (known or self._is_theirs(request)):
            listed = self._items.pop(address.path.split("/")[-1], None)
            return _refusal("checkpoint-not-found") if listed is None else (200, {})
        if request.method in ("GET", "DELETE") and address.path != self._calls.path():
            return _refusal("unauthenticated" if self._is_unknown(request) else "forbidden")
        if request.method == "POST" and (request in self._elsewhere or (known and self._is_valid(request))):
            return 200, {"checkpoint": self._checkpoint(request)}
        return _refusal("invalid-request")

    def _is_unknown(self, request: Request) -> bool:
        """Return whether the token belongs to nobody, or is no longer valid."""
        second = self.target.second_project
        known = {self.target.read_only_token, second and second.token} - {None}
        return request.header("X-Auth-Token") not in known

    def _is_theirs(self, request: Request) -> bool:
        """Return whether the second project asks for what its own path holds."""
        second = self.target.second_project
        if second is None:
            return False
        on_their_path = request.path.startswith(f"/v1/{second.project_id}/")
        return on_their_path and request.header("X-Auth-Token") == second.token

    def _is_valid(self, request: Request) -> bool:
        try:
            return not self._schema.violations(request)
        except UnicodeEncodeError:  # a lone surrogate, which the schema validator cannot represent
            return False

    def _checkpoint(self, request: Request) -> dict[str, Any]:
        identifier = f"CHECKPOINT-{next(self._numbers)}"
        selected = parse(request.body)["checkpoint"]["parameters"].get("resources") or self.target.resources
        self._items[identifier] = [
            {
                "id": f"{identifier}-{resource}",
                "checkpoint_id": identifier,
                "status": "available",
                "created_at": _TIME,
                "resource_id": resource,
                "resource_type": _KIND,
            }
            for resource in selected
        ]
        return {"id": identifier, "created_at": identifier, "protection_plan": {"name": _NAME}}

    def _listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        wanted = query.get("checkpoint_id", list(self._items))
        return [item for identifier in wanted for item in self._items.get(identifier, [])]

    @property
    def _another_policy(self) -> str:
        return self._calls.unknown_id("another policy")

    def _policies(self) -> list[dict[str, Any]]:
        target = self.target
        return [
            self._policy(target.policy_id, target.resources),
            self._policy(self._another_policy, (_ELSEWHERE,)),
        ]

    def _policy(self, identifier: str, resources: Iterable[str]) -> dict[str, Any]:
        target = self.target
        return {
            "id": identifier,
            "name": _NAME,
            "status": "enabled",
            "project_id": target.project_id,
            "provider_id": target.provider_id,
            "created_at": _TIME,
            "parameters": {},
            "resources": [{"id": name, "type": _KIND, "name": name} for name in resources],
            "scheduled_operations": [],
        }
