"""The calls that every generated client makes, each with what it must get."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from checkpoint_openapi.load import errors

if TYPE_CHECKING:
    from handlers.running import RunningServer

__all__ = ["Call", "accepted", "refused"]

OPERATION = "createCheckpoint"
ELSEWHERE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Call:
    """One call."""

    project_id: str
    provider_id: str
    token: str
    plan_id: str
    parameters: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """Return the body that the client has to send."""
        return {"checkpoint": {"plan_id": self.plan_id, "parameters": self.parameters}}

    def changed(self, **others: Any) -> Call:
        """Return the same call with other members."""
        return Call(**(asdict(self) | others))


def call(server: RunningServer) -> Call:
    """Return the valid call with `parameters: {}`."""
    target = server.target
    return Call(target["project_id"], target["provider_id"], target["token"], target["policy"]["id"])


def accepted(server: RunningServer) -> list[Call]:
    """Return the calls that create a checkpoint: of all resources, of some, and as if by schedule."""
    everything = call(server)
    some = server.target["policy"]["resources"][:2]
    return [
        everything,
        everything.changed(parameters={"auto_trigger": False, "resources": some}),
        everything.changed(parameters={"auto_trigger": True}),
    ]


def refused(server: RunningServer) -> list[tuple[str, Call]]:
    """Return calls that are refused, each with its condition.

    First come refusals of what is sent, then each documented condition of the operation as a scenario.
    """
    valid = call(server)
    second = server.target["fixtures"]["second_project"]
    sent = [
        ("unauthenticated", valid.changed(token="unknown")),
        ("forbidden", valid.changed(project_id=second["project_id"])),
        ("unknown-provider", valid.changed(provider_id="a b?c=ü")),
        ("policy-not-found", valid.changed(plan_id=ELSEWHERE)),
        ("resource-not-in-policy", valid.changed(parameters={"resources": [ELSEWHERE]})),
    ]
    documented = [
        (name, valid.changed(headers={"X-Scenario": f"{condition.status} {condition.code}"}))
        for name, condition in errors().conditions.items()
        if OPERATION in condition.operations
    ]
    return sent + documented
