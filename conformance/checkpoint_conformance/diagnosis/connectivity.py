"""The connection to the server: name, port, proxy, TLS; nothing is sent beyond what opens the connection."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

from checkpoint_conformance.diagnosis.check_result import CheckResult, CheckStatus
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK
from checkpoint_conformance.transport.endpoint import Endpoint, EndpointError

__all__ = ["connectivity"]

_SOON = 14
"""Days before its expiry from which a certificate is reported."""


def connectivity(target: Target) -> Iterator[CheckResult]:
    """Yield the steps that open a connection. Raises TargetError if a certificate file cannot be used."""
    endpoint = target.endpoint()
    started = SYSTEM_CLOCK.monotonic()
    try:
        connection = endpoint.connect(target.timeout)
    except EndpointError as error:
        yield _not_open(endpoint, error)
        return
    elapsed = (SYSTEM_CLOCK.monotonic() - started) * 1000
    with connection:
        yield CheckResult(
            "address", CheckStatus.OK, f"{endpoint.authority} accepts connections after {elapsed:.0f} ms"
        )
        yield _encryption(target, endpoint, connection)


def _not_open(endpoint: Endpoint, error: EndpointError) -> CheckResult:
    """Name the step that failed, and how to fix it."""
    cause = error.__cause__
    match cause:
        case ssl.SSLCertVerificationError():
            advice = (
                "If the certificate is from your own certificate authority, set [tls] `ca_file`; "
                "if it is for another host, check `url`."
            )
            found = f"the certificate is not trusted: {cause.verify_message}"
            return CheckResult("tls", CheckStatus.FIX, found, advice)
        case ssl.SSLError() if "WRONG_VERSION_NUMBER" in str(cause):
            return CheckResult(
                "tls",
                CheckStatus.FIX,
                "the port does not speak TLS",
                "Check the port, or start `url` with http://.",
            )
        case ssl.SSLError():
            advice = "Check [tls]: if the server asks for a certificate, set `client_certificate`."
            return CheckResult("tls", CheckStatus.FIX, str(error), advice)
        case socket.gaierror():
            advice = "Check the name in `url`, and whether a `proxy` is needed."
            return CheckResult(
                "address", CheckStatus.FIX, f"the name {endpoint.host} cannot be resolved", advice
            )
        case ConnectionRefusedError():
            advice = "Check the port in `url`, and that the server is running."
            return CheckResult(
                "address", CheckStatus.FIX, f"nothing is listening at {endpoint.host}:{endpoint.port}", advice
            )
        case TimeoutError():
            advice = "Check `url`, any firewall in between, and whether a `proxy` is needed."
            return CheckResult(
                "address", CheckStatus.FIX, f"{endpoint.host}:{endpoint.port} does not answer", advice
            )
        case _:
            return CheckResult("address", CheckStatus.FIX, str(error), "Check `url` and `proxy`.")


def _encryption(target: Target, endpoint: Endpoint, connection: socket.socket) -> CheckResult:
    if not isinstance(connection, ssl.SSLSocket):
        if _is_local(endpoint.host):
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


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
