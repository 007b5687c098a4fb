"""Mutants of REQ-1 that give every call the same answer, whatever it holds and whoever sends it."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING

from ...framework.mutant import breaks, refusing, replaces
from ...framework.shots import BASE
from ...service.refusals import refuse
from ...service.server import Server

if TYPE_CHECKING:
    from ...service.wire import Request, Response


def _is_operation(request: Request) -> bool:
    """Return whether the last segment of the path is the operation's."""
    return request.segments[-1] == "checkpoints"


@breaks("REQ-1", shows=(BASE, BASE.but(method="GET")))
class RouteEndsInASlash(Server):
    """The route ends in a slash: a call to the path without one is redirected, and no other method found."""

    def route(self, request: Request) -> Response:
        if not _is_operation(request):
            return super().route(request)
        if request.method != "POST":
            refuse("no-route")
        response = self.json(308, {})
        response.header("Location", f"{request.path}/")
        return response


for _name, _fault, _status, _code in (
    ("every-call-not-allowed", "POST is not among the methods of the route.", 405, "APIGW.0101"),
    ("every-call-invalid", "Every call is refused as invalid, before its token is read.", 400, "CSBS.9001"),
    ("every-call-unprocessable", "A required parameter that nobody sends is missing.", 422, "CSBS.9001"),
):
    replaces("REQ-1", _name, _fault, "create_checkpoint", refusing(_status, _code), shows=BASE)
