"""The compared applications: the same handler in different frameworks, with full validation.

Each refuses what the document forbids and responds with the contract's error body.
"""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING, Any

import orjson
from checkpoint_handlers.errors import Refusal
from checkpoint_openapi.load import document
from handler import PATH, SERVICE, execute

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["APPLICATIONS"]


def reference() -> ASGIApp:
    """Return the reference server's application, as `serve` runs it."""
    from checkpoint_handlers.app import create_app
    from checkpoint_handlers.serving.telemetry import Telemetry

    return Telemetry(asyncio.run(create_app(SERVICE)))


def connexion() -> ASGIApp:
    """Return stock Connexion on the same document."""
    from connexion import AsyncApp
    from connexion.resolver import Resolver

    loaded = copy.deepcopy(document("checkpoint.yaml"))

    async def create(
        project_id: str, provider_id: str, body: Any, token_info: dict[str, Any]
    ) -> tuple[dict[str, Any], int, dict[str, str]]:
        path = {"project_id": project_id, "provider_id": provider_id}
        try:
            answer = await execute(path, token_info["token"], body)
        except Refusal as refusal:
            return orjson.loads(refusal.body()), refusal.status, {"Content-Type": "application/json"}
        return answer, 200, {"Content-Type": "application/json"}

    (scheme,) = loaded["components"]["securitySchemes"].values()
    scheme["x-apikeyInfoFunc"] = "handler.token_info"
    app = AsyncApp(__name__)
    app.add_api(loaded, resolver=Resolver(function_resolver=lambda _name: create))
    return app


def fastapi() -> ASGIApp:
    """Return FastAPI with pydantic models."""
    from with_fastapi import app

    return app


def litestar() -> ASGIApp:
    """Return Litestar with msgspec structs."""
    from with_litestar import app

    return app


def starlette() -> ASGIApp:
    """Return bare Starlette with jsonschema-rs."""
    from checkpoint_handlers.middleware.schema import compile_check
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    check = compile_check(_body_schema(), "The body")

    async def create(request: HttpRequest) -> Response:
        try:
            body = orjson.loads(await request.body())
            check(body)
            answer = await execute(request.path_params, request.headers.get("x-auth-token", ""), body)
        except orjson.JSONDecodeError:
            refusal = Refusal("invalid-request")
        except Refusal as refused:
            refusal = refused.with_traceback(None)  # as the reference server does, to avoid a reference cycle
        else:
            return Response(orjson.dumps(answer), media_type="application/json")
        return Response(refusal.body(), refusal.status, media_type="application/json")

    return Starlette(routes=[Route(PATH, create, methods=["POST"])])


def bare() -> ASGIApp:
    """Return an ASGI application that parses the body without validation: no framework can be faster."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        _, _, project_id, _, provider_id, _ = scope["path"].split("/")
        token = dict(scope["headers"])[b"x-auth-token"].decode()
        path = {"project_id": project_id, "provider_id": provider_id}
        status = 200
        try:
            body = orjson.dumps(await execute(path, token, orjson.loads(message["body"])))
        except Refusal as refusal:
            body, status = refusal.body(), refusal.status
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def _body_schema() -> dict[str, Any]:
    contract = document("checkpoint.yaml")
    body = _resolved(contract, contract["paths"][PATH]["post"]["requestBody"])
    schema: dict[str, Any] = body["content"]["application/json"]["schema"]
    return schema


def _resolved(contract: dict[str, Any], node: Any) -> Any:
    """Return a part of the document with each `$ref` replaced by its target."""
    if isinstance(node, list):
        return [_resolved(contract, member) for member in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {name: _resolved(contract, member) for name, member in node.items()}
    target: Any = contract
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return _resolved(contract, target)


APPLICATIONS = {
    "reference": reference,
    "connexion": connexion,
    "fastapi": fastapi,
    "litestar": litestar,
    "starlette": starlette,
    "bare": bare,
}
"""The factory of each application, by name."""
