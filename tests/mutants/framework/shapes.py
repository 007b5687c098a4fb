"""Faults of a whole response: in its status, headers, bytes or timing."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from ..framework.mutant import ROUND, register
from ..framework.shots import BASE
from ..service.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..service.wire import Request, Response

    Which = Callable[[Request, Response], bool]

__all__ = ["IMPATIENT", "accepted", "anything", "hangs", "refused", "sends", "shapes"]

IMPATIENT = 1.0
"""The timeout in seconds in the target file of a server that hangs."""


def anything(_request: Request, _response: Response) -> bool:
    """Match every response."""
    return True


def accepted(request: Request, response: Response) -> bool:
    """Match responses that contain a new checkpoint."""
    return request.method == "POST" and response.status == 200


def refused(_request: Request, response: Response) -> bool:
    """Match error responses."""
    return response.status >= 400


class Turning(Server):
    """Counts the responses to which a fault could apply."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = itertools.count(1)


def shapes(
    requirement: str,
    name: str,
    fault: str,
    edit: Callable[[Response], Any],
    which: Which = accepted,
    one_in: int = 1,
    **options: Any,
) -> None:
    """Register a server that edits one in `one_in` responses matched by `which`, before framing."""

    def respond(self: Turning, request: Request) -> Response:
        response = Server.respond(self, request)
        if which(request, response) and next(self.turns) % one_in == 0:
            edit(response)
        return response

    register(
        name, requirement, fault, type(name, (Turning,), {"respond": respond, "__doc__": fault}), **options
    )


def sends(
    requirement: str,
    name: str,
    fault: str,
    write: Callable[[Response, str], bytes],
    which: Which = accepted,
    one_in: int = 1,
    close: bool = True,
    **options: Any,
) -> None:
    """Register a server that sends the bytes of `write(response, version)`, then closes if `close`."""

    def send(self: Turning, request: Request, response: Response) -> None:
        if which(request, response) and next(self.turns) % one_in == 0:
            request.connection.socket.sendall(write(response, self.version))
            response.close = close
        else:
            Server.send(self, request, response)

    register(name, requirement, fault, type(name, (Turning,), {"send": send, "__doc__": fault}), **options)


def hangs(
    requirement: str,
    name: str,
    fault: str,
    which: Which = accepted,
    one_in: int = 1,
    late: bool = False,
    shows: Any = BASE,
    **options: Any,
) -> None:
    """Register a server that does not respond within the target's timeout, but afterwards if `late`."""

    def respond(self: Turning, request: Request) -> Response:
        response = Server.respond(self, request)
        if which(request, response) and next(self.turns) % one_in == 0:
            self.linger(self.timeout * 1.5 if late else None)
            if not late:
                raise ConnectionAbortedError
        return response

    members = {"respond": respond, "timeout": IMPATIENT, "__doc__": fault}
    register(name, requirement, fault, type(name, (Turning,), members), shows=shows or ROUND, **options)
