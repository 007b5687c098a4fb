"""The contract with Starlette: an ASGI application that leaves out what it need not say."""

from __future__ import annotations

import asyncio
from typing import Any

from checkpoint_conformance.transport.exchange import Request as Sent
from checkpoint_conformance.transport.exchange import Response as Received
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .backups import ERRORS, RefusedError, execute

__all__ = ["respond"]

_LARGEST = 1_000_000


def _refusal(name: str) -> JSONResponse:
    status, code, text = ERRORS[name]
    headers = {"Allow": "POST"} if name == "method" else {}
    return JSONResponse({"error_code": code, "error_msg": text}, status, headers)


async def _create(request: Request) -> JSONResponse:
    if request.method != "POST":
        return _refusal("method")
    body, path, headers = await request.body(), request.path_params, request.headers
    if len(body) > _LARGEST:
        return _refusal("too-large")
    token, media_type = headers.get("x-auth-token"), headers.get("content-type", "")
    try:
        checkpoint = execute(path["project"], path["provider"], token, media_type, body)
    except RefusedError as refused:
        return _refusal(str(refused))
    return JSONResponse({"checkpoint": checkpoint})


async def _nowhere(_request: Request, _error: Exception) -> JSONResponse:
    return _refusal("no-route")


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
_PATH = "/v1/{project}/providers/{provider}/checkpoints"
_APPLICATION = Starlette(routes=[Route(_PATH, _create, methods=_METHODS)], exception_handlers={404: _nowhere})


def respond(sent: Sent) -> Received:
    """Answer a request of the suite in process."""
    path, _, query = sent.path.partition("?")
    messages: list[Any] = []
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": sent.method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "root_path": "", "headers": headers,
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent.body, "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(_APPLICATION(scope, receive, send))
    fields = tuple((name.decode(), value.decode()) for name, value in messages[0]["headers"])
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Received(messages[0]["status"], fields, b"" if sent.method == "HEAD" else body)
