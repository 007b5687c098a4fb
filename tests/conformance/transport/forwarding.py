"""A proxy that forwards, for tests of the way to a server."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from conformance.transport.peers import OK, Peer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def proxy(status: bytes = b"200 OK") -> Iterator[tuple[int, list[bytes]]]:
    """Run a proxy that tunnels CONNECT and answers anything else itself; yield its port and what it heard."""
    heard: list[bytes] = []

    def talk(peer: Peer) -> None:
        heard.append(peer.head())
        if not heard[-1].startswith(b"CONNECT"):
            peer.say(OK)
            return
        peer.say(b"HTTP/1.1 " + status + b"\r\n\r\n")
        if status.startswith(b"2"):
            _, target, _ = heard[-1].split(b" ", 2)
            host, port = target.decode().split(":")
            with socket.create_connection((host, int(port))) as onward:
                back = threading.Thread(target=_copy, args=(onward, peer.socket), daemon=True)
                back.start()
                _copy(peer.socket, onward)
                back.join()

    with serving(talk) as endpoint:
        yield endpoint.port, heard


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):  # either side may reset what it no longer needs
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x0a"
