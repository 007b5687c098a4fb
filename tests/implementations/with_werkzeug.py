"""The contract with Werkzeug: a WSGI application whose refusals are HTTP exceptions with a body of their own.

It numbers its errors, and says more about each server than it has to.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from checkpoint_conformance.transport.exchange import Request as Sent
from checkpoint_conformance.transport.exchange import Response as Received
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, NotFound, Unauthorized
from werkzeug.routing import Map, Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["TARGET", "respond"]

_HOME, _AWAY = "0f" * 16, "a7" * 16
_POLICY, _FOREIGN = "3f0a1c9e-55d4-4a6e-9b1f-2c7d8e9f0a1b", "9c8b7a6d-1e2f-4d3c-8b4a-5f6e7d8c9b0a"

TARGET: dict[str, Any] = {
    "url": "http://127.0.0.1:1",
    "project_id": _HOME,
    "token": "admin-of-home",
    "max_creates": 400,
    "policy": {"id": _POLICY, "resources": ["vm-1", "vm-2", "vm-3"]},
    "fixtures": {
        "expired_token": "admin-of-yesterday",
        "read_only_token": "guest-of-home",
        "second_project": {"project_id": _AWAY, "token": "admin-of-away", "policy_id": _FOREIGN},
    },
}
"""What a target file says of it; requests are answered in process, whatever the address."""


class _InvalidError(BadRequest):
    error_code = "CSBS.9001"
    description = "The request is not valid."


class _NoServerError(BadRequest):
    error_code = "CSBS.6000"
    description = "The policy has no such server."


class _NoPolicyError(NotFound):
    error_code = "CSBS.3000"
    description = "There is no such policy."


@dataclass(frozen=True)
class _Plan:
    id: str
    name: str
    servers: tuple[str, ...]


@dataclass(frozen=True)
class _Execution:
    """What a caller asks for."""

    plan: str
    automatic: bool
    servers: tuple[str, ...]

    @classmethod
    def read(cls, request: Request) -> Self:
        if request.mimetype != "application/json":
            raise _InvalidError
        try:
            (root,) = cls._members(json.loads(request.get_data().decode()), "checkpoint")
            plan, parameters = cls._members(root, "plan_id", "parameters")
            if not isinstance(parameters, dict) or parameters.keys() - {"auto_trigger", "resources"}:
                raise _InvalidError
            automatic, servers = parameters.get("auto_trigger", False), parameters.get("resources")
            if not isinstance(plan, str) or str(uuid.UUID(plan)) != plan or not isinstance(automatic, bool):
                raise _InvalidError
            return cls(plan, automatic, cls._names([] if servers is None else servers))
        except (ValueError, RecursionError) as error:
            raise _InvalidError from error

    @staticmethod
    def _members(value: Any, *names: str) -> list[Any]:
        """Return the members of an object that has these and no others."""
        if not isinstance(value, dict) or value.keys() != set(names):
            raise _InvalidError
        return [value[name] for name in names]

    @staticmethod
    def _names(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > 64:
            raise _InvalidError
        if not all(isinstance(name, str) for name in value):
            raise _InvalidError
        return tuple(value)


class _Application:
    """Routes, authenticates, and answers."""

    def __init__(self) -> None:
        path = "/v1/<project>/providers/<provider>/checkpoints"
        self._routes = Map([Rule(path, methods=["POST"], endpoint=self._execute)], merge_slashes=False)
        self._roles = {
            "admin-of-home": (_HOME, "admin"),
            "guest-of-home": (_HOME, "guest"),
            "admin-of-away": (_AWAY, "admin"),
        }
        self._plans = {
            _HOME: [_Plan(_POLICY, "weekly", ("vm-1", "vm-2", "vm-3"))],
            _AWAY: [_Plan(_FOREIGN, "daily", ("vm-9",))],
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, place = self._routes.bind_to_environ(environ).match()
            response = self._answer(200, endpoint(request, **place))
        except HTTPException as error:
            response = self._refusal(error)
        return response(environ, start_response)

    def _execute(self, request: Request, project: str, provider: str) -> dict[str, Any]:
        self._authorize(request, project)
        execution = _Execution.read(request)
        if provider != "fc4d5750-22e7-4798-8a46-f48f62c4c1da":
            raise _InvalidError
        plan = next((each for each in self._plans[project] if each.id == execution.plan), None)
        if plan is None:
            raise _NoPolicyError
        if set(execution.servers) - set(plan.servers):
            raise _NoServerError
        servers = tuple(dict.fromkeys(execution.servers)) or plan.servers
        return {"checkpoint": self._checkpoint(project, plan, servers, automatic=execution.automatic)}

    def _authorize(self, request: Request, project: str) -> None:
        owner, role = self._roles.get(request.headers.get("X-Auth-Token", ""), (None, "none"))
        if owner is None:
            raise Unauthorized
        if owner != project or role != "admin":
            raise Forbidden

    def _checkpoint(
        self, project: str, plan: _Plan, servers: tuple[str, ...], *, automatic: bool
    ) -> dict[str, Any]:
        seconds, nanoseconds = divmod(time.time_ns(), 10**9)
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        more = json.dumps({"exclude_volumes": []})
        kind = "OS::Nova::Server"
        return {
            "status": "protecting",
            "created_at": f"{moment}.{nanoseconds // 1000:06}",
            "id": str(uuid.uuid4()),
            "resource_graph": None,
            "project_id": project,
            "protection_plan": {
                "id": plan.id,
                "name": plan.name,
                "resources": [
                    {"id": each, "type": kind, "name": each.upper(), "extra_info": more} for each in servers
                ],
            },
            "extra_info": json.dumps({"created_by": "operation-engine" if automatic else "manual"}),
        }

    def _refusal(self, error: HTTPException) -> Response:
        codes = {401: "APIGW.0301", 403: "APIGW.0302", 404: "APIGW.0101", 405: "APIGW.0101"}
        code = getattr(error, "error_code", None) or codes[error.code or 500]
        said = {"error_code": code, "error_msg": error.description, "request_id": uuid.uuid4().hex}
        response = self._answer(error.code or 500, said)
        response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
        return response

    @staticmethod
    def _answer(status: int, document: dict[str, Any]) -> Response:
        return Response(json.dumps(document), status, content_type="application/json")


_application = _Application()


def respond(sent: Sent) -> Received:
    """Answer a request of the suite in process."""
    path, _, query = sent.path.partition("?")
    more = {"query_string": query, "data": sent.body, "headers": sent.headers}
    builder = EnvironBuilder(path, method=sent.method, **more)
    chunks, status, headers = run_wsgi_app(_application, builder.get_environ(), buffered=True)
    return Received(int(status.split()[0]), tuple(headers), b"".join(chunks))
