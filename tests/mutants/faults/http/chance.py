"""Mutants that answer with an error now and then, whatever the request contains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...framework.shapes import shapes
from ...framework.shots import BASE, DELETE_NEWEST, get, item_list, pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request, Response


def _error(status: int, code: str) -> Callable[[Response], None]:
    def edit(response: Response) -> None:
        response.status = status
        response.body = json.dumps({"error_code": code, "error_msg": "The service failed."}).encode()

    return edit


def _succeeds(method: str, resource: str) -> Callable[[Request, Response], bool]:
    def matches(request: Request, response: Response) -> bool:
        return request.method == method and f"/{resource}" in request.path and response.status == 200

    return matches


for _requirement, _name, _fault, _edit in (
    (
        "HTTP-3",
        "any-request-fails-now-and-then",
        "One request in seven gets 500, whichever it is.",
        _error(500, "CSBS.9999"),
    ),
    (
        "REQ-1",
        "any-token-is-unknown-now-and-then",
        "One of seven copies of the server has lost the tokens, and answers every request with 401.",
        _error(401, "APIGW.0301"),
    ),
    (
        "HTTP-1",
        "any-request-conflicts-now-and-then",
        "One request in seven gets 409, whichever it is.",
        _error(409, "CSBS.1001"),
    ),
):
    shapes(_requirement, _name, _fault, _edit, lambda *_: True, one_in=7, shows=[BASE] * 7)
for _requirement, _name, _fault, _method, _resource, _one_in, _shows in (
    (
        "DISC-1",
        "list-of-policies-fails-now-and-then",
        "Every second list of policies gets 500.",
        "GET",
        "policies",
        2,
        [get("policies")] * 2,
    ),
    (
        "OBS-1",
        "list-of-items-fails-now-and-then",
        "One list of items in four gets 500.",
        "GET",
        "checkpoint_items",
        4,
        [item_list()] * 4,
    ),
    (
        "DEL-1",
        "deletion-fails-now-and-then",
        "One deletion in four is done, and gets 500.",
        "DELETE",
        "checkpoints",
        4,
        [BASE, pause(0.1), DELETE_NEWEST] * 4,
    ),
):
    shapes(
        _requirement,
        _name,
        _fault,
        _error(500, "CSBS.9999"),
        _succeeds(_method, _resource),
        _one_in,
        shows=_shows,
    )
