"""Mutants of HTTP-3: inputs on which the server hangs or drops the connection."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...framework.mutant import OUTSIDE, breaks, condition_name, malformed, refusing, replaces
from ...framework.shapes import IMPATIENT, hangs, refused
from ...framework.shots import BASE, document
from ...service.refusals import Condition
from ...service.server import Server
from ...service.wire import compose
from ...service.world import TOKENS

if TYPE_CHECKING:
    from ...service.wire import Connection, Request, Response

_TEXT = BASE.octets


def _whose(*ids: str) -> dict[str, str]:
    return dict.fromkeys(ids, "it says what the answer to this input is")


def _not_utf8(body: bytes) -> bool:
    return body.decode(errors="replace").encode() != body


def _in_chunks(request: Request) -> bool:
    return request.header("transfer-encoding") is not None


class _Dropping(Server):
    """Ends the connection without an answer on some inputs."""

    def drops(self, request: Request) -> bool:
        """Return whether the input ends the connection."""
        raise NotImplementedError

    def respond(self, request: Request) -> Response:
        if self.drops(request):
            raise ConnectionAbortedError
        return super().respond(request)


@breaks("HTTP-3", shows=BASE.but(body=b"{\xff}"), also=_whose("REQ-7"))
class DropOnInvalidUtf8(_Dropping):
    """A body that is not UTF-8 ends the connection without an answer."""

    def drops(self, request: Request) -> bool:
        return not request.oversize and _not_utf8(request.body)


@breaks("HTTP-3", shows=BASE.but(body=b""), also=_whose("REQ-7"))
class DropOnEmptyBody(_Dropping):
    """A call without a body ends the connection without an answer."""

    def drops(self, request: Request) -> bool:
        return request.method == "POST" and not request.body and not request.oversize


@breaks("HTTP-3", shows=BASE.but(token="x" * 9000), also=_whose("AUTH-2"))
class DropOnLongToken(_Dropping):
    """A header of more than 4 KiB ends the connection without an answer."""

    def drops(self, request: Request) -> bool:
        return any(len(value) > 4096 for _, value in request.headers)


@breaks("HTTP-3", shows=BASE.but(body=b'{"checkpoint":' + b"[" * 10_000), also=_whose("REQ-17", "REQ-7"))
class DropOnDeepNesting(_Dropping):
    """Deep nesting kills the worker, and with it the connection."""

    def drops(self, request: Request) -> bool:
        return request.body.count(b"[") > 5000 or request.body.count(b"{") > 5000


@breaks(
    "HTTP-3",
    shows=BASE.but(
        headers=(("Transfer-Encoding", "chunked"),),
        body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(_TEXT), _TEXT),
    ),
    also=_whose("REQ-1", "FUZZ-1"),
)
class DropOnChunkedBody(_Dropping):
    """A chunked body ends the connection without an answer."""

    def drops(self, request: Request) -> bool:
        return _in_chunks(request)


@breaks("HTTP-3", shows=BASE.but(method="PUT"), also=_whose("HTTP-4"))
class DropOnOtherMethod(_Dropping):
    """PUT, PATCH and DELETE end the connection without an answer."""

    def drops(self, request: Request) -> bool:
        return request.method in ("PUT", "PATCH", "DELETE") and request.path.endswith("/checkpoints")


for _name, _fault, _code, _shot, _also in (
    (
        "on-malformed-json",
        "Malformed JSON makes the server wait for the rest.",
        "invalid-request",
        BASE.but(body=b"{"),
        _whose("REQ-7"),
    ),
    (
        "on-unknown-policy",
        "An unknown policy is looked for until it appears.",
        "policy-not-found",
        BASE.but(body=document(OUTSIDE)),
        _whose("NF-1", "NF-2"),
    ),
    (
        "on-unknown-provider",
        "Another provider's service is waited for.",
        "unknown-provider",
        BASE.but(provider=OUTSIDE),
        _whose("REQ-16"),
    ),
    (
        "on-unknown-token",
        "A token that is unknown is asked for at a service that never answers.",
        "unauthenticated",
        BASE.but(token="x"),
        _whose("AUTH-1", "AUTH-2", "AUTH-3"),
    ),
    (
        "on-large-body",
        "A body over the limit is never answered.",
        "too-large",
        BASE.but(body=document("x" * (1 << 20))),
        _whose("REQ-17"),
    ),
):
    hangs(
        "HTTP-3",
        f"hang-{_name}",
        _fault,
        lambda request, response, _code=_code: (
            response.status >= 400
            and _code == condition_name(Condition(0, "", json.loads(response.body)["error_msg"]))
            and (_code != "invalid-request" or malformed(request.body))
            and (
                _code != "unauthenticated"
                or request.header("x-auth-token") not in (None, "", TOKENS["expired"])
            )
        ),
        shows=_shot,
        also=_also,
    )


hangs(
    "HTTP-3",
    "hang-on-every-refusal",
    "Nothing that is refused is ever answered.",
    refused,
    shows=BASE.but(body=b"{"),
    also=_whose("REQ-7"),
)


@breaks("HTTP-3", shows=BASE.but(body=b"{"), also=_whose("HTTP-1"))
class ErrorsNeverEnd(Server):
    """Content-Length of an error is one larger than the body, and the connection stays open."""

    timeout = IMPATIENT

    def send(self, request: Request, response: Response) -> None:
        if refused(request, response):
            length = len(response.body)
            head = compose(response).replace(b"Length: %d" % length, b"Length: %d" % (length + 1))
            request.connection.socket.sendall(head + response.body)
        else:
            super().send(request, response)


@breaks("HTTP-3", shows=BASE.but(headers=(("Expect", "100-continue"),), body=b"x"), also=_whose("REQ-1"))
class HangOnExpectation(Server):
    """A request that expects 100-continue is not answered at all."""

    timeout = IMPATIENT

    def read(self, connection: Connection) -> Request | None:
        request = super().read(connection)
        if request is not None and request.header("expect"):
            self.linger(self.timeout * 1.5)
            raise ConnectionAbortedError
        return request


_CHUNKED = BASE.but(
    headers=(("Transfer-Encoding", "chunked"),),
    body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(BASE.octets), BASE.octets),
)
for _name, _fault, _status in (
    ("chunked-taken-for-empty", "A body in chunks is taken for none, and answered 400.", 400),
    ("chunked-not-implemented", "A body in chunks gets 501.", 501),
    ("chunked-forbidden", "A filter refuses what it cannot read, a body in chunks, with 403.", "forbidden"),
):
    replaces("HTTP-7", _name, _fault, "route", refusing(_status), _in_chunks, shows=_CHUNKED)


@breaks("HTTP-3", shows=_CHUNKED, also=_whose("HTTP-1", "HTTP-7"))
class HangOnChunkedBody(Server):
    """The length of a body in chunks is not known, and the server waits for it."""

    timeout = IMPATIENT

    def respond(self, request: Request) -> Response:
        if _in_chunks(request):
            self.linger(self.timeout * 1.5)
            raise ConnectionAbortedError
        return super().respond(request)


@breaks(
    "HTTP-7",
    shows=_CHUNKED.but(
        body=b"2\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (BASE.octets[:2], len(BASE.octets) - 2, BASE.octets[2:])
    ),
)
class OnlyTheFirstChunkCounts(Server):
    """Of a body in chunks only the first is taken for the body."""

    def read(self, connection: Connection) -> Request | None:
        request = connection.read_request()
        if request is None:
            return None
        first = b""
        if _in_chunks(request):
            first = connection.reader.read(int(connection.reader.readline(), 16))
            connection.reader.readline()
        connection.read_body(request)
        request.body = first or request.body
        self.count(request)
        return request
