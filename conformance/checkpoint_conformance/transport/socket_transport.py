"""A strict HTTP/1.1 client: per request one total deadline and one limit of bytes, each accounted for.

h11 parses the response; nothing is repaired, followed or decoded.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections.abc import Callable
from itertools import count
from typing import Self

import h11

from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock
from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.errors import EndpointError
from checkpoint_conformance.transport.exchange import (
    FIELDS_LIMIT,
    HEAD_LIMIT,
    Exchange,
    FaultKind,
    Framing,
    Request,
    Response,
    TransportFault,
)
from checkpoint_conformance.transport.tls import is_alert

__all__ = ["SocketConnection", "SocketTransport"]

_CHUNK = 65536
_CHUNKS = 3
"""How many chunks a body is sent in at least: a server may read only the first."""
_TOO_LARGE = 431
"""The hint of h11 for an event that exceeds its limit."""
_BLANK_LINE = re.compile(rb"\n\r?\n")
_SWITCHING = re.compile(rb"HTTP/1\.1 101[ \r]")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-5][0-9]{2}(?: [^\r\n]*)?\r?\n")


class SocketTransport:
    """Connections to an endpoint."""

    parallel = True
    """Exchanges on several connections may overlap."""

    def __init__(
        self,
        endpoint: Endpoint,
        timeout: float | Callable[[], float],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Set `timeout` to the total seconds of an exchange, including opening the connection.

        A function is called before each exchange. The clock must agree with the sockets, which wait in real
        time.
        """
        self._endpoint = endpoint
        self._timeout = timeout if callable(timeout) else lambda: timeout
        self._clock = clock
        self._numbers = count(1)

    def connect(self) -> SocketConnection:
        """Return a new connection that is not open yet."""
        return SocketConnection(next(self._numbers), self._endpoint, self._timeout, self._clock)

    def host_answers(self) -> bool:
        """Return whether the host accepts another connection by the same route."""
        return self._endpoint.host_answers(self._timeout())

    def speaks_tls(self) -> bool:
        """Return whether the port of an http:// URL completes a TLS handshake."""
        return self._endpoint.speaks_tls(self._timeout())


class SocketConnection:
    """A connection to the endpoint, opened at the first exchange; `reusable` says if it may carry another."""

    def __init__(self, number: int, endpoint: Endpoint, timeout: Callable[[], float], clock: Clock) -> None:
        """Take the arguments of its transport, and its number there."""
        self.number = number
        self._endpoint = endpoint
        self._timeout = timeout
        self._clock = clock
        self._socket: socket.socket | None = None
        self._protocol = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
        self.requests: list[Request] = []
        """The requests that it has carried so far."""
        self._sent = True
        self._in_step = True
        """Whether the next bytes to arrive begin an answer."""
        self._wait: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection for good."""
        if self._socket:
            self._socket.close()

    @property
    def used(self) -> bool:
        """Whether it has carried a request."""
        return bool(self.requests)

    def stays_open(self, seconds: float) -> bool:
        """Return whether it is still reusable after the given number of seconds without a request."""
        if self._socket is not None and self.reusable:
            select.select([self._socket], [], [], seconds)
        return self.reusable

    @property
    def reusable(self) -> bool:
        """Whether both sides have left the connection open for another exchange, as far as can be told."""
        done = self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE
        ready = done and self._sent and self._in_step
        return ready and self._socket is not None and not _is_readable(self._socket)

    def hold_last_byte(self, wait: Callable[[], None]) -> None:
        """Call `wait` before the last byte of the next request, so that many can be completed at once."""
        self._wait = wait

    def exchange(self, request: Request) -> Exchange:
        """Send the request and read its response; failures are part of the result, and never raised.

        The time that a signature takes does not count.
        """
        try:
            fields = self._endpoint.signed(request, self._fields(request))
        except EndpointError as error:
            unsigned = TransportFault(FaultKind.UNREACHABLE, str(error))
            return Exchange(request, None, unsigned, self._clock.time(), 0.0, self.number)
        started, began = self._clock.time(), self._clock.monotonic()
        timeout = self._timeout()
        reader = _Reader(began + timeout, self._clock, request.answer_limit)
        response, fault = self._attempt(request, fields, reader, timeout)
        self.requests.append(request)
        return Exchange(request, response, fault, started, self._clock.monotonic() - began, self.number)

    def _attempt(
        self, request: Request, fields: list[tuple[str, str]], reader: _Reader, timeout: float
    ) -> tuple[Response | None, TransportFault | None]:
        try:
            if self._socket is None:
                self._socket = self._endpoint.connect(timeout, self._clock)
            elif self.used:
                self._protocol.start_next_cycle()
        except EndpointError as error:
            kind = FaultKind.REFUSED if error.refused else FaultKind.UNREACHABLE
            return None, TransportFault(kind, str(error))
        try:
            self._sent = self._send(request, fields, reader)
            reader.read(self._socket, self._protocol)
        except TimeoutError:
            return reader.partial(), reader.fault(
                FaultKind.TIMEOUT, f"no complete response within {timeout:g} s"
            )
        except OSError as error:
            if is_alert(error) and not self.used and not reader.raw:
                # TLS 1.3 rejects a client's certificate only after the client has begun to send.
                return None, TransportFault(FaultKind.UNREACHABLE, str(self._endpoint.handshake_error(error)))
            kind = FaultKind.TRUNCATED if reader.status else FaultKind.DROPPED
            return reader.partial(), reader.fault(kind, f"the connection broke: {error.strerror or error}")
        except _OversizedError as error:
            return reader.partial(), reader.fault(FaultKind.OVERSIZED, str(error))
        except h11.RemoteProtocolError as error:
            return reader.partial(), reader.broken(error)
        surplus = reader.surplus(self._socket, self._protocol)
        self._in_step = surplus is None
        return reader.partial(), surplus

    def _send(self, request: Request, fields: list[tuple[str, str]], reader: _Reader) -> bool:
        """Send head and body; stop early if the server has already answered or no longer listens.

        Returns whether the whole request was sent.
        """
        assert self._socket is not None
        head = h11.Request(
            method=request.method,
            target=self._endpoint.request_target(request.path).encode("latin-1"),
            headers=[(k.encode(), v.encode("latin-1")) for k, v in fields],
        )
        pieces = [self._protocol.send(head) or b""]
        for data in _parts(request):
            pieces.append(self._protocol.send(h11.Data(data=data)) or b"")
        pieces.append(self._protocol.send(h11.EndOfMessage()) or b"")
        wait, self._wait = self._wait, None
        try:
            if wait:
                whole = b"".join(pieces)
                self._socket.settimeout(reader.remaining())
                self._socket.sendall(whole[:-1])
                wait()
                self._socket.settimeout(reader.remaining())
                self._socket.sendall(whole[-1:])
                return True
            if len(request.body) <= _CHUNK:
                self._socket.settimeout(reader.remaining())
                self._socket.sendall(b"".join(pieces))
                return True
            return all(self._send_piece(piece, reader) for piece in pieces)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            return False  # an early response, or TLS's alert, may still be waiting to be read

    def _send_piece(self, piece: bytes, reader: _Reader) -> bool:
        """Send part of a large request; return whether the server has not yet answered."""
        assert self._socket is not None
        rest = memoryview(piece)
        while rest:
            readable, writable, _ = select.select([self._socket], [self._socket], [], reader.remaining())
            if readable and reader.receive_waiting(self._socket, self._protocol):
                return False
            if writable:
                self._socket.settimeout(reader.remaining())
                rest = rest[self._socket.send(rest) :]
        return True

    def _fields(self, request: Request) -> list[tuple[str, str]]:
        fields = [("Host", self._endpoint.authority), *self._endpoint.proxy_headers(), *request.headers]
        if request.framing is Framing.LENGTH:
            fields.append(("Content-Length", str(len(request.body))))
        elif request.framing is Framing.CHUNKED:
            fields.append(("Transfer-Encoding", "chunked"))
        return fields


def _parts(request: Request) -> list[bytes]:
    """Return the parts in which to send the body."""
    size = _CHUNK
    if request.framing is Framing.CHUNKED:
        size = min(size, len(request.body) // _CHUNKS + 1)
    return [request.body[start : start + size] for start in range(0, len(request.body), size)]


def _is_readable(connection: socket.socket) -> bool:
    """Return whether data or the end of the stream can be read."""
    return bool(select.select([connection], [], [], 0)[0])


class _OversizedError(Exception):
    """The answer goes on beyond its limit."""


class _Reader:
    """Collects a response event by event, and always knows how much has arrived."""

    def __init__(self, deadline: float, clock: Clock, limit: int) -> None:
        self._deadline = deadline
        self._clock = clock
        self._limit = limit
        self._received = 0
        self.raw = bytearray()
        """The first bytes of the response, without interim ones."""
        self.status: h11.Response | None = None
        self._body = bytearray()

    def remaining(self) -> float:
        left = self._deadline - self._clock.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def read(self, connection: socket.socket, protocol: h11.Connection) -> None:
        while True:
            if self.status is None:
                self._check_head()
            event = protocol.next_event()
            if event is h11.NEED_DATA:
                connection.settimeout(self.remaining())
                self._take(connection.recv(self._room()), protocol)
            elif isinstance(event, h11.Response):
                self.status = event
            elif isinstance(event, h11.InformationalResponse):
                self.raw[:] = protocol.trailing_data[0]
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return
            elif isinstance(event, h11.ConnectionClosed):
                raise h11.RemoteProtocolError("the connection was closed without a response")

    def receive_waiting(self, connection: socket.socket, protocol: h11.Connection) -> bool:
        """Receive available data; TLS's own messages, such as session tickets, do not count."""
        connection.settimeout(0)
        try:
            self._take(connection.recv(self._room()), protocol)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        return True

    def _room(self) -> int:
        """Return how many bytes may be read at once."""
        room = self._limit - self._received
        if room <= 0:
            raise _OversizedError(f"the response does not end within {self._limit} bytes")
        return min(room, _CHUNK)

    def _take(self, data: bytes, protocol: h11.Connection) -> None:
        self._received += len(data)
        self.raw += data[: _CHUNK - len(self.raw)]
        protocol.receive_data(data)

    def _check_head(self) -> None:
        """Raise _OversizedError before very many fields are parsed: each takes many times its bytes."""
        blank = _BLANK_LINE.search(self.raw)
        lines = self.raw.count(b"\n", 0, blank.start() + 1 if blank else len(self.raw))
        if lines > FIELDS_LIMIT + 1:
            raise _OversizedError(f"the head has more than {FIELDS_LIMIT} fields")

    def partial(self) -> Response | None:
        """Return the part of the response received so far, or None before a complete head."""
        if self.status is None:
            return None
        return Response(
            status=self.status.status_code,
            headers=tuple(
                (k.decode("latin-1"), v.decode("latin-1")) for k, v in self.status.headers.raw_items()
            ),
            body=bytes(self._body),
            reason=bytes(self.status.reason).decode("latin-1"),
            http_version=bytes(self.status.http_version).decode(),
        )

    def broken(self, error: h11.RemoteProtocolError) -> TransportFault:
        """Return the fault of bytes that are no answer, or not all of one."""
        kind = self.diagnose()
        if error.error_status_hint == _TOO_LARGE:
            where = "a chunk extension or the trailers go on" if self.status else "the head goes on"
            kind = FaultKind.OVERSIZED if self.status else kind
            return self.fault(kind, f"{where} beyond {HEAD_LIMIT} bytes")
        if kind is FaultKind.DROPPED:
            return self.fault(kind, "the connection was closed without a response")
        if _SWITCHING.match(self.raw):
            return self.fault(kind, "it switches protocols (101), but no request asked for that")
        return self.fault(kind, str(error))

    def diagnose(self) -> FaultKind:
        if self.status:
            return FaultKind.TRUNCATED
        if not self.raw:
            return FaultKind.DROPPED
        return FaultKind.BAD_HEAD if _STATUS_LINE.match(bytes(self.raw)) else FaultKind.NO_STATUS

    def fault(self, kind: FaultKind, detail: str) -> TransportFault:
        return TransportFault(kind, detail, bytes(self.raw))

    def surplus(self, connection: socket.socket, protocol: h11.Connection) -> TransportFault | None:
        """Look for bytes after the announced end, if they have already arrived."""
        extra = protocol.trailing_data[0]
        if not extra and _is_readable(connection):
            connection.settimeout(0)
            try:
                extra = connection.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
            except OSError:
                extra = b""  # a reset after a complete response ends only the connection
            if not extra:
                protocol.receive_data(b"")
        if not extra:
            return None
        return TransportFault(
            FaultKind.SURPLUS, f"{len(extra)} bytes follow the announced end of the response", extra
        )
