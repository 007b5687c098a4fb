"""Requests to the application without a socket, and the documents that it follows."""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING, Any

import httpx
from checkpoint_handlers.app import create_app
from checkpoint_handlers.operations.service import PROVIDER_ID, Service
from checkpoint_handlers.seeding import seed
from checkpoint_openapi.load import document

if TYPE_CHECKING:
    from collections.abc import Callable


PATH = f"/v1/{seed.PROJECT_ID}/providers/{PROVIDER_ID}/checkpoints"
OPERATION = "/v1/{project_id}/providers/{provider_id}/checkpoints"


def answers(
    service: Service, *requests: dict[str, Any], edit: Callable[[dict[str, Any]], None] | None = None
) -> list[httpx.Response]:
    """Return the answers of an application whose first document was edited."""

    async def exchange() -> list[httpx.Response]:
        documents = [copy.deepcopy(document(name)) for name in ("checkpoint.yaml", "companions.yaml")]
        if edit is not None:
            edit(documents[0])
        app = await create_app(service, [lambda loaded=loaded: loaded for loaded in documents])
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return [await client.request(**request) for request in requests]

    return asyncio.run(exchange())


def order(token: str, parameters: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a request for the demonstration policy."""
    body = {"checkpoint": {"plan_id": seed.PLAN_ID, "parameters": parameters or {}}}
    headers = {"X-Auth-Token": token}
    return {"method": "POST", "url": PATH, "headers": headers, "json": body} | changes


def code_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error."""
    return response.status_code, response.json()["error_code"]


def schema_of(edited: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a schema of a document."""
    schema: dict[str, Any] = edited["components"]["schemas"][name]
    return schema
