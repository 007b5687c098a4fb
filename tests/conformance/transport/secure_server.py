"""The conforming server over TLS, with the certificates of a private authority."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any

from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.transport.tls import TlsSettings
from mutants.service.server import Server, running

from conformance.transport.peers import GET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Secure(Server):
    """The conforming server over TLS."""

    context: ssl.SSLContext

    def serve(self, connection: Any) -> None:
        """Shake hands before the first request."""
        with contextlib.suppress(ssl.SSLError):  # the client refuses the certificate, or has none
            connection.socket = self.context.wrap_socket(connection.socket, server_side=True)
            connection.reader.close()
            connection.reader = connection.socket.makefile("rb")
            super().serve(connection)

    def target(self) -> dict[str, Any]:
        """Return the target with the scheme of TLS."""
        table = super().target()
        return table | {"url": table["url"].replace("http:", "https:"), "proxy": ""}


class Silent(Secure):
    """Closes a connection that does not begin with a handshake (RFC 8446, 5.1), without an alert."""

    def serve(self, connection: Any) -> None:
        """Look at the first byte before the handshake."""
        if connection.socket.recv(1, socket.MSG_PEEK) == b"\x16":
            super().serve(connection)


@contextlib.contextmanager
def secure(
    pki: Path, *, demand_client: bool = False, behaviour: type[Secure] = Secure
) -> Iterator[dict[str, Any]]:
    """Run the server with the authority's certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki / "ca.pem"))
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED if demand_client else ssl.CERT_NONE
    with running(type("Own", (behaviour,), {"context": context})) as table:
        yield table


def ask(table: dict[str, Any], request: Request = GET, **tls: Any) -> Exchange:
    """Return one exchange with a server."""
    with SocketTransport(Endpoint(table["url"], TlsSettings(**tls), ""), 10).connect() as connection:
        return connection.exchange(request)
