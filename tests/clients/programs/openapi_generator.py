"""The client of OpenAPI Generator for Python."""

from __future__ import annotations

from typing import Any

from calls import make
from client import (
    ApiClient,
    ApiException,
    CheckpointOrder,
    CheckpointParameters,
    CheckpointRequest,
    CheckpointsApi,
    Configuration,
    ErrorBody,
)


def send(url: str, call: dict[str, Any]) -> dict[str, Any]:
    """Make one call."""
    configuration = Configuration(host=url, api_key={"token": call["token"]})
    # None leaves out a member whose default would be sent.
    parameters = CheckpointParameters(**({"auto_trigger": None} | call["parameters"]))
    order = CheckpointOrder(plan_id=call["plan_id"], parameters=parameters)
    with ApiClient(configuration) as client:
        try:
            response = CheckpointsApi(client).create_checkpoint(
                call["project_id"],
                call["provider_id"],
                CheckpointRequest(checkpoint=order),
                _headers=call["headers"],
            )
        except ApiException as error:
            body = ErrorBody.model_validate(error.data)
            return {"status": error.status, "error_code": body.error_code, "error_msg": body.error_msg}
    checkpoint = response.checkpoint
    plan = checkpoint.protection_plan
    return {
        "id": checkpoint.id,
        "status": checkpoint.status,
        "created_at": checkpoint.created_at,
        "resource_graph": checkpoint.resource_graph,
        "plan": plan.id,
        "resources": [[each.id, each.extra_info] for each in plan.resources],
        "extra_info": checkpoint.extra_info,
    }


if __name__ == "__main__":
    make(send)
