"""A server without a port: the suite gets its responses as objects, and both share a virtual clock.

That is enough for a fault in the content of responses, and for one that never comes or too late. A fault in
bytes, connections or concurrency needs a socket: a server that replaces a step below its handler, drops a
connection or keeps calls in flight raises `NeedsASocket`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from checkpoint_conformance.transport.clock import VirtualClock
from checkpoint_conformance.transport.exchange import FaultKind, Framing, TransportFault
from checkpoint_conformance.transport.exchange import Request as SentRequest
from checkpoint_conformance.transport.exchange import Response as ReceivedResponse
from checkpoint_conformance.transport.in_process import InProcessConnection

from ..service.listener import Listener
from ..service.wire import Connection, Request, phrase

if TYPE_CHECKING:
    from ..service.server import Server
    from ..service.wire import Response

__all__ = ["InProcess", "NeedsASocket", "step_below_the_handler"]

_BEGINNING = 1_767_225_600.0
"""The start of every run's clock: 2026, in seconds since the epoch."""
_LATENCY = 0.001
"""Seconds that a response takes."""
_BELOW = [
    name
    for name in vars(Listener)
    if not name.startswith(("__", "_abc"))
    and name not in ("respond", "refused", "count", "authority", "largest_body")
]
"""The listener's steps below the handler, which are not run in process."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[!-~\x80-\xff]+(?:[ \t]+[!-~\x80-\xff]+)*)?")


class NeedsASocket(Exception):
    """Raised if the server does something that needs a socket; the message says what."""


class _NoSocket(Connection):
    """The server's state of a connection, without a socket."""

    def __init__(self) -> None:
        self.accepted = self.refused = 0
        self.token = None

    def __getattr__(self, name: str) -> NoReturn:
        raise NeedsASocket(f"it uses the {name} of a connection")


@lru_cache(maxsize=1024)
def _is_plain_field(name: str, value: str) -> bool:
    """Return whether a header field is well-formed, and frames nothing but by its length."""
    well_formed = _NAME.fullmatch(name) and _VALUE.fullmatch(value)
    return bool(well_formed) and name.lower() != "transfer-encoding"


def step_below_the_handler(behaviour: type[Server]) -> str:
    """Return the name of a step below the handler that `behaviour` replaces, or an empty string."""
    return next((name for name in _BELOW if getattr(behaviour, name) is not getattr(Listener, name)), "")


class InProcess:
    """A transport that calls the handler of a new server of class `behaviour` directly."""

    parallel = False

    def __init__(self, behaviour: type[Server]) -> None:
        self.clock = VirtualClock(_BEGINNING)
        self.needs_a_socket = ""
        """What the server did that needs a socket; empty if nothing so far."""
        step = step_below_the_handler(behaviour)
        if step:
            self._give_up(f"it replaces {step}")
        if behaviour.real_time:
            self._give_up("it shows in real time alone")
        self.server = behaviour()
        self.server.clock = self.clock
        self.server.linger = self._linger  # type: ignore[method-assign]
        self.server.end = self._end  # type: ignore[method-assign]
        self._away_until = float("-inf")
        self._numbers = iter(range(1, 1 << 62))

    @property
    def target(self) -> dict[str, Any]:
        """The members of a target file for the server."""
        return self.server.target()

    def connect(self) -> InProcessConnection:
        """Return a new connection."""
        kept = _NoSocket()
        return InProcessConnection(
            next(self._numbers), lambda request: self._answer(kept, request), self.server.timeout, self.clock
        )

    def _answer(self, connection: _NoSocket, sent: SentRequest) -> ReceivedResponse | TransportFault:
        self.clock.sleep(_LATENCY)
        if self.clock.monotonic() < self._away_until:
            return TransportFault(FaultKind.REFUSED, "no connection to 127.0.0.1: Connection refused")
        request = self._received(connection, sent)
        given_up = self.clock.monotonic() + self.server.timeout
        try:
            response = self.server.respond(request)
        except ConnectionError:
            if self.clock.monotonic() > given_up:
                return TransportFault(FaultKind.TIMEOUT, "the client has given up")
            return self._dropped()
        except NeedsASocket as error:
            self._give_up(str(error))
        response.close = response.close or not request.keep_alive
        self.server.finish(request, response)
        if len(response.body) > sent.answer_limit:
            self._give_up("its answer is longer than what is read of one")
        return self._sent(request, response)

    def _received(self, connection: _NoSocket, sent: SentRequest) -> Request:
        """Return the request as the server would have parsed it."""
        headers = [("Host", self.server.authority), *sent.headers]
        if sent.framing is Framing.LENGTH:
            headers.append(("Content-Length", str(len(sent.body))))
        elif sent.framing is Framing.CHUNKED:
            headers.append(("Transfer-Encoding", "chunked"))
        oversize = len(sent.body) > self.server.largest_body
        request = Request(sent.method, self.server.prefix + sent.path, headers, connection, oversize=oversize)
        request.body = b"" if oversize else sent.body
        request.keep_alive = "close" not in (request.header("connection") or "").lower()
        self.server.count(request)
        return request

    def _sent(self, request: Request, response: Response) -> ReceivedResponse:
        """Return the response as a strict client would have parsed it."""
        bodiless = request.method == "HEAD"
        lengths = [value for name, value in response.headers if name.lower() == "content-length"]
        plain = (
            200 <= response.status <= 599
            and response.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
            and lengths == [str(len(response.body))]
            and all(_is_plain_field(name, value) for name, value in response.headers)
        )
        if not plain:
            self._give_up("its answer is no plain message")
        return ReceivedResponse(
            status=response.status,
            headers=tuple(response.headers),
            body=b"" if bodiless else response.body,
            reason=phrase(response.status),
        )

    def _dropped(self) -> TransportFault:
        """Return the fault of a dropped connection, if the server has ended; else it needs a socket."""
        if self.clock.monotonic() >= self._away_until:
            self._give_up("it drops a connection")
        return TransportFault(FaultKind.DROPPED, "the connection was closed without a response")

    def host_answers(self) -> bool:
        """Return True, as for any loopback address."""
        return True

    def speaks_tls(self) -> bool:
        """Return False: no port is there."""
        return False

    def _end(self, seconds: float | None = None) -> None:
        self._away_until = float("inf") if seconds is None else self.clock.monotonic() + seconds

    def _linger(self, seconds: float | None) -> bool:
        """Let the time pass if the client gives up meanwhile; shorter waits make calls overlap."""
        if seconds is not None and seconds <= self.server.timeout:
            self._give_up("it keeps a call in flight")
        self.clock.sleep(2 * self.server.timeout if seconds is None else seconds)
        return seconds is None

    def _give_up(self, why: str) -> NoReturn:
        self.needs_a_socket = why
        raise NeedsASocket(why)
