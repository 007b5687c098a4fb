"""Hostile servers: each accepts valid calls, and does its worst in the other answers or in the lists."""

from __future__ import annotations

import json
import struct
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Any

from mutants.service.refusals import CONDITIONS
from mutants.service.server import Server

if TYPE_CHECKING:
    import socket

    from mutants.service.wire import Connection, Request, Response

__all__ = ["HOSTILE"]

_PIECE = 1 << 14
_CHUNKED = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
HOSTILE: dict[str, type[Server]] = {}
"""Every hostile server, by what it does."""


class _Hostile(Server):
    """A server whose refusals are sent by `talk`."""

    def talk(self, sock: socket.socket) -> None:
        """Send an answer."""
        raise NotImplementedError

    def send(self, request: Request, response: Response) -> None:
        """Send a refusal as this server does, and anything else as it should be."""
        if response.status < HTTPStatus.BAD_REQUEST:
            super().send(request, response)
        else:
            self.talk(request.connection.socket)
            response.close = True


def _register(name: str, **members: Any) -> None:
    HOSTILE[name] = type("".join(map(str.capitalize, name.split())), (_Hostile,), members)


def _endless(name: str, beginning: bytes, piece: bytes) -> None:
    """Add a server whose answer begins so, and goes on with the piece for ever."""

    def talk(self: _Hostile, sock: socket.socket) -> None:
        sock.sendall(beginning)
        while not self.closing.is_set():
            sock.sendall(piece)

    _register(name, talk=talk)


def _slow(name: str, beginning: bytes, piece: bytes) -> None:
    """Add a server whose answer begins so, and goes on with the piece every now and then."""

    def talk(self: _Hostile, sock: socket.socket) -> None:
        sock.sendall(beginning)
        while not self.closing.wait(0.05):
            sock.sendall(piece)

    _register(name, talk=talk)


def _says(name: str, body: bytes, fields: bytes = b"", status: bytes = b"400 Bad Request") -> None:
    """Add a server with that body in a complete answer."""
    head = (
        b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%bConnection: close\r\n\r\n"
    )
    answer = head % (status, len(body), fields) + body
    _register(name, talk=lambda _, sock: sock.sendall(answer))


def _bytes(name: str, answer: bytes) -> None:
    """Add a server that answers with these bytes."""
    _register(name, talk=lambda _, sock: sock.sendall(answer))


def _error(text: str) -> bytes:
    return json.dumps({"error_code": "CSBS.9001", "error_msg": text}).encode()


_endless("body without end", b"HTTP/1.1 400 No\r\nContent-Length: 999999999999\r\n\r\n", b"x" * _PIECE)
_endless("body until close", b"HTTP/1.1 400 No\r\n\r\n", b"x" * _PIECE)
_endless("chunks without end", _CHUNKED, b"4000\r\n" + b"x" * _PIECE + b"\r\n")
_endless("chunks of one byte", _CHUNKED, b"1\r\nx\r\n" * 2048)
_endless("chunk extensions without end", _CHUNKED, b"1;a=" + b"b" * 8192 + b"\r\nx\r\n")
_endless("chunk extension of any length", _CHUNKED + b"1;a=", b"b" * _PIECE)
_endless("trailers without end", _CHUNKED + b"0\r\n", b"X-More: and more\r\n" * 512)
_endless("field without end", b"HTTP/1.1 400 No\r\nX-Long: ", b"y" * _PIECE)
_endless("fields without end", b"HTTP/1.1 400 No\r\n", b"X-More: and more\r\n" * 512)
_endless("interim answers without end", b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 512)
_endless("early hints without end", b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 256)
_endless("bytes that are no HTTP", b"", bytes(range(256)) * 64)
_endless("answers without end", b"", b"HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\n{}" * 256)
_slow("silence", b"", b"")
_slow("a dripping head", b"HTTP/1.1 400 No\r\nX-Slow: ", b"z")
_slow("a dripping body", b"HTTP/1.1 400 No\r\nContent-Length: 9999\r\n\r\n", b"z")
_slow("dripping interim answers", b"", b"HTTP/1.1 100 Continue\r\n\r\n")
_says("a message of 300 KB", _error("QUJD" * 75_000))
_says("a message of 240 KB", _error("QUJD" * 60_000))
_says(
    "what looks like a trace",
    _error('at a.b.C(D.java:1) File "/usr/lib/x.py", line 1 SELECT a FROM b ' * 3500),
)
_says("words without a break", _error("a." * 120_000))
_says("nesting without end", b"[" * 250_000)
_says("a nested object", b'{"a":' * 40_000 + b"1" + b"}" * 40_000)
_says("a huge integer", b'{"error_code": ' + b"9" * 250_000 + b"}")
_says("a huge exponent", b'{"error_code": 1e' + b"9" * 1000 + b"}")
_says("empty objects", b"[" + b"{}," * 80_000 + b"{}]")
_says("one member many times", b"{" + b'"a":1,' * 40_000 + b'"a":1}')
_says("half characters", b'{"error_code": "\\ud800", "error_msg": "' + b"\\udfff" * 40_000 + b'"}')
_says("a body said to be compressed", b"\x1f\x8b\x08" + bytes(250_000), b"Content-Encoding: gzip\r\n")
_says("a redirect in a circle", b"{}", b"Location: /v1\r\n", b"307 Temporary Redirect")
_says("fields of 60 KB", b"{}", b"X-Many: 1\r\n" * 5000)
_says("unavailable for a year", b"{}", b"Retry-After: 31536000\r\n", b"503 Unavailable")
_says("a limit for ever", b"{}", b"Retry-After: 0\r\n", b"429 Too Many Requests")
_says(
    "a pause beyond any calendar",
    b"{}",
    b"Retry-After: Fri, 31 Dec 9999 23:59:59 -2400\r\n",
    b"503 Unavailable",
)
_says("members without end", b"{" + b",".join(b'"k%d":0' % number for number in range(24_000)) + b"}")
_says("two lengths", _error("no"), b"Content-Length: 5\r\n")
_bytes("a length of 5,000 digits", b"HTTP/1.1 400 No\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}")
_bytes("a chunk size of 3,000 zeros", _CHUNKED + b"0" * 3000 + b"1\r\nx\r\n0\r\n\r\n")
_bytes("another protocol", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")


class _Resetting(_Hostile):
    """A server that resets the connection within the body."""

    def talk(self, sock: socket.socket) -> None:
        """Announce more than there is."""
        sock.sendall(b"HTTP/1.1 400 No\r\nContent-Length: 100\r\n\r\n{")
        sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))


class _Hasty(Server):
    """A server that answers before it is asked, and then once more."""

    def serve(self, connection: Connection) -> None:
        """Refuse first."""
        connection.socket.sendall(b"HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\n{}")
        super().serve(connection)


class _Forgetful(Server):
    """A server that knows nobody's token every other time."""

    turn = 0

    def respond(self, request: Request) -> Response:
        """Accept the first calls, so that the run begins."""
        self.turn += 1
        forgets = self.turn > 4 and self.turn % 2
        return self.refused(request, CONDITIONS["unauthenticated"]) if forgets else super().respond(request)


class _GrowingIds(Server):
    """A server whose checkpoint ids become longer and longer."""

    shown = 0

    def checkpoint_body(self, checkpoint: Any) -> dict[str, Any]:
        """Lengthen the id by more than the last."""
        self.shown += 1
        return super().checkpoint_body(checkpoint) | {"id": checkpoint.id + "0" * 20 * self.shown**2}


class _NewPages(Server):
    """A server whose every page is full of items under way that nobody has seen."""

    shown = 0

    def list_items(self, request: Request, _project: str) -> Response:
        """Name each item and its checkpoint anew."""
        limit = request.query.get("limit", "1000")
        self.shown += 1
        names = [f"{self.shown}-{place}" for place in range(int(limit) if limit in ("100", "1000") else 1)]
        items = [_OLD | {"id": name, "checkpoint_id": name, "status": "protecting"} for name in names]
        return self.json(200, {"checkpoint_items": items})


class _NewPolicies(Server):
    """A server whose every page is full of policies that nobody has seen."""

    shown = 0

    def list_policies(self, request: Request, project: str) -> Response:
        """Fill the page with copies of the first policy."""
        self.shown += 1
        first = self.policy_body(self.listed_policies(project)[0])
        count = min(int(request.query.get("limit", "1")), 1000)
        copies = [first | {"id": f"{self.shown}-{place}"} for place in range(count)]
        return self.json(200, {"policies": copies})


class _ManyItems(Server):
    """A server with 50,000 items from before."""

    def list_items(self, request: Request, project: str) -> Response:
        """Return a page of them, made only of those that are on it."""
        query = request.query
        if "checkpoint_id" in query or not query.get("limit", "1000").isdigit():
            return super().list_items(request, project)
        marker, limit = query.get("marker", ""), int(query.get("limit", "1000"))
        first = int(marker.rpartition("-")[2]) + 1 if marker.startswith("old-") else 0
        own: list[dict[str, Any]] = []
        if not marker:
            response = super().list_items(request, project)
            own = json.loads(response.body)["checkpoint_items"]
        old = [
            _OLD | {"id": f"old-{number}", "checkpoint_id": f"checkpoint-{number // 3}"}
            for number in range(first, min(first + limit - len(own), 50_000))
        ]
        return self.json(200, {"checkpoint_items": own + old})


_OLD = {
    "status": "available",
    "created_at": "2016-12-06T21:20:29.898823",
    "updated_at": "2016-12-06T21:31:02.104551",
    "name": "manualbk_server0",
    "description": "",
    "resource_id": "7a32a8b5-7977-4e24-b5da-e0eb457db75b",
    "resource_type": "OS::Nova::Server",
    "tags": [],
    "extend_info": {"auto_trigger": False, "size": 40},
    "backup_data": {},
}


class _SamePage(Server):
    """A server that answers every marker with the first page."""

    def list_items(self, request: Request, _project: str) -> Response:
        """Ignore the marker, and fill the page."""
        limit = int(request.query.get("limit", "1000"))
        old = [_OLD | {"id": f"old-{number}", "checkpoint_id": "c"} for number in range(limit)]
        return self.json(200, {"checkpoint_items": old})


class _AlwaysOneMore(Server):
    """A server whose every page has one entry that is new."""

    def list_policies(self, request: Request, project: str) -> Response:
        """Return a policy nobody has seen."""
        body = json.loads(super().list_policies(request, project).body)
        self.shown = getattr(self, "shown", 0) + 1
        body["policies"] = [body["policies"][0] | {"id": f"policy-{self.shown}"}] if body["policies"] else []
        return self.json(200, body)


class _LongIds(Server):
    """A server with a checkpoint id of 200 KB."""

    def checkpoint_body(self, checkpoint: Any) -> dict[str, Any]:
        """Lengthen the id."""
        return super().checkpoint_body(checkpoint) | {"id": checkpoint.id + "0" * 200_000}


HOSTILE |= {
    "50,000 items": _ManyItems,
    "a page that follows itself": _SamePage,
    "always one more": _AlwaysOneMore,
    "an id of 200 KB": _LongIds,
    "a reset in the body": _Resetting,
    "an answer before the request": _Hasty,
    "a token known every other time": _Forgetful,
    "ids that grow": _GrowingIds,
    "each page a new one": _NewPages,
    "policies without end": _NewPolicies,
}
