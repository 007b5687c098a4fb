"""uvicorn's HTTP/1.1 with limits, and the contract's error body for malformed requests."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING, Any, cast

from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from checkpoint_handlers.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

__all__ = ["IDLE_SECONDS", "MAX_HEAD", "Protocol", "with_limit"]

MAX_HEAD = 64 * 1024
"""The largest request line and headers together, in bytes."""
IDLE_SECONDS = 60
"""Seconds that a connection may stay idle between requests."""
_LINGER = 2.0
"""Seconds that a client has to read a response to what it still sends; the rest of its input is discarded."""

_HEAD = (
    b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncache-control: no-store\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n"
)
_PHRASES = {400: b"Bad Request", 413: b"Content Too Large"}
_HOST = re.compile(rb"([\w.~!$&'()*+,;=%-]*|\[[\w.:]+\])(:[0-9]*)?")


class Protocol(HttpToolsProtocol):
    """Responds to malformed HTTP like any other invalid request, and closes the connection.

    It does the same for a head larger than `MAX_HEAD`, for chunk extensions or a trailer section clearly
    larger than that, and for a request that takes longer than `request_seconds`. It ignores trailer fields,
    which must not pass for header fields (RFC 9110, section 6.5.1), and requests to upgrade the protocol
    (section 7.8), which Java sends every time.
    """

    request_seconds = 30.0
    """Seconds that a request may take to arrive, from its first byte to its last."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser = _Parser(self)
        self._upgrading = False
        self._deadline: asyncio.TimerHandle | None = None
        self._arriving = self._in_head = self._refused = self._serving = False
        self._read = self._arrived = 0
        self._hosts: list[bytes] = []
        self._postponed: Refusal | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Start serving a connection."""
        super().connection_made(_Gathering(transport, self.loop, self._close))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clean up after a closed connection."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process received bytes."""
        if self._refused:
            return
        self._read = len(data)
        self._arrived += len(data)
        super().data_received(data)
        if self._refused:
            return
        if self._arriving and self._arrived > MAX_HEAD:
            self._refuse(self._too_large())
        elif self._deadline is None and self._arriving:
            self._deadline = self.loop.call_later(self.request_seconds, self._end_slow)
        elif self._deadline is None and not self._owes_a_response():
            self._wait()  # nothing but empty lines has arrived

    def on_message_begin(self) -> None:
        """Record that a request begins."""
        self._forget_deadline()
        self._arriving = self._in_head = True
        self._serving = False
        self._hosts.clear()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Record a header field, without the whitespace around its value (RFC 9112, 5.1)."""
        if not self._in_head:  # a trailer field
            return
        name = name.lower()
        value = value.rstrip(b" \t")
        if name == b"host":
            self._hosts.append(value)
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = self.parser.get_http_version() != "1.0"  # RFC 9110, 10.1.1
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Start handling the request, or refuse a head that is too large or does not name one host."""
        if max(self._arrived, self._read) > MAX_HEAD:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > MAX_HEAD:
                raise self._too_large()
        self._in_head = False
        self._arrived = 0
        if not self._names_its_host():
            raise Refusal("invalid-request", "The request needs exactly one valid Host header.")
        self._upgrading = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._upgrading:
            super().on_headers_complete()
            self._serving = True

    def head_without_upgrade(self) -> bytes | None:
        """Return the head of a request for an upgrade as one without it; None after any other request."""
        if not self._upgrading:
            return None
        line = b"%s %s HTTP/%s" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        fields = [b"%s: %s" % (name, value) for name, value in self.headers if name != b"upgrade"]
        return b"\r\n".join([line, *fields, b"", b""])

    def on_body(self, body: bytes) -> None:
        """Pass on a piece of the body."""
        self._arrived = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Record that a request is complete."""
        if self._upgrading:
            return
        self._forget_deadline()
        self._arriving = False
        self._arrived = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that the parser rejected, or a callback of the parser."""
        error = sys.exception()
        if error is not None and isinstance(error.__context__, Refusal):
            self._refuse(error.__context__)
        else:
            too_large = self._arrived > MAX_HEAD
            self._refuse(self._too_large() if too_large else Refusal("invalid-request", msg))

    def eof_received(self) -> bool:  # type: ignore[override] # uvicorn closes
        """Respond to a client that has closed its side after a complete request, before closing."""
        if self._refused or self._arriving or not self._owes_a_response():
            return False
        self.cycle.keep_alive = False
        return True

    def on_response_complete(self) -> None:
        """Start the next request, or send the refusal that follows the last response."""
        last = not self.pipeline
        super().on_response_complete()
        if last and self._postponed is not None and not self.transport.is_closing():
            self._send(self._postponed)

    def _owes_a_response(self) -> bool:
        """Return whether a request whose head was complete has no response yet."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _names_its_host(self) -> bool:
        """Return whether the head has the Host that HTTP/1.1 requires (RFC 9112, 3.2)."""
        if not self._hosts:
            return self.parser.get_http_version() != "1.1"
        return len(self._hosts) == 1 and _HOST.fullmatch(self._hosts[0]) is not None

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(IDLE_SECONDS, self.transport.close)

    def _end_slow(self) -> None:
        self._deadline = None
        if self._in_head or not self.cycle.response_started:
            self._refuse(Refusal("invalid-request", "The request took too long to arrive."))
        else:
            self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Send the refusal, after the responses to earlier requests (RFC 9112, 9.3.2)."""
        self._refused = True
        self._forget_deadline()
        if self._arriving and self._serving:
            self._refuse_body(refusal)
        elif self._owes_a_response():
            self._postponed = refusal
        else:
            self._send(refusal)

    def _refuse_body(self, refusal: Refusal) -> None:
        if self.pipeline:
            self.pipeline.popleft()
            self._postponed = refusal
        elif self.cycle.response_started:
            self.transport.close()
        else:
            self._send(refusal)
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _send(self, refusal: Refusal) -> None:
        """Send the refusal, and close the connection once the client has read it or time is up."""
        body = refusal.body()
        self.transport.write(_HEAD % (refusal.status, _PHRASES[refusal.status], len(body)) + body)
        self.transport.write_eof()
        self._deadline = self.loop.call_later(_LINGER, self.transport.close)

    def _close(self, transport: asyncio.Transport) -> None:
        """Close the connection, but first let a client that still sends read the response (RFC 9112, 9.6)."""
        if self._refused or not self._arriving or transport.is_closing():
            transport.close()
            return
        self._refused = True
        self._forget_deadline()
        transport.write_eof()
        self._deadline = self.loop.call_later(_LINGER, transport.close)

    def _too_large(self) -> Refusal:
        part = "head of the request is" if self._in_head else "trailer fields or chunk extensions are"
        return Refusal("too-large", f"The {part} larger than {MAX_HEAD // 1024} KiB.")

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def with_limit(request_seconds: float) -> type[Protocol]:
    """Return the protocol class with another limit for a request to arrive."""
    return type("Protocol", (Protocol,), {"request_seconds": request_seconds})


class _Parser(HttpRequestParser):
    """Reads a request for an upgrade a second time without it, since httptools leaves out the body."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._protocol = protocol

    def feed_data(self, data: bytes) -> None:  # type: ignore[override] # uvicorn feeds bytes alone
        """Parse received bytes."""
        try:
            super().feed_data(data)
        except HttpParserUpgrade as upgrade:
            head = self._protocol.head_without_upgrade()
            if head is None:
                raise
            self._protocol.parser = _Parser(self._protocol)
            self._protocol.parser.feed_data(head + data[upgrade.args[0] :])


class _Gathering(asyncio.Transport):
    """A transport that sends all writes of one event loop iteration together.

    uvicorn writes the head and body of a response separately, and each write is a system call.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        close: Callable[[asyncio.Transport], None],
    ) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._close = close
        self._written: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Buffer the data until the end of this loop iteration."""
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def write_eof(self) -> None:
        """Flush the buffer and signal the end of the stream."""
        self._send()
        if not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        """Flush the buffer and close the connection."""
        self._send()
        self._close(self._transport)

    def is_closing(self) -> bool:
        """Return whether the connection is closed or closing."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return information about the connection."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Stop receiving."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Resume receiving."""
        self._transport.resume_reading()

    def _send(self) -> None:
        if self._written and not self._transport.is_closing():
            self._transport.write(b"".join(self._written))
        self._written.clear()
