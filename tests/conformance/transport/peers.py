"""Servers of a few bytes, for tests of the connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.exchange import (
    Exchange,
    Framing,
    Request,
)
from checkpoint_conformance.transport.socket_transport import SocketTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


GET = Request("GET", "/v1/x")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Peer:
    """The server's side of one connection."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self.socket = sock
        self.stopping = stopping
        self.reader = sock.makefile("rb")

    def head(self) -> bytes:
        """Read a request up to the empty line; nothing where the client closed."""
        lines = []
        while line := self.reader.readline():
            lines.append(line)
            if line == b"\r\n":
                break
        return b"".join(lines)

    def say(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)


@contextlib.contextmanager
def serving(talk: Callable[[Peer], object]) -> Iterator[Endpoint]:
    """Give each connection to `talk`, in a thread of its own, and close it afterwards."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()
    threads: list[threading.Thread] = []

    def serve(sock: socket.socket) -> None:
        peer = Peer(sock, stopping)
        with sock, peer.reader, contextlib.suppress(ConnectionError):  # the client may leave first
            talk(peer)

    def accept() -> None:
        while True:
            sock, _ = listener.accept()
            if stopping.is_set():
                sock.close()
                return
            threads.append(threading.Thread(target=serve, args=(sock,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    port = listener.getsockname()[1]
    try:
        yield Endpoint(f"http://127.0.0.1:{port}", proxy="")
    finally:
        stopping.set()
        socket.create_connection(("127.0.0.1", port)).close()
        acceptor.join()
        for thread in threads:
            thread.join()
        listener.close()


def once(talk: Callable[[Peer], object], request: Request = GET, timeout: float = 10.0) -> Exchange:
    """Return the exchange of one request on a connection of its own."""
    with serving(talk) as endpoint, SocketTransport(endpoint, timeout).connect() as connection:
        return connection.exchange(request)


def answering(*answer: bytes) -> Callable[[Peer], object]:
    """Return a talk that reads a head, says the bytes and closes."""

    def talk(peer: Peer) -> None:
        peer.head()
        for part in answer:
            peer.say(part)

    return talk


def told(request: Request) -> bytes:
    """Return every byte that a request puts on the wire."""
    heard: list[bytes] = []

    def talk(peer: Peer) -> None:
        heard.append(peer.head())
        if request.body:
            ending = b"0\r\n\r\n" if request.framing is Framing.CHUNKED else request.body[-1:]
            data = b""
            while not data.endswith(ending):
                data += peer.reader.read1()
            heard.append(data)
        peer.say(OK)

    assert once(talk, request).status == 200
    return b"".join(heard)
