"""A run without a server: the runner meets answers as the contract wants them, and nothing is sent.

So a dry run lists what `verify` sends because it is `verify` that asks, and a replay finds the probe that an
exchange belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from checkpoint_openapi.document.strict_json import parse

from checkpoint_conformance.checks.judge import Judge, Judgement
from checkpoint_conformance.probes.generated.target_schema import narrowed
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.runner import Options, run
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import VirtualClock
from checkpoint_conformance.transport.exchange import Exchange, Request, Response
from checkpoint_conformance.transport.in_process import InProcessTransport
from checkpoint_conformance.verdict.finding import Finding

__all__ = ["Planned", "rehearse"]

_TIME = "2020-01-01T00:00:00"
_NAME = "POLICY-NAME"
_KIND = "OS::Nova::Server"
_ELSEWHERE = "RESOURCE-OF-ANOTHER-POLICY"
_GONE = {"error_code": "CSBS.3001", "error_msg": "The checkpoint does not exist."}


@dataclass(frozen=True)
class Planned:
    """One request that a run sends, and on whose behalf."""

    request: Request
    stage: str
    """What the run announces at that point."""
    probe: Probe | None
    """None for what only prepares or observes."""
    creates: bool
    """Whether a conforming server accepts it, and so makes a backup."""


def rehearse(target: Target, options: Options) -> list[Planned]:
    """Return every request of a run against a server that keeps the contract, in order."""
    stages: list[str] = []
    session = _Rehearsal(replace(target, rate=0.0), lambda: stages[-1])
    run(session.target, options, stages.append, session=session, clock=session.clock)
    return [
        Planned(
            exchange.request,
            session.stages[exchange.number],
            session.probes.get(exchange.number),
            creates=exchange.request.method == "POST" and exchange.status == 200,
        )
        for exchange in session.exchanges
    ]


class _Rehearsal(Session):
    """A session whose answers are made up."""

    def __init__(self, target: Target, stage: Callable[[], str]) -> None:
        super().__init__(target, transport=InProcessTransport(self._respond), clock=VirtualClock())
        self.stages: dict[int, str] = {}
        self.probes: dict[int, Probe] = {}
        self.judge = _Indifferent(target, self.errors, self.secrets)
        self.judge.probes = self.probes
        self._narrowed = narrowed(target)
        self._stage = stage
        self._items: dict[str, list[dict[str, Any]]] = {}
        self._numbers = count(1)

    def _respond(self, request: Request) -> Response:
        status, body = self._answer(request)
        return Response(status, (("Content-Type", "application/json"),), json.dumps(body).encode())

    def _keep(self, exchange: Exchange) -> Exchange:
        kept = super()._keep(exchange)
        self.stages[kept.number] = self._stage()
        return kept

    def _answer(self, request: Request) -> tuple[int, dict[str, Any]]:
        address = urlsplit(request.path)
        known = request.header("X-Auth-Token") == self.target.token
        query = parse_qs(address.query)
        if known and request.method == "GET" and address.path.endswith("/policies"):
            return 200, {"policies": [] if "marker" in query else self._policies()}
        if known and request.method == "GET" and address.path.endswith("/checkpoint_items"):
            return 200, {"checkpoint_items": [] if "marker" in query else self._listed(query)}
        if known and request.method == "DELETE":
            listed = self._items.pop(address.path.split("/")[-1], None)
            return (404, _GONE) if listed is None else (200, {})
        if known and request.method == "POST" and self._is_valid(request):
            return 200, {"checkpoint": self._checkpoint(request)}
        return 400, {"error_code": "CSBS.9001", "error_msg": "Invalid request."}

    def _is_valid(self, request: Request) -> bool:
        try:
            return not self._narrowed.violations(request)
        except UnicodeEncodeError:  # a lone surrogate, which no schema validator can hold
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

    def _policies(self) -> list[dict[str, Any]]:
        target = self.target
        return [
            self._policy(target.policy_id, target.resources),
            self._policy(self.calls.unknown_id("another policy"), (_ELSEWHERE,)),
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


class _Indifferent(Judge):
    """A judge that finds nothing, and remembers which probe an exchange belongs to."""

    probes: dict[int, Probe]

    def judge(self, probe: Probe, exchange: Exchange) -> Judgement:
        self.probes[exchange.number] = probe
        return Judgement(list[Finding](), {probe.requirement}, readable=True)
