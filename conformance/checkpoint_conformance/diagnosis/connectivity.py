"""Can a connection be opened? Checked one layer at a time: proxy, name, port, TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

from checkpoint_conformance.diagnosis.check_result import CheckResult, CheckStatus
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK
from checkpoint_conformance.transport.endpoint import Endpoint, is_loopback
from checkpoint_conformance.transport.errors import EndpointError
from checkpoint_conformance.transport.exchange import Request

__all__ = ["connectivity", "signature"]

_SOON = 14
"""Days before its expiry from which a certificate is reported."""


def connectivity(target: Target) -> Iterator[CheckResult]:
    """Yield the steps that open a connection. Raises TargetError if a certificate file cannot be used."""
    endpoint = target.endpoint()
    started = SYSTEM_CLOCK.monotonic()
    try:
        connection = endpoint.connect(target.timeout)
    except EndpointError as error:
        yield CheckResult(error.step.value, CheckStatus.FIX, error.found, error.advice)
        return
    elapsed = (SYSTEM_CLOCK.monotonic() - started) * 1000
    with connection:
        yield _open(endpoint, f"accepted a connection after {elapsed:.0f} ms")
        yield _encryption(target, endpoint, connection)


def signature(target: Target, request: Request) -> CheckResult:
    """Judge whether the command of `sign` signs a request."""
    started = SYSTEM_CLOCK.monotonic()
    try:
        signed = target.endpoint().signature(request, request.headers)
    except EndpointError as error:
        return CheckResult(error.step.value, CheckStatus.FIX, error.found, error.advice)
    elapsed = (SYSTEM_CLOCK.monotonic() - started) * 1000
    names = ", ".join(name for name, _ in signed) or "no header"
    return CheckResult("sign", CheckStatus.OK, f"the command printed {names} after {elapsed:.0f} ms")


def _open(endpoint: Endpoint, accepts: str) -> CheckResult:
    """Tell who accepted the connection: a plain request reaches the server only through the proxy's own."""
    if endpoint.proxy is None:
        return CheckResult("address", CheckStatus.OK, f"{endpoint.authority} {accepts}")
    if endpoint.scheme == "http":
        return CheckResult("proxy", CheckStatus.OK, f"{endpoint.proxy} {accepts}")
    return CheckResult("address", CheckStatus.OK, f"{endpoint.authority} {accepts}, through {endpoint.proxy}")


def _encryption(target: Target, endpoint: Endpoint, connection: socket.socket) -> CheckResult:
    if not isinstance(connection, ssl.SSLSocket):
        if is_loopback(endpoint.host) and not endpoint.proxy:
            return CheckResult("tls", CheckStatus.NOTE, "none: the server is on this machine")
        return CheckResult("tls", CheckStatus.NOTE, "none: others on the network can read the token")
    if not target.tls.verify:
        return CheckResult(
            "tls",
            CheckStatus.NOTE,
            f"{connection.version()}, but [tls] verify = false accepts any certificate",
        )
    ends = ssl.cert_time_to_seconds(str((connection.getpeercert() or {})["notAfter"]))
    days = int((ends - SYSTEM_CLOCK.time()) // 86400)
    until = (
        f"{connection.version()}, the certificate is valid until {datetime.fromtimestamp(ends, UTC):%Y-%m-%d}"
    )
    if days < _SOON:
        return CheckResult(
            "tls", CheckStatus.NOTE, f"{until}, which is in {days} day{'' if days == 1 else 's'}"
        )
    return CheckResult("tls", CheckStatus.OK, until)
