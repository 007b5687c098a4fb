"""Conforming variants of a response's form: headers, framing, whitespace, pace."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

from ..framework.variant import variant
from ..service.server import Server
from ..service.wire import compose

if TYPE_CHECKING:
    from ..service.wire import Connection, Request, Response


class _Framed(Server):
    """Changes every answer before it is framed."""

    def frame(self, response: Response) -> None:
        """Change `response` in place."""
        raise NotImplementedError

    def finish(self, request: Request, response: Response) -> None:
        self.frame(response)
        super().finish(request, response)


@variant()
class CharsetInTheAnswer(_Framed):
    """The content type has a charset."""

    def frame(self, response: Response) -> None:
        response.header("Content-Type", "application/json; charset=utf-8")


@variant()
class CharsetQuotedInCapitals(_Framed):
    """The content type is in capitals, with a charset in quotation marks."""

    def frame(self, response: Response) -> None:
        response.header("Content-Type", 'Application/JSON;Charset="UTF-8"')


@variant()
class IndentedJson(Server):
    """Bodies are indented, and end in a line feed."""

    def encode(self, document: Any) -> bytes:
        return b"\r\n\t" + json.dumps(document, indent=4, ensure_ascii=False).encode() + b"\n"


@variant()
class CompactJson(Server):
    """Bodies have no space outside strings."""

    def encode(self, document: Any) -> bytes:
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


@variant()
class ConnectionClosedEachTime(_Framed):
    """Every answer announces the end of the connection."""

    def frame(self, response: Response) -> None:
        response.close = True


@variant()
class VersionOneZero(_Framed):
    """Answers are of HTTP/1.0, and end with the connection."""

    version = "HTTP/1.0"

    def frame(self, response: Response) -> None:
        response.close = True


@variant()
class VersionOneZeroWithoutLength(VersionOneZero):
    """Answers are of HTTP/1.0, and only the end of the connection ends them."""

    def finish(self, request: Request, response: Response) -> None:
        super().finish(request, response)
        response.header("Content-Length", None)


@variant()
class ClosedSilentlyAfterErrors(Server):
    """The connection is closed after each error, and nothing announces it."""

    def send(self, request: Request, response: Response) -> None:
        super().send(request, response)
        response.close = response.close or response.status >= 400


@variant("HTTP-7")
class ChunksNotRead(Server):
    """A request body in chunks is none for this server, and the chunks are the next request."""

    def read(self, connection: Connection) -> Request | None:
        request = connection.read_request()
        if request is not None and request.header("transfer-encoding") is None:
            connection.read_body(request)
        return request


@variant()
class ChunkedAnswers(Server):
    """Bodies are chunked, with an extension and a trailer."""

    def send(self, request: Request, response: Response) -> None:
        if request.method == "HEAD":
            super().send(request, response)
            return
        response.header("Content-Length", None)
        response.header("Transfer-Encoding", "chunked")
        half = len(response.body) // 2
        chunks = b"".join(
            b"%X;a=b\r\n%b\r\n" % (len(p), p) for p in (response.body[:half], response.body[half:])
        )
        request.connection.socket.sendall(compose(response) + chunks + b"0\r\nX-Trailer: yes\r\n\r\n")


class _Written(Server):
    """Writes the bytes of every answer in its own way."""

    def write(self, data: bytes) -> bytes:
        """Return the bytes to send for `data`."""
        raise NotImplementedError

    def send(self, request: Request, response: Response) -> None:
        body = b"" if request.method == "HEAD" else response.body
        request.connection.socket.sendall(self.write(compose(response) + body))


@variant()
class HeaderNamesInSmallLetters(_Written):
    """Names of headers are in small letters, and no space follows the colon."""

    def write(self, data: bytes) -> bytes:
        head, mark, body = data.partition(b"\r\n\r\n")
        return re.sub(rb"(?m)^([\w-]+): ", lambda m: m[1].lower() + b":", head) + mark + body


@variant()
class HeadersWithBlanks(_Written):
    """Values of headers have blanks and tabs around them."""

    def write(self, data: bytes) -> bytes:
        head, mark, body = data.partition(b"\r\n\r\n")
        return re.sub(rb"(?m)^([\w-]+): ([^\r]*)", rb"\1: \t\2 \t", head) + mark + body


@variant()
class NoReasonPhrase(_Written):
    """The status line has no reason phrase."""

    def write(self, data: bytes) -> bytes:
        return re.sub(rb"^(HTTP/1.1 \d+ )[^\r]*", rb"\1", data)


@variant()
class ContinueUnasked(_Written):
    """Informational answers come before the final one."""

    def write(self, data: bytes) -> bytes:
        return b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + data


@variant()
class ManyHeaders(_Framed):
    """Answers have the headers of proxies and gateways, one of them twice."""

    def frame(self, response: Response) -> None:
        response.headers += [
            ("Date", "Tue, 06 Dec 2016 21:20:29 GMT"),
            ("Server", "api-gateway"),
            ("X-Request-Id", uuid.uuid4().hex),
            ("Strict-Transport-Security", "max-age=31536000"),
            ("Set-Cookie", "a=b"),
            ("Set-Cookie", "c=d"),
            ("Keep-Alive", "timeout=60"),
            ("Vary", "Accept-Encoding"),
        ]


@variant()
class AnswersInPieces(Server):
    """Answers come in several segments, with pauses between them."""

    def send(self, request: Request, response: Response) -> None:
        body = b"" if request.method == "HEAD" else response.body
        data = compose(response) + body
        for start in range(0, len(data), 150):
            request.connection.socket.sendall(data[start : start + 150])
            self.linger(0.002)


@variant()
class SlowAnswers(Server):
    """Every answer takes 0.1 s."""

    def respond(self, request: Request) -> Response:
        self.clock.sleep(0.1)
        return super().respond(request)


@variant()
class BehindAPrefix(Server):
    """The service is below a path of a gateway."""

    prefix = "/backup/csbs"
