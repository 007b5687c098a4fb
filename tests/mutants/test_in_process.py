"""A server is judged in process only where that shows everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.transport.exchange import FaultKind
from checkpoint_conformance.transport.exchange import Request as SentRequest

from .catalogue import mutant
from .framework.in_process import InProcess, NeedsASocket
from .framework.shots import BASE
from .service.server import Server

if TYPE_CHECKING:
    from .service.wire import Connection, Request, Response

_REQUEST = SentRequest("GET", "/v1")


class Framed(Server):
    """Writes its answers itself."""

    def send(self, request: Request, response: Response) -> None:
        """Do as it always did."""
        super().send(request, response)


class Reading(Server):
    """Reads its requests itself."""

    def read(self, connection: Connection) -> Request | None:
        """Do as it always did."""
        return super().read(connection)


class Dropping(Server):
    """Ends the connection without an answer."""

    def respond(self, request: Request) -> Response:
        """Break off."""
        raise ConnectionAbortedError(request.path)


class Writing(Server):
    """Writes bytes behind the handler's back."""

    def respond(self, request: Request) -> Response:
        """Write an answer early."""
        request.connection.socket.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        return super().respond(request)


class Lingering(Server):
    """Keeps calls in flight."""

    def respond(self, request: Request) -> Response:
        """Wait for others."""
        self.linger(0.04)
        return super().respond(request)


class Oddly(Server):
    """Answers what a client has to read in a way of its own."""

    headers: tuple[tuple[str, str], ...] = ()
    status = 200

    def respond(self, request: Request) -> Response:
        """Add the headers, and take the status."""
        response = super().respond(request)
        response.status = self.status
        response.headers += self.headers
        return response


def _oddly(**members: Any) -> type[Server]:
    return type("Odd", (Oddly,), members)


@pytest.mark.parametrize(
    "behaviour",
    [
        Framed,
        Reading,
        Dropping,
        Writing,
        Lingering,
        type("Older", (Server,), {"version": "HTTP/1.0"}),
        _oddly(status=204),
        _oddly(status=101),
        _oddly(headers=(("Transfer-Encoding", "chunked"),)),
        _oddly(headers=(("X Y", "z"),)),
        _oddly(headers=(("X", "a\x00b"),)),
    ],
)
def test_what_only_a_socket_shows_is_not_judged_without(behaviour: type[Server]) -> None:
    """A fault of bytes, connections or concurrency asks for a socket, and says so for the whole run."""
    with pytest.raises(NeedsASocket):
        InProcess(behaviour).connect().exchange(_REQUEST)


@pytest.mark.parametrize("name", ["never-answered", "answered-late"])
def test_an_answer_that_is_not_awaited_takes_no_real_time(name: str) -> None:
    """A client that gives up before the answer comes, or that none comes, needs neither socket nor time."""
    served = InProcess(mutant(name).behaviour)
    target = served.target
    path = f"/v1/{target['project_id']}/providers/{target['provider_id']}/checkpoints"
    headers = (("X-Auth-Token", target["token"]), ("Content-Type", "application/json"))
    exchange = served.connect().exchange(SentRequest("POST", path, headers, BASE.octets))
    assert exchange.fault is not None
    assert exchange.fault.kind is FaultKind.TIMEOUT
    assert exchange.elapsed == served.server.timeout
    assert served.clock.monotonic() > served.server.timeout


def test_an_answer_takes_no_real_time() -> None:
    """Server and suite live by one clock, on which an answer takes a moment and an age is waited for."""
    served = InProcess(Server)
    exchange = served.connect().exchange(_REQUEST)
    assert exchange.status == 404
    assert served.server.now().timestamp() == served.clock.time()
    assert 0 < exchange.elapsed < 1
