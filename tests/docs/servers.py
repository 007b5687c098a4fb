"""Small servers like those in the recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mutants.service.refusals import refuse
from mutants.service.server import Server

from .karbor import Karbor

if TYPE_CHECKING:
    from mutants.service.wire import Request, Response
    from mutants.service.world import Checkpoint

__all__ = ["SERVERS"]


class Cloud(Server):
    """A cloud whose times end in Z and whose clock is an hour wrong."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        return body | {"created_at": body["created_at"] + "Z"}

    def finish(self, request: Request, response: Response) -> None:
        response.headers.append(("Date", "Tue, 06 Dec 2016 21:20:29 GMT"))
        super().finish(request, response)


class Gateway(Server):
    """A server behind a gateway with a path prefix and its own key."""

    prefix = "/backup"
    key = "k" * 20

    def route(self, request: Request) -> Response:
        if request.header("x-api-key") != self.key:
            refuse("forbidden")
        return super().route(request)

    def target(self) -> dict[str, Any]:
        return super().target() | {"headers": {"X-Api-Key": self.key}}


SERVERS = {behaviour.__name__: behaviour for behaviour in (Server, Cloud, Karbor, Gateway)}
"""The servers that pages may name."""
