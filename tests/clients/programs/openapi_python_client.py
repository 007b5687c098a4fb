"""The client of openapi-python-client."""

from __future__ import annotations

from typing import Any

from calls import make
from client.api.checkpoints import create_checkpoint
from client.client import AuthenticatedClient
from client.models import (
    CheckpointOrder,
    CheckpointParameters,
    CheckpointRequest,
    CheckpointResponse,
    ErrorBody,
)
from client.types import UNSET, Unset


def given(value: str | Unset | None) -> str | None:
    """Return a member of a response, None where it is absent."""
    return None if isinstance(value, Unset) else value


def send(url: str, call: dict[str, Any]) -> dict[str, Any]:
    """Make one call."""
    client = AuthenticatedClient(
        url, token=call["token"], prefix="", auth_header_name="X-Auth-Token", headers=call["headers"]
    )
    parameters = CheckpointParameters(
        auto_trigger=call["parameters"].get("auto_trigger", UNSET),
        resources=call["parameters"].get("resources", UNSET),
    )
    order = CheckpointOrder(plan_id=call["plan_id"], parameters=parameters)
    response = create_checkpoint.sync_detailed(
        call["project_id"], call["provider_id"], client=client, body=CheckpointRequest(checkpoint=order)
    )
    if isinstance(response.parsed, ErrorBody):
        error = response.parsed
        return {
            "status": int(response.status_code),
            "error_code": error.error_code,
            "error_msg": error.error_msg,
        }
    assert isinstance(response.parsed, CheckpointResponse)
    checkpoint = response.parsed.checkpoint
    plan = checkpoint.protection_plan
    return {
        "id": checkpoint.id,
        "status": checkpoint.status,
        "created_at": checkpoint.created_at,
        "resource_graph": checkpoint.resource_graph,
        "plan": plan.id,
        "resources": [[each.id, given(each.extra_info)] for each in plan.resources],
        "extra_info": given(checkpoint.extra_info),
    }


if __name__ == "__main__":
    make(send)
