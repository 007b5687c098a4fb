"""The proxy between the suite and the server: which one applies, and how to open a tunnel through it."""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import h11

from checkpoint_conformance.transport.clock import Clock
from checkpoint_conformance.transport.errors import EndpointError, Step

__all__ = ["LEAST_TIMEOUT", "TLS_RECORD", "Proxy", "find_proxy", "is_exempt", "with_scheme"]

LEAST_TIMEOUT = 0.001
"""The minimum socket timeout in seconds: 0 would make the socket non-blocking."""
TLS_RECORD = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]")
"""The start of a TLS record (RFC 8446, 5.1), which a TLS server sends in response to plain HTTP."""
_DEFAULT_PORT = 8080


@dataclass(frozen=True)
class Proxy:
    """A proxy that is spoken to over plain HTTP."""

    host: str
    port: int
    credentials: str | None
    """`user:password`, or None."""
    setting: str
    """Where it is configured, for messages."""

    def __str__(self) -> str:
        return f"the proxy {_authority(self.host, self.port)}"

    def authorization(self) -> tuple[tuple[str, str], ...]:
        """Return the header with the credentials, if there are any (RFC 7617)."""
        if self.credentials is None:
            return ()
        return (("Proxy-Authorization", "Basic " + base64.b64encode(self.credentials.encode()).decode()),)

    def error(self, found: str, advice: str = "") -> EndpointError:
        """Return the error for something that the proxy did."""
        advice = advice or f'Check {self.setting}; proxy = "" in the target file uses none.'
        return EndpointError(Step.PROXY, f"{self} {found}", advice)

    def unauthorized(self) -> EndpointError:
        """Return the error for a 407 (RFC 9110, 15.5.8)."""
        if self.credentials is not None:
            return self.error("rejected the credentials (407)", f"Check user and password in {self.setting}.")
        return self.error(
            "requires credentials (407)", f"Write them into {self.setting}: http://user:password@host:port."
        )

    def open_tunnel(
        self, connection: socket.socket, host: str, port: int, deadline: float, clock: Clock
    ) -> None:
        """Connect to a server through the proxy (RFC 9110, 9.3.6). Raises EndpointError if it refuses."""
        target = _authority(host, port)
        tunnel = h11.Connection(our_role=h11.CLIENT)
        headers = [("Host", target), *self.authorization()]
        received = b""
        try:
            connection.sendall(
                tunnel.send(h11.Request(method="CONNECT", target=target, headers=headers)) or b""
            )
            event = tunnel.next_event()
            while event is h11.NEED_DATA or isinstance(event, h11.InformationalResponse):
                connection.settimeout(max(deadline - clock.monotonic(), LEAST_TIMEOUT))
                data = connection.recv(65536)
                received = received or data
                tunnel.receive_data(data)
                event = tunnel.next_event()
        except TimeoutError as error:
            raise self.error(f"did not open a tunnel to {target} in time") from error
        except (OSError, h11.RemoteProtocolError) as error:
            raise self.no_response(received) from error
        status = event.status_code if isinstance(event, h11.Response) else 0
        if status == 407:
            raise self.unauthorized()
        if not 200 <= status < 300:
            raise self.error(
                f"refused a tunnel to {target}: {status}"
                if status
                else "closed the connection without a response",
                f"Check that it may connect to `url`, or set {self.setting} to another.",
            )

    def no_response(self, received: bytes) -> EndpointError:
        """Return the error for a connection that ended, or bytes that are not HTTP."""
        if not received:
            return self.error("closed the connection without a response")
        if TLS_RECORD.match(received):
            return self.error(
                "expects TLS", f"Only a proxy for plain http:// can be used: check {self.setting}."
            )
        return self.error(f"does not speak HTTP: {received[:40]!r}")


def find_proxy(scheme: str, host: str, port: int, configured: str | None) -> Proxy | None:
    """Return the proxy for a server: the configured one, "" for none, or None for the environment's.

    Raises EndpointError if the URL of the proxy cannot be used.
    """
    setting = "`proxy`"
    if configured is None:
        setting = f"the environment variable {scheme}_proxy"
        configured = _from_environment(scheme, host, port, getproxies())
    if not configured:
        return None
    parts = _parsed(with_scheme(configured))
    if parts is None:
        found = f"{setting} is not an http:// URL of a host"
        raise EndpointError(Step.PROXY, found, 'Set `proxy` to one, or proxy = "" for none.')
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return Proxy(parts.hostname or "", parts.port or _DEFAULT_PORT, credentials, setting)


def with_scheme(url: str) -> str:
    """Return the URL of a proxy, which the environment may give without a scheme."""
    return url if "://" in url else f"http://{url}"


def is_exempt(host: str, port: int, exemptions: str) -> bool:
    """Return whether a list in the form of `NO_PROXY` names a server.

    An entry is `*`, a domain with all below it, an address, or a network such as `10.0.0.0/8`. A leading dot
    or `*.` is ignored; a domain or an address may be followed by a port, and an IPv6 address be in brackets.
    """
    return any(
        _names(entry, host.lower(), port) for entry in re.split(r"[\s,]+", exemptions.lower()) if entry
    )


def _names(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    address = _address(host)
    if address:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:  # a name, or an address with a port
            pass
    name, separator, digits = entry.rpartition(":")
    if separator and digits.isdecimal() and (":" not in name or name.startswith("[")):
        if int(digits) != port:
            return False
        entry = name
    if address:
        return address == _address(entry)
    domain = entry.removeprefix("*").removeprefix(".").removesuffix(".")
    host = host.removesuffix(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _from_environment(scheme: str, host: str, port: int, settings: Mapping[str, str]) -> str:
    # `proxy_bypass` knows the exemptions that macOS and Windows store elsewhere.
    if is_exempt(host, port, settings.get("no", "")) or proxy_bypass(host):
        return ""
    return settings.get(scheme, "")


def _parsed(url: str) -> SplitResult | None:
    """Return the parts of a usable URL, or None."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "http" and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
