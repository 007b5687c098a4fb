"""A relay in front of a server that keeps every byte, so that a test sees what a client really sent."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Exchange", "Relay", "relayed"]

_REQUEST_LINE = re.compile(rb"[A-Z]+ /")


@dataclass
class Exchange:
    """The bytes of one request and of its response."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)

    @property
    def request(self) -> Any:
        """Return the JSON value that the client sent."""
        return json.loads(self.sent.partition(b"\r\n\r\n")[2])

    @property
    def status(self) -> int:
        """Return the status of the response."""
        return int(self.received.split(b" ", 2)[1])

    @property
    def response(self) -> Any:
        """Return the JSON value that the client received."""
        return json.loads(self.received.partition(b"\r\n\r\n")[2])


@dataclass
class Relay:
    """What a client that makes one call after the other has exchanged, on whatever connections."""

    url: str
    exchanges: list[Exchange] = field(default_factory=list)

    def sent(self, data: bytes) -> None:
        """Keep bytes of the client: behind a response begins the next request, or a body comes late."""
        if not self.exchanges or (self.exchanges[-1].received and _REQUEST_LINE.match(data)):
            self.exchanges.append(Exchange())
        self.exchanges[-1].sent += data

    def received(self, data: bytes) -> None:
        """Keep bytes of the server."""
        self.exchanges[-1].received += data


@contextmanager
def relayed(url: str) -> Iterator[Relay]:
    """Relay connections to the server of a URL while the context lasts."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    listener = socket.create_server(("127.0.0.1", 0))
    kept = Relay(f"http://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []

    def receive(server: socket.socket, client: socket.socket) -> None:
        while data := server.recv(65536):
            kept.received(data)
            client.sendall(data)
        client.shutdown(socket.SHUT_WR)

    def relay(client: socket.socket) -> None:
        with client, socket.create_connection((host, int(port))) as server:
            back = threading.Thread(target=receive, args=(server, client))
            back.start()
            while data := client.recv(65536):
                kept.sent(data)
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
            back.join()

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # the listener is closed
                return
            threads.append(threading.Thread(target=relay, args=(client,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    yield kept
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in (accepting, *threads):
        thread.join()
