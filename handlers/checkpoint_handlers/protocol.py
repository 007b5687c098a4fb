"""HTTP/1.1 as uvicorn speaks it, with limits, and the contract's body for what is malformed."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from checkpoint_handlers.errors import Refusal

__all__ = ["IDLE_SECONDS", "MAX_HEAD", "Protocol", "with_limit"]

MAX_HEAD = 64 * 1024
"""The largest request line and headers, together and in bytes."""
IDLE_SECONDS = 60
"""How long a connection may wait for a request."""
_LINGER = 2.0
"""Seconds that a refused client has to read why, while what it still sends is thrown away."""

_HEAD = b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
_PHRASES = {400: b"Bad Request", 413: b"Content Too Large"}


class Protocol(HttpToolsProtocol):
    """Answers bytes that are no HTTP like any other invalid request, and closes the connection.

    The same happens to a head beyond `MAX_HEAD` and to a request that takes longer than `request_seconds`.
    """

    request_seconds = 30.0
    """How long a request may take to arrive, from its first byte to its last."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._arriving = self._in_head = self._refused = self._serving = False
        self._arrived = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Begin to serve a connection."""
        super().connection_made(_Gathering(transport, self.loop))
        self._deadline = self.loop.call_later(IDLE_SECONDS, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is left of a connection."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Serve what arrived."""
        if self._refused:
            return
        if self._deadline is not None and not self._arriving:
            self._forget_deadline()
        self._arrived = self._arrived + len(data) if self._in_head else len(data)
        super().data_received(data)
        if not self._arriving:
            self._forget_deadline()
        elif self._in_head and self._arrived > MAX_HEAD:
            self._refuse(_too_large())
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.request_seconds, self._end_slow)

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        self._arriving = self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to answer, unless the head is too large."""
        self._in_head = False
        if self._arrived > MAX_HEAD:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > MAX_HEAD:
                raise _too_large()
        super().on_headers_complete()
        self._serving = True

    def on_message_complete(self) -> None:
        """Note that a request has arrived."""
        self._arriving = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser did not understand; `msg` says no more than that."""
        self._refuse(_too_large() if self._arrived > MAX_HEAD else Refusal("invalid-request", msg))

    def _end_slow(self) -> None:
        self._deadline = None
        if self._in_head or not self.cycle.response_started:
            self._refuse(Refusal("invalid-request", "The request took too long to arrive."))
        else:
            self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer, and close the connection when the client has read it or has had the time to."""
        self._refused = True
        self._forget_deadline()
        body = refusal.body()
        self.transport.write(_HEAD % (refusal.status, _PHRASES[refusal.status], len(body)) + body)
        self.transport.write_eof()
        self._deadline = self.loop.call_later(_LINGER, self.transport.close)
        if self._serving and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def with_limit(request_seconds: float) -> type[Protocol]:
    """Return the protocol with another time for a request to arrive."""
    return type("Protocol", (Protocol,), {"request_seconds": request_seconds})


def _too_large() -> Refusal:
    return Refusal("too-large", f"The head of the request is larger than {MAX_HEAD // 1024} KiB.")


class _Gathering(asyncio.Transport):
    """A transport that sends what one turn of the event loop writes at once.

    uvicorn writes head and body of an answer separately, and each write is a system call.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._written: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep the data until this turn of the loop is over."""
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def write_eof(self) -> None:
        """Send what is kept and say that nothing follows."""
        self._send()
        if not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        """Send what is kept and close the connection behind it."""
        self._send()
        self._transport.close()

    def is_closing(self) -> bool:
        """Return whether the connection is closed or about to be."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the connection."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Stop to receive."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Receive again."""
        self._transport.resume_reading()

    def _send(self) -> None:
        if self._written and not self._transport.is_closing():
            self._transport.write(b"".join(self._written))
        self._written.clear()
