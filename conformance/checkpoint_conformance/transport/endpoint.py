"""Where a target listens, and how to connect to it: TLS, client certificates, proxies."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import h11

from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock

__all__ = ["Endpoint", "EndpointError", "TlsSettings"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LEAST = 0.001
"""The minimum socket timeout in seconds: 0 would make the socket non-blocking."""


class EndpointError(Exception):
    """No connection could be opened; the message says which step failed and why."""

    refused = False
    """Whether the server's own address refused the connection."""


@dataclass(frozen=True)
class TlsSettings:
    """How to verify the server's certificate, and which client certificate to present."""

    verify: bool = True
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Build the context. Raises OSError if a file cannot be used, for example an encrypted key."""
        with _named(f"ca_file {self.ca_file}"):
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.client_certificate:
            key = f", client_key {self.client_key}" if self.client_key else ""
            with _named(f"client_certificate {self.client_certificate}{key}"):
                context.load_cert_chain(self.client_certificate, self.client_key, _no_password)
        return context


@contextmanager
def _named(files: str) -> Generator[None]:
    """Add to an error which files could not be used."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{files}: {error.strerror or error}") from error


def _no_password() -> str:
    """Keep OpenSSL from prompting on the terminal for the password of an encrypted key."""
    return ""


class Endpoint:
    """The origin of a target's URL, and how to reach it."""

    def __init__(self, url: str, tls: TlsSettings | None = None, proxy: str | None = None) -> None:
        """Take the URL's origin and prefix; `proxy` overrides the environment, and "" means none.

        Raises OSError if a certificate file cannot be used, and EndpointError if the proxy cannot.
        """
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or ""
        self.port = parts.port or _DEFAULT_PORTS[self.scheme]
        self.prefix = parts.path.rstrip("/")
        self._context = (tls or TlsSettings()).context() if self.scheme == "https" else None
        self._proxy = self._find_proxy(proxy)

    @property
    def authority(self) -> str:
        """The value of `Host`, with the port only if it is not the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def request_target(self, path: str) -> str:
        """Return the request target: absolute through a plain proxy, else the path (RFC 9112, 3.2)."""
        if self._proxy and self.scheme == "http":
            return f"http://{self.authority}{self.prefix}{path}"
        return self.prefix + path

    def proxy_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the proxy's credentials if a plain request goes through one."""
        return self._proxy_authorization() if self.scheme == "http" else ()

    def connect(self, timeout: float, clock: Clock = SYSTEM_CLOCK) -> socket.socket:
        """Open a connection within `timeout` seconds, through proxy and TLS.

        Raises EndpointError if a step fails or takes too long.
        """
        host, port, deadline = self.host, self.port, clock.monotonic() + timeout
        if self._proxy:
            host, port = self._proxy.hostname or "", self._proxy.port or 8080
        try:
            connection = socket.create_connection((host, port), timeout)
        except OSError as error:
            failure = EndpointError(f"no connection to {host}:{port}: {error}")
            failure.refused = isinstance(error, ConnectionRefusedError) and not self._proxy
            raise failure from error
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                return connection
            if self._proxy:
                self._open_tunnel(connection, deadline, clock)
            connection.settimeout(max(deadline - clock.monotonic(), _LEAST))
            return self._context.wrap_socket(connection, server_hostname=self.host)
        except EndpointError:
            connection.close()
            raise
        except (OSError, h11.RemoteProtocolError) as error:
            connection.close()
            raise EndpointError(f"no TLS connection to {self.authority}: {error}") from error

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine and reached without a proxy."""
        if self._proxy:
            return False
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")

    def host_answers(self, timeout: float) -> bool:
        """Return whether the host accepts another connection by the same route.

        On a loopback address it always does. Elsewhere the default ports of HTTP are tried, and nothing is
        sent. A proxy hides the host, so through one the answer is no.
        """
        if self._proxy or self.is_loopback:
            return not self._proxy
        for port in {*_DEFAULT_PORTS.values()} - {self.port}:
            try:
                socket.create_connection((self.host, port), timeout).close()
            except OSError:
                continue
            return True
        return False

    def _find_proxy(self, configured: str | None) -> SplitResult | None:
        if configured is None:
            if proxy_bypass(self.host):
                return None
            configured = getproxies().get(self.scheme, "")
        if not configured:
            return None
        proxy = None
        try:
            proxy = urlsplit(configured if "://" in configured else f"http://{configured}")
            usable = proxy.scheme == "http" and bool(proxy.hostname) and proxy.port != 0
        except ValueError:
            usable = False
        if proxy is None or not usable:
            raise EndpointError(f"the proxy for {self.scheme} is no http:// URL of a host")
        return proxy

    def _proxy_authorization(self) -> tuple[tuple[str, str], ...]:
        if not self._proxy or not self._proxy.username:
            return ()
        pair = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
        return (("Proxy-Authorization", "Basic " + base64.b64encode(pair.encode()).decode()),)

    def _open_tunnel(self, connection: socket.socket, deadline: float, clock: Clock) -> None:
        tunnel = h11.Connection(our_role=h11.CLIENT)
        target = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        headers = [("Host", target), *self._proxy_authorization()]
        request = h11.Request(method="CONNECT", target=target, headers=headers)
        connection.sendall(tunnel.send(request) or b"")
        event = tunnel.next_event()
        while event is h11.NEED_DATA or isinstance(event, h11.InformationalResponse):
            connection.settimeout(max(deadline - clock.monotonic(), _LEAST))
            tunnel.receive_data(connection.recv(65536))
            event = tunnel.next_event()
        if not isinstance(event, h11.Response) or not 200 <= event.status_code < 300:
            status = event.status_code if isinstance(event, h11.Response) else "no answer"
            raise EndpointError(f"the proxy refused a tunnel to {target}: {status}")
