"""Mutants of HTTP-3, DISC-1, OBS-1 and DEL-1 that fail now and then, whatever the request contains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...framework.shapes import shapes
from ...framework.shots import BASE, DELETE_NEWEST, get, item_list, pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request, Response


def _fails(response: Response) -> None:
    response.status = 500
    response.body = b'{"error_code": "CSBS.9999", "error_msg": "The service failed."}'


def _succeeds(method: str, resource: str) -> Callable[[Request, Response], bool]:
    def matches(request: Request, response: Response) -> bool:
        return request.method == method and f"/{resource}" in request.path and response.status == 200

    return matches


shapes(
    "HTTP-3",
    "any-request-fails-now-and-then",
    "One request in eleven gets 500, whichever it is.",
    _fails,
    lambda *_: True,
    one_in=11,
    shows=[BASE] * 11,
)
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
    shapes(_requirement, _name, _fault, _fails, _succeeds(_method, _resource), _one_in, shows=_shows)
