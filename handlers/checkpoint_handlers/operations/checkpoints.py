"""`createCheckpoint`: execute a backup policy (contract, sections 1 to 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_handlers.errors import Refusal
from checkpoint_handlers.ids import new_id
from checkpoint_handlers.operations.service import Service, require_provider
from checkpoint_handlers.store import CreateOutcome, NewCheckpoint

if TYPE_CHECKING:
    from checkpoint_handlers.middleware.dispatch import Request
    from checkpoint_handlers.store import Caller, Policy, Resource

__all__ = ["create_checkpoint"]

_CREATED_BY = {False: '{"created_by": "manual"}', True: '{"created_by": "operation-engine"}'}


async def create_checkpoint(service: Service, caller: Caller, request: Request) -> dict[str, Any]:
    """Create a checkpoint and return it; raise `Refusal` for the first condition that prevents it."""
    try:
        order = request.body["checkpoint"]
        plan_id: str = order["plan_id"]
    except (KeyError, TypeError):
        # Even if an edited document does not require them, there is nothing to execute without them.
        raise Refusal("invalid-request") from None
    parameters = order.get("parameters", {})
    require_provider(request.path["provider_id"])
    policy = await service.store.policy(request.project_id, plan_id)
    if policy is None:
        raise Refusal("policy-not-found")
    resources = _select(policy, parameters.get("resources"))
    _require_state(caller, resources)
    created_at = service.clock.stamp()
    ahead = service.protect_seconds
    checkpoint = NewCheckpoint(
        id=new_id(),
        project=caller.project,
        policy_id=policy.id,
        auto_trigger=parameters.get("auto_trigger", False),
        created_at=created_at,
        ready_at=service.clock.stamp(ahead=ahead) if ahead else created_at,
        resources=resources,
    )
    outcome = await service.store.create(checkpoint, exclusive=service.conflict)
    if outcome is not CreateOutcome.CREATED:
        raise Refusal(outcome.value)
    return {"checkpoint": _present(checkpoint, policy)}


def _select(policy: Policy, wanted: list[str] | None) -> list[Resource]:
    """Return the requested resources, each once; all of the policy's if none is named (REQ-5)."""
    if not wanted:
        resources = list(policy.resources)
    else:
        known = {resource.id: resource for resource in policy.resources}
        if any(identifier not in known for identifier in wanted):
            raise Refusal("resource-not-in-policy")
        resources = [known[identifier] for identifier in dict.fromkeys(wanted)]
    for resource in resources:
        if resource.obstacle is not None:
            raise Refusal(resource.obstacle)
    return resources


def _require_state(caller: Caller, resources: list[Resource]) -> None:
    """Refuse a project that may not use the service, and a run with nothing to back up."""
    if not caller.project.open:
        raise Refusal("project-closed")
    if not resources:
        raise Refusal("nothing-to-back-up")


def _present(checkpoint: NewCheckpoint, policy: Policy) -> dict[str, Any]:
    """Return the documented form of a new checkpoint (RESP-1 to RESP-12)."""
    return {
        "id": checkpoint.id,
        "status": "protecting",
        "created_at": checkpoint.created_at,
        "resource_graph": None,
        "project_id": checkpoint.project.id,
        "protection_plan": {
            "id": policy.id,
            "name": policy.name,
            "resources": [
                {
                    "id": resource.id,
                    "type": resource.type,
                    "name": resource.name,
                    "extra_info": resource.extra_info,
                }
                for resource in checkpoint.resources
            ],
        },
        "extra_info": _CREATED_BY[checkpoint.auto_trigger],
    }
