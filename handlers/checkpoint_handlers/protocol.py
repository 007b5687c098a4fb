"""HTTP/1.1 as uvicorn speaks it, with the contract's body where it finds a request malformed by itself."""

from __future__ import annotations

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

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser did not understand; `msg` says no more than that."""
        body = Refusal("invalid-request", msg).body()
        self.transport.write(_HEAD % len(body) + body)
        self.transport.close()
