"""HTTP/1.1 on one connection: read requests and write responses (RFC 9112)."""

from __future__ import annotations

import contextlib
import re
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["Connection", "Malformed", "Request", "Response", "compose", "phrase"]

_LINE = 65536
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_REQUEST_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP/1\.([01])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*", re.DOTALL)


class Malformed(Exception):
    """Raised if the bytes are not an HTTP/1.1 request; the connection cannot continue."""


@dataclass
class Request:
    """A request as received; `oversize` means that the body was read and discarded.

    `number` counts the server's requests from 1.
    """

    method: str
    target: str
    headers: list[tuple[str, str]]
    connection: Connection
    keep_alive: bool = True
    body: bytes = b""
    oversize: bool = False
    number: int = 0

    def header(self, name: str) -> str | None:
        """Return the value of a header, with several joined by `, ` (RFC 9110, 5.3), or None."""
        wanted, length = name.lower(), len(name)
        values = [value for key, value in self.headers if len(key) == length and key.lower() == wanted]
        return ", ".join(values) if values else None

    @property
    def path(self) -> str:
        """The path of the request target as sent, still percent-encoded."""
        return urlsplit(self.target).path if "://" in self.target else self.target.partition("?")[0]

    @property
    def segments(self) -> list[str]:
        """The decoded segments of the path after the leading slash."""
        return [unquote(segment) for segment in self.path.split("/")[1:]]

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; the last value of a repeated one wins."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass
class Response:
    """A response; `close` announces and closes the connection."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    close: bool = False

    def header(self, name: str, value: str | None) -> None:
        """Replace the header `name` in place, or remove it if `value` is None."""
        kept = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        self.headers = kept if value is None else [*kept, (name, value)]


def phrase(status: int) -> str:
    """Return the reason phrase of a status."""
    return _PHRASES.get(status, "Unknown")


def compose(response: Response, version: str = "HTTP/1.1") -> bytes:
    """Return the status line and headers of `response`, including the empty line."""
    first = f"{version} {response.status} {phrase(response.status)}"
    lines = [first, *(f"{key}: {value}" for key, value in response.headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Connection:
    """One connection from a client, and its state."""

    def __init__(self, sock: socket.socket, largest_body: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self.reader = sock.makefile("rb")
        self.largest_body = largest_body
        self.accepted = self.refused = 0
        self.token: str | None = None

    def read_request(self) -> Request | None:
        """Return the next request, or None if the client has closed; raise `Malformed` if it is invalid."""
        line = self._line()
        while line == "":
            line = self._line()
        if line is None:
            return None
        match = _REQUEST_LINE.fullmatch(line)
        if not match:
            raise Malformed("request line")
        request = Request(match[1], match[2], self._headers(), self)
        tokens = (request.header("connection") or "").lower()
        request.keep_alive = "close" not in tokens and (match[3] == "1" or "keep-alive" in tokens)
        if match[3] == "1" and request.header("host") is None:
            raise Malformed("no Host")
        return request

    def read_body(self, request: Request) -> None:
        """Read the whole body of `request`, and keep it unless it exceeds `largest_body`."""
        length, coding = request.header("content-length"), request.header("transfer-encoding")
        if coding is None and length is None:
            return
        if (coding is not None and (length is not None or coding.lower() != "chunked")) or (
            length is not None and not re.fullmatch("[0-9]{1,15}", length)
        ):
            raise Malformed("framing of the body")
        if (request.header("expect") or "").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if coding is not None:
            while size := self._chunk_size():
                self._part(request, size)
                if self.reader.read(2) != b"\r\n":
                    raise Malformed("end of a chunk")
            self._headers()
        else:
            self._part(request, int(length or 0))

    def _part(self, request: Request, size: int) -> None:
        while size:
            block = self.reader.read(min(size, 65536))
            if not block:
                raise Malformed("the body ends early")
            size -= len(block)
            if len(request.body) + len(block) > self.largest_body:
                request.oversize, request.body = True, b""
            elif not request.oversize:
                request.body += block

    def _chunk_size(self) -> int:
        match = re.fullmatch(r"([0-9A-Fa-f]{1,12})[ \t]*(;.*)?", self._line() or "")
        if not match:
            raise Malformed("size of a chunk")
        return int(match[1], 16)

    def _headers(self) -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = []
        while line := self._line():
            match = _HEADER.fullmatch(line)
            if not match or len(headers) == 100:
                raise Malformed("header")
            headers.append((match[1], match[2]))
        if line is None:
            raise Malformed("the header ends early")
        return headers

    def _line(self) -> str | None:
        line = self.reader.readline(_LINE)
        if not line:
            return None
        if not line.endswith(b"\n"):
            raise Malformed("a line that is too long or not ended")
        return line.rstrip(b"\r\n").decode("latin-1")

    def close(self) -> None:
        """Close the connection so that the client can read what was sent: half-close, drain, close."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.settimeout(0.5)
            while self.socket.recv(65536):
                pass
        except OSError:
            pass  # the client is gone or does not close: there is nothing left to wait for
        finally:
            self.reader.close()
            self.socket.close()

    def abort(self) -> None:
        """Wake any thread that waits on this connection; called from another thread."""
        with contextlib.suppress(OSError):  # already closed by its own thread
            self.socket.shutdown(socket.SHUT_RDWR)
