"""What a first response says about the target file rather than about the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from checkpoint_conformance.checks.http_layer import answered_by_gateway
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange, FaultKind
from checkpoint_conformance.transport.proxy import TLS_RECORD, Proxy

__all__ = ["Misconfiguration", "misconfiguration", "no_http", "unreached"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_HTTP = frozenset({FaultKind.DROPPED, FaultKind.NO_STATUS})
"""Faults of a port at which HTTP may not be spoken at all."""
_EXPECTS_TLS = re.compile(
    rb"plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled"
    rb"|sent an HTTP request to an HTTPS server"
)
"""What nginx, Apache and Go's server write when plain HTTP arrives at a TLS port."""
_DEMANDS_CERTIFICATE = re.compile(rb"No required SSL certificate was sent|The SSL certificate error")
"""What nginx writes, after a handshake that succeeds, without a client certificate or with a wrong one."""


@dataclass(frozen=True)
class Misconfiguration:
    """What the target file should say differently."""

    topic: str
    """The part of the configuration: `operation`, `proxy` or `tls`."""
    found: str
    advice: str

    def __str__(self) -> str:
        return f"{self.found}. {self.advice}"


def misconfiguration(
    exchange: Exchange, target: Target, speaks_tls: Callable[[], bool]
) -> Misconfiguration | None:
    """Return what is wrong with the target file, if the response comes from a place that it should not name.

    That is a redirect to another place, a proxy that forwards nothing, a TLS port behind an http:// URL, or
    one that wants a client certificate. `speaks_tls` tells whether the port completes a TLS handshake, and is
    asked only if it closed silently.
    """
    endpoint = target.endpoint()
    if endpoint.scheme == "https":
        problem = _of_certificate(exchange)
    elif endpoint.proxy:
        problem = _of_proxy(exchange, endpoint.proxy)
    else:
        problem = _of_scheme(exchange, speaks_tls)
    return problem or _redirect(exchange, target)


def unreached(exchange: Exchange) -> Misconfiguration | None:
    """Return what is wrong if the response is that of a gateway that does not reach the server."""
    if not answered_by_gateway(exchange):
        return None
    found = f"a gateway returns {exchange.status} instead of the server"
    advice = "Check that the server is running, and that the gateway forwards to it."
    return Misconfiguration("operation", found, advice)


def no_http(exchange: Exchange) -> Misconfiguration | None:
    """Return what is wrong if there is no response, or none that is HTTP."""
    if exchange.fault is None or exchange.fault.kind not in _NO_HTTP:
        return None
    found = f"the server does not speak HTTP: no response ({exchange.fault.detail})"
    return Misconfiguration("operation", found, "Check the port, and whether `url` must start with https://.")


def _of_proxy(exchange: Exchange, proxy: Proxy) -> Misconfiguration | None:
    """Judge a response that a proxy for plain HTTP gave instead of the server (RFC 9110, 15.5.8 and 15.6)."""
    fault, status = exchange.fault, exchange.status
    if exchange.response is None and fault and fault.kind in _NO_HTTP:
        error = proxy.no_response(fault.received)
    elif status == 407:
        error = proxy.unauthorized()
    elif answered_by_gateway(exchange):
        error = proxy.error(
            f"got no response from the server: {status}", "Check `url`, and that the server is running."
        )
    else:
        return None
    return Misconfiguration("proxy", error.found, error.advice)


def _of_scheme(exchange: Exchange, speaks_tls: Callable[[], bool]) -> Misconfiguration | None:
    received = exchange.fault.received if exchange.fault else b""
    is_silent = exchange.fault is not None and exchange.fault.kind is FaultKind.DROPPED and not received
    page = _page(exchange)
    if TLS_RECORD.match(received) or _EXPECTS_TLS.search(page) or (is_silent and speaks_tls()):
        return Misconfiguration("tls", "the port expects TLS", "Start `url` with https://.")
    return None


def _of_certificate(exchange: Exchange) -> Misconfiguration | None:
    if not _DEMANDS_CERTIFICATE.search(_page(exchange)):
        return None
    advice = "Set [tls] `client_certificate` and `client_key`, or correct them."
    return Misconfiguration("tls", "the server wants a client certificate, or another one", advice)


def _page(exchange: Exchange) -> bytes:
    """Return the body of a 400."""
    return exchange.response.body if exchange.response and exchange.status == 400 else b""


def _redirect(exchange: Exchange, target: Target) -> Misconfiguration | None:
    """Judge a redirect; one to another form of the same path is the server's own (RFC 9110, 15.4)."""
    location = exchange.response.header("Location") if exchange.response else None
    if exchange.status not in _REDIRECTS or not location:
        return None
    path, asked = exchange.request.path, target.url + exchange.request.path
    try:
        place = urljoin(asked, location)
        stays = _origin(place) == _origin(asked) and urlsplit(place).path.startswith(urlsplit(asked).path)
    except ValueError:  # a server may write anything there
        place, stays = location, False
    if stays:
        return None
    advice = "Set `url` to the address of the API itself"
    if place.endswith(path) and place.startswith(("http://", "https://")):
        advice = f'Set url = "{place.removesuffix(path)}"'
    found = f"the server redirects to {place} ({exchange.status})"
    return Misconfiguration("operation", found, f"{advice}: the suite follows no redirects.")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
