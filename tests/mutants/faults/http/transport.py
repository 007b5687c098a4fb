"""Mutants of HTTP-1: a valid call that gets a late, an incomplete or no response, or another status."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...framework.edits import Held
from ...framework.mutant import breaks, misanswers
from ...framework.shapes import IMPATIENT, accepted, anything, hangs, refused, sends, shapes
from ...framework.shots import BASE
from ...service.server import Server
from ...service.wire import compose

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request, Response
    from ...service.world import Checkpoint

_BYTES = {"HTTP-2": "what arrives of the body is not JSON"}
_LATER = {"HTTP-6": "it is after a refusal"}
_PAIR = {"ERR-2": "no pair with this status is published", "ERR-3": "the status is not the condition's"}

# -- another status -----------------------------------------------------------------------------------


def _status(status: int, body: bool = True) -> Callable[[Response], None]:
    def edit(response: Response) -> None:
        response.status = status
        if not body:
            response.body = b""
            response.header("Content-Type", None)

    return edit


shapes("HTTP-1", "created", "A new checkpoint gets 201.", _status(201))
shapes("HTTP-1", "only-accepted", "A new checkpoint gets 202.", _status(202))
shapes("HTTP-1", "no-content", "A new checkpoint gets 204 without a body.", _status(204, body=False))
shapes("HTTP-1", "partial-content", "A new checkpoint gets 206.", _status(206))
shapes("HTTP-1", "created-once-in-four", "One call in four gets 201.", _status(201), one_in=4)
shapes(
    "HTTP-1",
    "created-after-refusal",
    "After a refusal on the connection a new checkpoint gets 201.",
    _status(201),
    lambda request, response: accepted(request, response) and request.connection.refused > 0,
)
shapes(
    "HTTP-1",
    "only-accepted-when-automatic",
    "An automatic call gets 202.",
    _status(202),
    lambda request, response: accepted(request, response) and b"operation-engine" in response.body,
)
for _name, _fault, _conditions, _code, _also in (
    (
        "unprocessable",
        "A body against the schema gets 422.",
        "invalid-request",
        422,
        "REQ-7 REQ-8 REQ-9 REQ-10 REQ-11 REQ-12 REQ-13 REQ-14 REQ-15",
    ),
    ("teapot", "An unknown provider gets 418.", "unknown-provider", 418, "REQ-16"),
    ("policy-conflict", "An unknown policy gets 409.", "policy-not-found", 409, "NF-1 NF-2"),
    ("policy-gone", "An unknown policy gets 410.", "policy-not-found", 410, "NF-1 NF-2"),
    (
        "proxy-authentication",
        "A missing token gets 407.",
        "unauthenticated",
        407,
        "AUTH-1 AUTH-2 AUTH-3 AUTH-6",
    ),
    (
        "session-timeout",
        "A bad token gets 440.",
        "unauthenticated",
        440,
        "AUTH-1 AUTH-2 AUTH-3 AUTH-6",
    ),
    ("payment-required", "A missing permission gets 402.", "forbidden", 402, "AUTH-4 AUTH-5"),
    (
        "resource-failed-dependency",
        "A resource outside the policy gets 424.",
        "resource-not-in-policy",
        424,
        "NF-3",
    ),
):
    misanswers(
        "HTTP-1",
        f"undocumented-{_name}",
        _fault,
        _conditions,
        status=_code,
        also={**dict.fromkeys(_also.split(), "the status is not one that it allows"), **_PAIR},
    )


def _redirect(response: Response) -> None:
    response.status, response.body = 302, b""
    response.header("Content-Type", None)
    response.header("Location", "/login")


shapes(
    "HTTP-1",
    "redirect-to-login",
    "A call without a valid token is redirected to a page for logging in.",
    _redirect,
    lambda _, response: response.status == 401,
    also={
        "AUTH-1": "the status is not 401",
        "AUTH-2": "the status is not 401",
        "AUTH-3": "the status is not 401",
    },
)

# -- no response in time ------------------------------------------------------------------------------

hangs("HTTP-1", "never-answered", "A valid call is never answered.", also={"REQ-1": "nothing is accepted"})
hangs(
    "HTTP-1",
    "answered-late",
    "A valid call is answered after the timeout.",
    late=True,
    also={"REQ-1": "nothing is accepted"},
)
hangs(
    "HTTP-1",
    "never-answered-once-in-four",
    "One valid call in four is never answered.",
    one_in=4,
    shows=(BASE,) * 4,
)
hangs(
    "HTTP-1",
    "never-answered-when-automatic",
    "An automatic call is answered when the backup has ended.",
    lambda request, response: accepted(request, response) and b"operation-engine" in response.body,
    shows=BASE.but(body={"checkpoint": {**BASE.body["checkpoint"], "parameters": {"auto_trigger": True}}}),
    also={"REQ-3": "no automatic call is answered"},
)
hangs(
    "HTTP-6",
    "never-answered-after-refusal",
    "After a refusal a valid call on the same connection is never answered.",
    lambda request, response: accepted(request, response) and request.connection.refused > 0,
    shows=(BASE.but(body=b"{"), BASE),
    also={"HTTP-1": "a valid call gets no answer"},
)
hangs(
    "HTTP-1",
    "second-call-never-answered",
    "The second call on a connection is never answered.",
    lambda request, response: accepted(request, response) and request.connection.accepted > 1,
    shows=(BASE, BASE),
)


@breaks(
    "HTTP-1",
    shows=BASE.but(body={"checkpoint": {**BASE.body["checkpoint"], "parameters": {"auto_trigger": True}}}),
    also={"REQ-3": "no automatic call is answered"},
)
class AutomaticCallCreatesLate(Server):
    """An automatic call waits for the scheduler, and creates its checkpoint when nobody listens any more."""

    timeout = IMPATIENT

    def respond(self, request: Request) -> Response:
        if b'"auto_trigger": true' in request.body:
            self.linger(self.timeout * 1.5)
        return super().respond(request)


@breaks("HTTP-1", shows=BASE, also=_BYTES)
class AnswerDripsByteByByte(Server):
    """The answer comes byte by byte and takes longer than the timeout."""

    timeout = IMPATIENT

    def send(self, request: Request, response: Response) -> None:
        if not accepted(request, response):
            super().send(request, response)
            return
        for byte in compose(response) + response.body:
            request.connection.socket.sendall(bytes([byte]))
            if self.linger(self.timeout / 40):
                raise ConnectionAbortedError


@breaks("HTTP-1", shows=(BASE, BASE.but(copies=8)))
class DeadlockWhenBusy(Held):
    """Calls in flight at once wait for each other's locks and are never answered."""

    timeout = IMPATIENT

    def created(self, checkpoint: Checkpoint) -> Response:
        if self.in_flight > 1:
            self.linger(self.timeout * 1.5)
            raise ConnectionAbortedError
        return super().created(checkpoint)


@breaks("HTTP-3", shows=(BASE, BASE.but(copies=8)), also={"HTTP-1": "they get no answer"})
class DroppedWhenBusy(Held):
    """Calls in flight at once are dropped without an answer, the pool of workers being empty."""

    def created(self, checkpoint: Checkpoint) -> Response:
        if self.in_flight > 1:
            raise ConnectionAbortedError
        return super().created(checkpoint)


# -- no complete response -----------------------------------------------------------------------------


def _whole(response: Response, version: str = "HTTP/1.1") -> bytes:
    return compose(response, version) + response.body


def _with_length(response: Response, length: Any) -> bytes:
    return (
        re.sub(rb"(?i)(content-length): \d+", rb"\1: %b" % str(length).encode(), compose(response))
        + response.body
    )


def _first_line(line: bytes) -> Callable[[Response, str], bytes]:
    return lambda response, _: line + b"\r\n" + _whole(response).partition(b"\r\n")[2]


def _with_header(line: bytes) -> Callable[[Response, str], bytes]:
    return lambda response, _: _whole(response).replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)


def _chunked(tail: bytes, size: bytes | None = None) -> Callable[[Response, str], bytes]:
    def write(response: Response, _: str) -> bytes:
        head = re.sub(rb"(?i)content-length: \d+", b"Transfer-Encoding: chunked", compose(response))
        return head + (size or b"%x" % len(response.body)) + b"\r\n" + response.body + b"\r\n" + tail

    return write


for _name, _fault, _write in (
    ("closed-after-headers", "The connection is closed after the headers.", lambda r, _: compose(r)),
    ("closed-in-headers", "The connection is closed within the headers.", lambda r, _: compose(r)[:40]),
    ("body-cut", "The connection is closed in the middle of the body.", lambda r, _: _whole(r)[:-40]),
    (
        "length-too-large",
        "Content-Length is larger than the body, and the connection is closed.",
        lambda r, _: _with_length(r, len(r.body) + 10),
    ),
    ("length-no-number", "Content-Length is not a number.", lambda r, _: _with_length(r, "all")),
    ("length-negative", "Content-Length is negative.", lambda r, _: _with_length(r, -1)),
    ("length-twice", "Two Content-Length headers differ.", _with_header(b"Content-Length: 2")),
    ("status-line-garbage", "The first line is not a status line.", _first_line(b"OK 200")),
    ("status-line-without-code", "The status line has no code.", _first_line(b"HTTP/1.1 OK")),
    ("status-code-of-four-digits", "The status code has four digits.", _first_line(b"HTTP/1.1 2000 OK")),
    ("status-code-of-two-digits", "The status code has two digits.", _first_line(b"HTTP/1.1 20 OK")),
    (
        "status-line-of-another-protocol",
        "The status line is of another protocol.",
        _first_line(b"ICAP/1.0 200 OK"),
    ),
    ("no-headers-at-all", "The body is sent without status line and headers.", lambda r, _: r.body),
    ("header-without-colon", "A header has no colon.", _with_header(b"X-Broken header")),
    ("header-with-space-in-name", "The name of a header has a space in it.", _with_header(b"X Broken: yes")),
    ("header-with-nul", "A header holds a NUL.", _with_header(b"X-Broken: a\0b")),
    ("header-without-name", "A header has no name.", _with_header(b": broken")),
    ("chunks-never-end", "The last chunk is missing, and the connection is closed.", _chunked(b"")),
    ("chunk-size-wrong", "The size of a chunk is larger than the chunk.", _chunked(b"0\r\n\r\n", b"ffff")),
    ("chunk-size-no-number", "The size of a chunk is not a number.", _chunked(b"0\r\n\r\n", b"size")),
):
    sends("HTTP-1", _name, _fault, _write, shows=(BASE, BASE), also=_BYTES)
sends(
    "HTTP-1",
    "length-twice-everywhere",
    "Two Content-Length headers of every response differ.",
    _with_header(b"Content-Length: 2"),
    anything,
    shows=(BASE, BASE),
    also=_BYTES,
)
for _name, _fault, _write in (
    ("closed-without-answer", "The connection is closed without an answer.", lambda *_: b""),
    (
        "only-continue",
        "Only 100 Continue is answered, and the connection is closed.",
        lambda *_: b"HTTP/1.1 100 Continue\r\n\r\n",
    ),
):
    sends("HTTP-3", _name, _fault, _write, shows=(BASE, BASE))
sends(
    "HTTP-3",
    "closed-without-answer-once-in-four",
    "One valid call in four is dropped without an answer.",
    lambda *_: b"",
    one_in=4,
    shows=[BASE.but(fresh=True)] * 4,
)
sends(
    "HTTP-1",
    "body-cut-once-in-five",
    "One body in five is cut.",
    lambda r, _: _whole(r)[:-9],
    one_in=5,
    also=_BYTES,
)
sends(
    "HTTP-1",
    "error-body-cut",
    "The body of an error is cut.",
    lambda r, _: _whole(r)[:-9],
    lambda request, response: request.method != "HEAD" and refused(request, response),
    also=_BYTES | {"HTTP-3": "inputs lead to a connection that breaks"},
)


@breaks("HTTP-1", shows=BASE, also=_BYTES)
class LengthTooLargeAndKeptOpen(Server):
    """Content-Length is ten larger than the body, and the connection stays open."""

    timeout = IMPATIENT

    def send(self, request: Request, response: Response) -> None:
        if accepted(request, response):
            request.connection.socket.sendall(_with_length(response, len(response.body) + 10))
        else:
            super().send(request, response)
