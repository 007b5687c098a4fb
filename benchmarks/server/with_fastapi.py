"""FastAPI with pydantic models, strict and without extra members, like the document."""

from __future__ import annotations

from typing import Annotated

import orjson
from checkpoint_handlers.errors import Refusal
from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from handler import PATH, PLAN_ID, execute
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["app"]


class Parameters(BaseModel):
    """The member `parameters`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    auto_trigger: bool = False
    resources: Annotated[list[str], Field(max_length=64)] | None = None


class Checkpoint(BaseModel):
    """The member `checkpoint`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    plan_id: Annotated[str, Field(pattern=PLAN_ID)]
    parameters: Parameters


class Order(BaseModel):
    """The request body."""

    model_config = ConfigDict(extra="forbid", strict=True)
    checkpoint: Checkpoint


app = FastAPI(openapi_url=None)


@app.post(PATH, response_model=None)
async def create(
    project_id: str, provider_id: str, order: Order, x_auth_token: Annotated[str, Header()]
) -> Response:
    """Run the operation."""
    path = {"project_id": project_id, "provider_id": provider_id}
    answer = await execute(path, x_auth_token, order.model_dump())
    return Response(orjson.dumps(answer), media_type="application/json")


@app.exception_handler(RequestValidationError)
@app.exception_handler(Refusal)
async def refuse(_request: Request, error: Exception) -> Response:
    """Respond with the contract's error body."""
    refusal = error if isinstance(error, Refusal) else Refusal("invalid-request")
    return Response(refusal.body(), refusal.status, media_type="application/json")
