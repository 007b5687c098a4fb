"""The contract with Starlette: middleware authenticates, a schema validates, exceptions refuse.

It leaves out what a server need not say.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import orjson
from checkpoint_conformance.transport.exchange import Request as Sent
from checkpoint_conformance.transport.exchange import Response as Received
from starlette.applications import Starlette
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    SimpleUser,
    requires,
)
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

__all__ = ["TARGET", "respond"]

_OURS, _THEIRS = "11111111111111111111111111111111", "22222222222222222222222222222222"
_USERS = {"writer": (_OURS, ["execute"]), "reader": (_OURS, []), "stranger": (_THEIRS, ["execute"])}
_POLICIES = {
    (_OURS, "62171999-3df1-42f7-9513-6f9b1bea4744"): ["web", "database"],
    (_THEIRS, "73282aaa-4e02-4308-a624-7a0c2cfb5855"): ["mail"],
}
_CALL = jsonschema_rs.validator_for(
    {
        "type": "object",
        "required": ["checkpoint"],
        "additionalProperties": False,
        "properties": {
            "checkpoint": {
                "type": "object",
                "required": ["plan_id", "parameters"],
                "additionalProperties": False,
                "properties": {
                    "plan_id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                    "parameters": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "auto_trigger": {"type": "boolean"},
                            "resources": {
                                "type": ["array", "null"],
                                "items": {"type": "string"},
                                "maxItems": 64,
                            },
                        },
                    },
                },
            }
        },
    }
)
_TEXTS = {
    "CSBS.9001": "The request is invalid.",
    "CSBS.6000": "A server does not exist.",
    "CSBS.3000": "The backup policy does not exist.",
}
_OF_FRAMEWORK = {403: "APIGW.0302", 404: "APIGW.0101", 405: "APIGW.0101"}
"""The codes of the refusals that Starlette raises."""

TARGET: dict[str, Any] = {
    "url": "http://127.0.0.1:1",
    "project_id": _OURS,
    "token": "writer",
    "max_creates": 400,
    "policy": {"id": "62171999-3df1-42f7-9513-6f9b1bea4744", "resources": ["web", "database"]},
    "fixtures": {
        "expired_token": "expired",
        "read_only_token": "reader",
        "second_project": {
            "project_id": _THEIRS,
            "token": "stranger",
            "policy_id": "73282aaa-4e02-4308-a624-7a0c2cfb5855",
        },
    },
}
"""What a target file says of it; requests are answered in process, whatever the address."""


class _Tokens(AuthenticationBackend):
    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, SimpleUser]:
        known = _USERS.get(conn.headers.get("x-auth-token", ""))
        if known is None:
            raise AuthenticationError
        project, scopes = known
        return AuthCredentials(scopes), SimpleUser(project)


@requires("execute")
async def _create(request: Request) -> JSONResponse:
    project = request.path_params["project"]
    if request.user.display_name != project:
        raise HTTPException(403)
    call = await _body(request)
    if request.path_params["provider"] != "fc4d5750-22e7-4798-8a46-f48f62c4c1da":
        raise HTTPException(400, "CSBS.9001")
    plan, parameters = call["checkpoint"]["plan_id"], call["checkpoint"]["parameters"]
    servers = _POLICIES.get((project, plan))
    if servers is None:
        raise HTTPException(404, "CSBS.3000")
    selected = parameters.get("resources") or servers
    if not set(selected) <= set(servers):
        raise HTTPException(400, "CSBS.6000")
    chosen = [name for name in servers if name in selected]
    origin = "operation-engine" if parameters.get("auto_trigger") else "manual"
    checkpoint = {
        "id": str(uuid.uuid4()),
        "status": "protecting",
        "created_at": datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "resource_graph": None,
        "project_id": project,
        "protection_plan": {
            "id": plan,
            "name": "nightly",
            "resources": [{"id": name, "type": "OS::Nova::Server", "name": name} for name in chosen],
        },
        "extra_info": orjson.dumps({"created_by": origin}).decode(),
    }
    return JSONResponse({"checkpoint": checkpoint})


async def _body(request: Request) -> Any:
    media_type, _, _ = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "application/json":
        raise HTTPException(400, "CSBS.9001")
    try:
        call = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, "CSBS.9001") from error
    if not _CALL.is_valid(call):
        raise HTTPException(400, "CSBS.9001")
    return call


def _unknown_token(_request: HTTPConnection, _error: Exception) -> JSONResponse:
    return JSONResponse({"error_code": "APIGW.0301", "error_msg": "Authentication failed."}, 401)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = error.detail if error.detail in _TEXTS else _OF_FRAMEWORK[error.status_code]
    body = {"error_code": code, "error_msg": _TEXTS.get(code, error.detail)}
    return JSONResponse(body, error.status_code, error.headers)


_APPLICATION = Starlette(
    routes=[Route("/v1/{project}/providers/{provider}/checkpoints", _create, methods=["POST"])],
    middleware=[Middleware(AuthenticationMiddleware, backend=_Tokens(), on_error=_unknown_token)],
    exception_handlers={HTTPException: _refused},
)


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
