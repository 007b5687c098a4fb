"""A proxy on the way to a server: what it is sent, and how its own failures are told."""

from __future__ import annotations

import base64
import socket
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.diagnosis.check import diagnose
from checkpoint_conformance.diagnosis.check_result import CheckStatus
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.errors import EndpointError, Step
from checkpoint_conformance.transport.exchange import FaultKind
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.transport.tls import TlsSettings
from checkpoint_conformance.verdict.outcome import ExitCode
from mutants.service.server import Server, running

from conformance.runs import TARGET, write_target
from conformance.transport.forwarding import TLS_ALERT, proxy
from conformance.transport.peers import GET, Peer, answering, serving
from conformance.transport.secure_server import secure

if TYPE_CHECKING:
    from pathlib import Path


def test_a_plain_request_goes_to_the_proxy_in_absolute_form() -> None:
    """The proxy gets the whole URL and the credentials, with the server's own name as Host."""
    with proxy() as (port, heard):
        endpoint = Endpoint("http://csbs.example.com/prefix", proxy=f"http://user:p%40ss@127.0.0.1:{port}")
        with SocketTransport(endpoint, 10).connect() as connection:
            assert connection.exchange(GET).status == 200
    lines = heard[0].split(b"\r\n")
    assert lines[0] == b"GET http://csbs.example.com/prefix/v1/x HTTP/1.1"
    assert b"Host: csbs.example.com" in lines
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"user:p@ss") in lines


def test_a_request_over_tls_goes_through_a_tunnel(pki: Path) -> None:
    """CONNECT carries the credentials; what follows is for the server alone."""
    with secure(pki) as table, proxy() as (port, heard):
        tls = TlsSettings(ca_file=pki / "ca.pem")
        endpoint = Endpoint(table["url"], tls, f"http://user:pass@127.0.0.1:{port}")
        with SocketTransport(endpoint, 10).connect() as connection:
            assert connection.exchange(GET).status == 404
            assert connection.exchange(GET).status == 404
        authority = table["url"].removeprefix("https://").encode()
    assert len(heard) == 1
    assert heard[0].startswith(b"CONNECT " + authority + b" HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"user:pass") in heard[0]


def closing(_: Peer) -> None:
    """Say nothing."""


def hanging(peer: Peer) -> None:
    """Read, and never answer."""
    peer.head()
    peer.stopping.wait(30)


BROKEN = {
    "wants-credentials": (answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), "requires cred"),
    "refuses": (answering(b"HTTP/1.1 403 Forbidden\r\n\r\n"), "refused a tunnel to 127.0.0.1:9: 403"),
    "closes": (closing, "closed the connection without a response"),
    "closes-after-reading": (answering(), "closed the connection without a response"),
    "garbage": (answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "does not speak HTTP: b'SSH-2.0"),
    "speaks-tls": (answering(TLS_ALERT), "expects TLS"),
    "hangs": (hanging, "did not open a tunnel to 127.0.0.1:9 in time"),
}
"""How a proxy may fail to open a tunnel, and what is said of it."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_proxy_that_opens_no_tunnel_is_told_as_the_proxys(name: str) -> None:
    """The proxy's refusal is the reason, it is named by its address, and its credentials stay out."""
    talk, reason = BROKEN[name]
    with serving(talk) as front:
        endpoint = Endpoint("https://127.0.0.1:9", TlsSettings(), f"http://127.0.0.1:{front.port}")
        with SocketTransport(endpoint, 0.5).connect() as connection:
            exchange = connection.exchange(GET)
    assert exchange.fault is not None
    assert exchange.fault.kind is FaultKind.UNREACHABLE
    assert exchange.fault.detail.startswith(f"the proxy 127.0.0.1:{front.port} {reason}")
    assert "`proxy`" in exchange.fault.detail


def test_credentials_that_a_proxy_rejects_are_told_from_none() -> None:
    """A 407 in spite of credentials is about these, which are not shown."""
    with serving(BROKEN["wants-credentials"][0]) as front:
        endpoint = Endpoint("https://127.0.0.1:9", TlsSettings(), f"http://user:word@127.0.0.1:{front.port}")
        with pytest.raises(EndpointError, match=r"rejected the credentials \(407\)") as error:
            endpoint.connect(5)
    assert "word" not in str(error.value).replace("password", "")


@pytest.mark.parametrize(
    ("proxy_url", "said"),
    [
        ("http://127.0.0.1:{closed}", "cannot be reached: nothing is listening there"),
        ("http://no-such-name.invalid:3128", "cannot be reached: the name cannot be resolved"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_cannot_be_reached_is_told_as_the_proxys(scheme: str, proxy_url: str, said: str) -> None:
    """Neither message says that nobody listens at the server."""
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        proxy_url = proxy_url.format(closed=placeholder.getsockname()[1])
        with pytest.raises(EndpointError) as error:
            Endpoint(f"{scheme}://csbs.example.com", TlsSettings(), proxy_url).connect(5)
    assert str(error.value).startswith(f"the proxy {proxy_url.removeprefix('http://')} {said}")
    assert error.value.step is Step.PROXY


def test_tls_that_fails_in_a_tunnel_names_the_proxy(pki: Path) -> None:
    """A port without TLS, or a stranger's certificate, behind a tunnel is told with the way there."""
    with running(Server) as table, proxy() as (port, _):
        url = table["url"].replace("http", "https")
        with pytest.raises(EndpointError, match=r"\(through the proxy 127.*does not speak TLS") as error:
            Endpoint(url, TlsSettings(), f"http://127.0.0.1:{port}").connect(5)
    assert error.value.step is Step.TLS
    with secure(pki) as table, proxy() as (port, _), pytest.raises(EndpointError, match="is not trusted"):
        Endpoint(table["url"], TlsSettings(), f"http://127.0.0.1:{port}").connect(5)


PLAIN = {
    "wants-credentials": (answering(b"HTTP/1.1 407 A\r\nContent-Length: 0\r\n\r\n"), "requires credentials"),
    "bad-gateway": (answering(b"HTTP/1.1 502 A\r\nContent-Length: 0\r\n\r\n"), "got no response from the"),
    "closes": (answering(), "closed the connection without a response"),
    "garbage": (answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "does not speak HTTP"),
    "speaks-tls": (answering(TLS_ALERT), "expects TLS"),
}
"""How a proxy for plain HTTP may fail to forward, and what is said of it."""


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", PLAIN)
def test_a_proxy_that_forwards_nothing_is_a_matter_of_configuration(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`verify` ends with 2, `target check` with a step to fix, and both name the proxy, not the server."""
    talk, said = PLAIN[name]
    with serving(talk) as front:
        file = write_target(TARGET, tmp_path / "target.toml", proxy=f"http://127.0.0.1:{front.port}")
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
        steps = {step.topic: step for step in diagnose(Target.load(file))}
    assert code is ExitCode.USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert f"the proxy 127.0.0.1:{front.port} {said}" in line
    assert steps["proxy"].state is CheckStatus.FIX
    assert said in steps["proxy"].found


def test_a_proxy_that_drips_gains_no_time() -> None:
    """The deadline is for the opening of the tunnel too."""

    def drip(peer: Peer) -> None:
        peer.head()
        while not peer.stopping.wait(0.02):
            peer.say(b"H")

    with serving(drip) as front:
        endpoint = Endpoint("https://127.0.0.1:9", TlsSettings(), f"http://127.0.0.1:{front.port}")
        with SocketTransport(endpoint, 0.4).connect() as connection:
            exchange = connection.exchange(GET)
    assert exchange.fault is not None
    assert exchange.elapsed < 2
