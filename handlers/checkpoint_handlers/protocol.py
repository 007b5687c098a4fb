"""HTTP/1.1 as uvicorn speaks it, with the contract's body for malformed requests and one packet an answer."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from checkpoint_handlers.errors import Refusal

__all__ = ["Protocol"]

_HEAD = (
    b"HTTP/1.1 400 Bad Request\r\n"
    b"content-type: application/json\r\n"
    b"content-length: %d\r\n"
    b"connection: close\r\n"
    b"\r\n"
)


class Protocol(HttpToolsProtocol):
    """Answers bytes that are no HTTP like any other invalid request, and closes the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Begin to serve a connection."""
        super().connection_made(_Gathering(transport, self.loop))

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser did not understand; `msg` says no more than that."""
        body = Refusal("invalid-request", msg).body()
        self.transport.write(_HEAD % len(body) + body)
        self.transport.close()


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
