"""A raw client that sends requests and returns a transcript in which only faults differ.

Every request is a `Shot`. Correct ids and times become `<uuid 1>` and `<now>`, so that two conforming
servers of the same kind have the same transcript, and a repeated id is visible.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from ..service.world import POLICY, PROJECT, PROVIDER, TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "BASE",
    "DELETE_NEWEST",
    "Client",
    "Shot",
    "checkpoint",
    "document",
    "get",
    "item_list",
    "parameters",
    "pause",
    "responses",
    "transcript",
]

_KNOWN = {
    POLICY.id,
    *(known for resource in POLICY.resources for known in (resource.id, *resource.excluded)),
}
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?=\\?\")")
_CLOSE = "<closed>"


def document(plan_id: Any = POLICY.id, **parameters: Any) -> dict[str, Any]:
    """Return a request body as a JSON value."""
    return {"checkpoint": {"plan_id": plan_id, "parameters": parameters}}


@dataclass(frozen=True)
class Shot:
    """One request.

    If `copies` is more than one, that many are sent at once, each on its own connection. `fresh` asks for a
    new connection, `pause` waits instead of sending, and `newest` appends the latest id to the path.
    """

    body: Any = field(
        default_factory=lambda: document(auto_trigger=False, resources=[r.id for r in POLICY.resources[:2]])
    )
    method: str = "POST"
    project: str = PROJECT
    provider: str = PROVIDER
    path: str | None = None
    token: str | None = TOKENS["demo"]
    content_type: str | None = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    copies: int = 1
    pause: float = 0.0
    fresh: bool = False
    newest: bool = False

    def but(self, **changes: Any) -> Shot:
        """Return a copy of the request with these changes."""
        return replace(self, **changes)

    @property
    def octets(self) -> bytes:
        """The body as sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    @property
    def collection(self) -> str:
        """The path of the operation."""
        return f"/v1/{self.project}/providers/{self.provider}/checkpoints"

    def encode(self, host: str, prefix: str) -> bytes:
        """Return the bytes of the request."""
        path = self.path or self.collection
        lines = [f"{self.method} {prefix}{path} HTTP/1.1", f"Host: {host}"]
        if self.token is not None:
            lines.append(f"X-Auth-Token: {self.token}")
        if self.content_type is not None:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.method not in ("GET", "HEAD") and not any(n == "Transfer-Encoding" for n, _ in self.headers):
            lines.append(f"Content-Length: {len(self.octets)}")
        head = "\r\n".join([*lines, "", ""]).encode("utf-8")
        return head + (b"" if self.method in ("GET", "HEAD") else self.octets)


BASE = Shot()
"""The documented request: two resources, triggered manually."""
DELETE_NEWEST = BASE.but(method="DELETE", newest=True, body=b"", content_type=None)
"""A deletion of the latest checkpoint."""


def parameters(value: Any) -> Shot:
    """Return the request with these `parameters`."""
    return BASE.but(body={"checkpoint": {"plan_id": POLICY.id, "parameters": value}})


def checkpoint(value: Any) -> Shot:
    """Return the request with this `checkpoint`."""
    return BASE.but(body={"checkpoint": value})


def get(path: str) -> Shot:
    """Return a GET of `path` below the project."""
    return BASE.but(method="GET", path=f"/v1/{PROJECT}/{path}", content_type=None)


def item_list(query: str = "") -> Shot:
    """Return a GET of the checkpoint items."""
    return get(f"checkpoint_items{query}")


def pause(seconds: float) -> Shot:
    """Return a shot that sends nothing and waits."""
    return BASE.but(pause=seconds)


class Client(Protocol):
    """Sends requests, and returns each response as text, or how it failed to arrive."""

    def send(self, shot: Shot) -> str:
        """Send one request."""
        ...

    def send_at_once(self, shot: Shot) -> list[str]:
        """Send the copies of a request at once, each on its own connection."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class _SocketClient:
    """One connection at a time, opened again when the server has closed it."""

    def __init__(self, url: str, timeout: float) -> None:
        self.url = url
        authority, slash, prefix = url.removeprefix("http://").partition("/")
        self.host, self.prefix, self.timeout = authority, slash + prefix, timeout
        self.socket: socket.socket | None = None
        self.rest = b""
        self.deadline = 0.0

    def send(self, shot: Shot) -> str:
        """Return the server's response, or how it failed to respond."""
        for attempt in (1, 2):
            reused = self.socket is not None and not shot.fresh
            if not reused:
                self.close()
                host, _, port = self.host.partition(":")
                try:
                    self.socket = socket.create_connection((host, int(port)), self.timeout)
                except ConnectionRefusedError:
                    return "<refused connection>"
                self.socket.settimeout(self.timeout)
            text = self._exchange(shot)
            if text != _CLOSE or not reused or attempt == 2:
                return text
        raise AssertionError("unreachable")

    def _exchange(self, shot: Shot) -> str:
        assert self.socket is not None
        self.deadline = time.monotonic() + self.timeout
        try:
            with contextlib.suppress(ConnectionError):  # refused early: the response may still be readable
                self.socket.sendall(shot.encode(self.host, self.prefix))
            return self._read(shot.method == "HEAD")
        except TimeoutError:
            self.close()
            return "<no answer>"
        except ConnectionError:
            self.close()
            return _CLOSE

    def _read(self, bodiless: bool) -> str:
        head = self._head()
        if head is None:
            text = f"<broken {self.rest!r}>" if self.rest else _CLOSE
            self.close()
            return text
        lower = head.lower()
        body = b"" if bodiless or b" 204 " in lower.split(b"\r\n")[0] else self._body(lower)
        if re.search(rb"connection:\s*close", lower) or lower.startswith(b"http/1.0"):
            self.close()
        return f"{head.decode('latin-1')}\n\n{body.decode('utf-8', 'backslashreplace')}"

    def _head(self) -> bytes | None:
        while True:
            while b"\r\n\r\n" not in self.rest:
                if not self._more():
                    return None
            head, _, self.rest = self.rest.partition(b"\r\n\r\n")
            if not re.match(rb"HTTP/1\.[01] 1\d\d", head):
                return head

    def _body(self, head: bytes) -> bytes:
        if b"transfer-encoding: chunked" in head:
            return self._chunks()
        length = re.search(rb"content-length:\s*(\d+)", head)
        wanted = int(length[1]) if length else None
        while wanted is None or len(self.rest) < wanted:
            if not self._more():
                self.rest += b"<end>"
                wanted = None
                break
        body, self.rest = self.rest[:wanted], self.rest[wanted:] if wanted is not None else b""
        return body

    def _chunks(self) -> bytes:
        body = b""
        while match := self._line(rb"([0-9a-fA-F]+)[^\r]*\r\n"):
            size = int(match[1], 16)
            while len(self.rest) < size + 2:
                if not self._more():
                    return body + self.rest + b"<end>"
            body, self.rest = body + self.rest[:size], self.rest[size + 2 :] if size else self.rest
            if not size:
                break
        while (match := self._line(rb"([^\r]*)\r\n")) and match[1]:
            pass
        return body + (b"" if match else b"<end>")

    def _line(self, pattern: bytes) -> re.Match[bytes] | None:
        while b"\r\n" not in self.rest:
            if not self._more():
                return None
        match = re.match(pattern, self.rest)
        self.rest = self.rest[match.end() :] if match else self.rest
        return match

    def _more(self) -> bool:
        assert self.socket is not None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        block = self.socket.recv(65536)
        self.rest += block
        return bool(block)

    def send_at_once(self, shot: Shot) -> list[str]:
        """Send the copies of a request at once, each on its own connection."""
        answers: list[str] = []

        def one() -> None:
            client = _SocketClient(self.url, self.timeout)
            answers.append(client.send(shot))
            client.close()

        threads = [threading.Thread(target=one) for _ in range(shot.copies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def close(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            self.socket.close()
        self.socket, self.rest = None, b""


def transcript(
    url: str, shots: Iterable[Shot], timeout: float = 5.0, wait: Callable[[float], None] = time.sleep
) -> list[str]:
    """Send `shots` to a URL in turn and return the responses, with ids and times normalized.

    `wait` lets the seconds of a pause pass for the server.
    """
    return responses(_SocketClient(url, timeout), shots, wait, time.time)


def responses(
    client: Client, shots: Iterable[Shot], wait: Callable[[float], None], now: Callable[[], float]
) -> list[str]:
    """Send `shots` in turn with a client, close it and return the responses, with ids and times normalized.

    `wait` lets the seconds of a pause pass for the server, and `now` is its clock.
    """
    answers: list[str] = []
    newest = ""
    for given in shots:
        shot = given.but(path=f"{given.collection}/{newest}") if given.newest else given
        if shot.pause:
            wait(shot.pause)
        elif shot.copies > 1:
            answers += client.send_at_once(shot)
        else:
            answers.append(client.send(shot))
            made = re.search(r'"checkpoint": \{"id": "([^"]+)"', answers[-1])
            newest = made[1] if made else newest
    client.close()
    return _normal(answers, now())


def _normal(answers: list[str], now: float) -> list[str]:
    seen: dict[str, str] = {}
    rules: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
        (_UUID, lambda m: m[0] if m[0] in _KNOWN else seen.setdefault(m[0], f"<uuid {len(seen) + 1}>")),
        (_TIME, lambda m: "<now>" if _recent(m[0], now) else m[0]),
    ]
    for pattern, replacement in rules:
        answers = [pattern.sub(replacement, answer) for answer in answers]
    return [re.sub(r"(?i)(content-length: )\d+", r"\1<n>", answer) for answer in answers]


def _recent(text: str, now: float) -> bool:
    with contextlib.suppress(ValueError):
        return abs(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() - now) < 200
    return False
