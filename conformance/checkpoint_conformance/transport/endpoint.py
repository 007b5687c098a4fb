"""Where a target listens, and how to connect to it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock
from checkpoint_conformance.transport.errors import EndpointError, Step
from checkpoint_conformance.transport.exchange import Headers, Request
from checkpoint_conformance.transport.proxy import LEAST_TIMEOUT, find_proxy
from checkpoint_conformance.transport.tls import TlsSettings, handshake_error

__all__ = ["Endpoint", "Sign", "is_loopback"]

Sign = Callable[[str, str, Headers, bytes], Headers]
"""Returns the headers that sign a request, given its method, URL, headers and body; raises EndpointError."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HANDSHAKE = 3.0
"""Seconds within which a port that speaks TLS completes a handshake."""


def is_loopback(host: str) -> bool:
    """Return whether the host is this machine itself (RFC 1122, 3.2.1.3; RFC 6761, 6.3)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Endpoint:
    """The origin of a target's URL, and how to reach it."""

    def __init__(
        self, url: str, tls: TlsSettings | None = None, proxy: str | None = None, sign: Sign | None = None
    ) -> None:
        """Take the URL's origin and prefix; `proxy` overrides the environment, and "" means none.

        Raises OSError if a certificate file cannot be used, and EndpointError if the proxy cannot.
        """
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or ""
        self.port = parts.port or _DEFAULT_PORTS[self.scheme]
        self.prefix = parts.path.rstrip("/")
        self.proxy = find_proxy(self.scheme, self.host, self.port, proxy)
        self._sign = sign
        self._context = (tls or TlsSettings()).context() if self.scheme == "https" else None

    @property
    def authority(self) -> str:
        """The value of `Host`, with the port only if it is not the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def request_target(self, path: str) -> str:
        """Return the request target: absolute through a plain proxy, else the path (RFC 9112, 3.2)."""
        if self.proxy and self.scheme == "http":
            return f"http://{self.authority}{self.prefix}{path}"
        return self.prefix + path

    def proxy_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the proxy's credentials if a plain request goes through one."""
        return self.proxy.authorization() if self.proxy and self.scheme == "http" else ()

    def signature(self, request: Request, headers: Headers) -> Headers:
        """Return the headers that sign a request with these headers. Raises EndpointError if that fails."""
        if self._sign is None:
            return ()
        url = f"{self.scheme}://{self.authority}{self.prefix}{request.path}"
        return self._sign(request.method, url, headers, request.body)

    def signed(self, request: Request, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the headers of a request with its signature, which replaces headers of the same name.

        Raises EndpointError if signing fails.
        """
        signature = self.signature(request, tuple(fields))
        names = {name.lower() for name, _ in signature}
        return [*(field for field in fields if field[0].lower() not in names), *signature]

    def connect(self, timeout: float, clock: Clock = SYSTEM_CLOCK) -> socket.socket:
        """Open a connection within `timeout` seconds, through proxy and TLS.

        Raises EndpointError if a step fails or takes too long.
        """
        deadline = clock.monotonic() + timeout
        nearest = (self.proxy.host, self.proxy.port) if self.proxy else (self.host, self.port)
        try:
            connection = socket.create_connection(nearest, max(timeout, LEAST_TIMEOUT))
        except OSError as error:
            raise self._no_connection(error) from error
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                return connection
            if self.proxy:
                self.proxy.open_tunnel(connection, self.host, self.port, deadline, clock)
            connection.settimeout(max(deadline - clock.monotonic(), LEAST_TIMEOUT))
            return self._context.wrap_socket(connection, server_hostname=self.host)
        except EndpointError:
            connection.close()
            raise
        except OSError as error:
            connection.close()
            raise self.handshake_error(error) from error

    def handshake_error(self, error: OSError) -> EndpointError:
        """Return the error for a TLS handshake that failed."""
        return handshake_error(
            error, f"{self.authority} (through {self.proxy})" if self.proxy else self.authority
        )

    def host_answers(self, timeout: float) -> bool:
        """Return whether the host accepts another connection by the same route.

        On a loopback address it always does. Elsewhere the default ports of HTTP are tried, and nothing is
        sent. A proxy hides the host, so through one the answer is no.
        """
        if self.proxy or is_loopback(self.host):
            return not self.proxy
        for port in {*_DEFAULT_PORTS.values()} - {self.port}:
            try:
                socket.create_connection((self.host, port), timeout).close()
            except OSError:
                continue
            return True
        return False

    def speaks_tls(self, timeout: float) -> bool:
        """Return whether the port of an http:// URL completes a TLS handshake, whatever its certificate.

        A proxy hides the port, so through one the answer is no.
        """
        if self.scheme != "http" or self.proxy:
            return False
        host = f"[{self.host}]" if ":" in self.host else self.host
        try:
            secure = Endpoint(f"https://{host}:{self.port}", TlsSettings(verify=False), "")
            secure.connect(min(timeout, _HANDSHAKE)).close()
        except EndpointError:
            return False
        return True

    def _no_connection(self, error: OSError) -> EndpointError:
        """Return the error for a connection that the nearest host, proxy or server, did not accept."""
        match error:
            case socket.gaierror():
                cause, advice = (
                    "the name cannot be resolved",
                    "the name in `url`, and whether a `proxy` is needed",
                )
            case ConnectionRefusedError():
                cause, advice = (
                    "nothing is listening there",
                    "the port in `url`, and that the server is running",
                )
            case TimeoutError():
                cause = "no response"
                advice = "`url`, any firewall in between, and whether a `proxy` is needed"
            case _:
                cause, advice = str(error.strerror or error), "`url`, and whether a `proxy` is needed"
        if self.proxy:
            return self.proxy.error(f"cannot be reached: {cause}")
        return EndpointError(
            Step.ADDRESS,
            f"no connection to {self.host}:{self.port}: {cause}",
            f"Check {advice}.",
            refused=isinstance(error, ConnectionRefusedError),
        )
