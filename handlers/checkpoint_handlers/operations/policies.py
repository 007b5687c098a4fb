"""`listPolicies`: list the policies, whose ids are the `plan_id`s (contract, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from checkpoint_handlers.operations.paging import page_of
from checkpoint_handlers.operations.service import PROVIDER_ID, Service

if TYPE_CHECKING:
    from checkpoint_handlers.middleware.dispatch import Request
    from checkpoint_handlers.store import Caller, Policy

__all__ = ["list_policies"]

_SORTABLE = {"id": "id", "name": "name", "created_at": "created_at", "status": "enabled"}


async def list_policies(service: Service, _caller: Caller, request: Request) -> dict[str, Any]:
    """Return a page of the project's policies."""
    page = page_of(request.query, _SORTABLE)
    policies = await service.store.policies(request.project_id, page, request.query.get("name"))
    return {"policies": [_present(policy) for policy in policies]}


def _present(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "name": policy.name,
        "description": policy.description,
        "status": "enabled" if policy.enabled else "disabled",
        "project_id": policy.project_id,
        "provider_id": PROVIDER_ID,
        "created_at": policy.created_at,
        "parameters": orjson.loads(policy.parameters),
        "resources": [
            {
                "id": resource.id,
                "type": resource.type,
                "name": resource.name,
                # An object here, but a string of JSON in a checkpoint.
                "extra_info": orjson.loads(resource.extra_info or "{}"),
            }
            for resource in policy.resources
        ],
        "scheduled_operations": orjson.loads(policy.scheduled_operations),
        "tags": orjson.loads(policy.tags),
    }
