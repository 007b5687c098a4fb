"""The contract with Werkzeug: a WSGI application that numbers its errors and says more about each server."""

from __future__ import annotations

import json
import uuid
from typing import Any

from checkpoint_conformance.transport.exchange import Request as Sent
from checkpoint_conformance.transport.exchange import Response as Received
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from .backups import ERRORS, RefusedError, execute

__all__ = ["respond"]

_ROUTES = Map([Rule("/v1/<project>/providers/<provider>/checkpoints", methods=["POST"], endpoint="create")])


class _Request(Request):
    max_content_length = 2_000_000


def _json(status: int, document: Any) -> Response:
    return Response(json.dumps(document), status, content_type="application/json")


def _refusal(name: str) -> Response:
    status, code, text = ERRORS[name]
    response = _json(status, {"error_code": code, "error_msg": text, "request_id": uuid.uuid4().hex})
    if name == "method":
        response.headers["Allow"] = "POST"
    return response


def _answer(request: Request) -> Response:
    try:
        _, place = _ROUTES.bind_to_environ(request.environ).match()
        headers = request.headers
        checkpoint = execute(
            place["project"],
            place["provider"],
            headers.get("X-Auth-Token"),
            headers.get("Content-Type", ""),
            request.get_data(),
        )
    except RefusedError as refused:
        return _refusal(str(refused))
    except MethodNotAllowed:
        return _refusal("method")
    except RequestEntityTooLarge:
        return _refusal("too-large")
    except HTTPException:
        return _refusal("no-route")
    for resource in checkpoint["protection_plan"]["resources"]:
        resource["extra_info"] = json.dumps({"exclude_volumes": []})
    return _json(200, {"checkpoint": checkpoint})


@_Request.application
def _application(request: Request) -> Response:
    return _answer(request)


def respond(sent: Sent) -> Received:
    """Answer a request of the suite in process."""
    path, _, query = sent.path.partition("?")
    more = {"query_string": query, "data": sent.body, "headers": sent.headers}
    builder = EnvironBuilder(path, method=sent.method, **more)
    chunks, status, headers = run_wsgi_app(_application, builder.get_environ(), buffered=True)
    return Received(int(status.split()[0]), tuple(headers), b"".join(chunks))
