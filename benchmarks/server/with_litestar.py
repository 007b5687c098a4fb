"""Litestar with msgspec structs, without extra members, like the document."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from checkpoint_handlers.errors import Refusal
from handler import PATH, PLAN_ID, execute
from litestar import Litestar, Request, Response, post
from litestar.exceptions import ValidationException
from litestar.params import Parameter

__all__ = ["app"]


class Parameters(msgspec.Struct, forbid_unknown_fields=True):
    """The member `parameters`."""

    auto_trigger: bool = False
    resources: Annotated[list[str], msgspec.Meta(max_length=64)] | None = None


class Checkpoint(msgspec.Struct, forbid_unknown_fields=True):
    """The member `checkpoint`."""

    plan_id: Annotated[str, msgspec.Meta(pattern=PLAN_ID)]
    parameters: Parameters


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """The request body."""

    checkpoint: Checkpoint


@post(PATH.replace("_id}", "_id:str}"), status_code=200)
async def create(
    project_id: str, provider_id: str, data: Order, token: Annotated[str, Parameter(header="X-Auth-Token")]
) -> dict[str, Any]:
    """Run the operation."""
    path = {"project_id": project_id, "provider_id": provider_id}
    return await execute(path, token, msgspec.to_builtins(data))


def refuse(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Respond with the contract's error body."""
    refusal = error if isinstance(error, Refusal) else Refusal("invalid-request")
    return Response(refusal.body(), status_code=refusal.status, media_type="application/json")


app = Litestar(
    [create],
    exception_handlers={ValidationException: refuse, Refusal: refuse},
    openapi_config=None,
    logging_config=None,
)
