"""The way to a server: a private authority, client certificates, proxies, and what keeps a way closed."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.target.target import Target, TargetError
from checkpoint_conformance.transport.endpoint import Endpoint, TlsSettings
from checkpoint_conformance.transport.exchange import Exchange, FaultKind, Request
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.verdict.outcome import ExitCode
from mutants.service.server import Server, running

from conformance.runs import write_target
from conformance.test_connection import OK, Peer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GET = Request("GET", "/v1/x")
LARGE = Request("POST", "/v1/x", body=b"a" * (3 << 20))


def openssl(*arguments: str, folder: Path) -> None:
    """Run openssl in a folder."""
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a private authority with a certificate for the loopback and one for a client, and a stranger."""
    folder = tmp_path_factory.mktemp("pki")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")
    for name in ("ca", "stranger"):
        subject = ("-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN=test {name}")
        # Python 3.13 holds a certificate against every rule of RFC 5280.
        usage = ("-addext", "keyUsage=critical,keyCertSign")
        openssl("req", "-x509", "-days", "2", *key, *subject, *usage, folder=folder)
    for name in ("server", "client"):
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")
        request = ("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("req", *key, *request, folder=folder)
        issuer = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
        openssl(
            "x509", "-req", "-days", "2", "-in", f"{name}.csr", "-out", f"{name}.pem", *issuer, folder=folder
        )
    openssl(
        "ec", "-in", "client.key", "-aes128", "-passout", "pass:word", "-out", "locked.key", folder=folder
    )
    return folder


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


@contextlib.contextmanager
def secure(pki: Path, *, demand_client: bool = False) -> Iterator[dict[str, Any]]:
    """Run the server with the authority's certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki / "ca.pem"))
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED if demand_client else ssl.CERT_NONE
    with running(type("Own", (Secure,), {"context": context})) as table:
        yield table


def ask(table: dict[str, Any], request: Request = GET, **tls: Any) -> Exchange:
    """Return one exchange with a server."""
    with SocketTransport(Endpoint(table["url"], TlsSettings(**tls), ""), 10).connect() as connection:
        return connection.exchange(request)


def test_a_private_authority_is_trusted_once_it_is_named(pki: Path) -> None:
    """The same server is reachable with the authority's file and unreachable without."""
    with secure(pki) as table:
        assert ask(table, ca_file=pki / "ca.pem").status == 404
        unknown = ask(table)
        wrong = ask(table, ca_file=pki / "stranger.pem")
        unverified = ask(table, verify=False)
    for refused in (unknown, wrong):
        assert refused.fault is not None
        assert refused.fault.kind is FaultKind.UNREACHABLE
        assert "certificate verify failed" in refused.fault.detail
    assert unverified.status == 404


def test_a_certificate_for_another_name_is_refused(pki: Path) -> None:
    """The authority alone is not enough: the certificate is for 127.0.0.1, not for localhost."""
    with secure(pki) as table:
        exchange = ask(
            table | {"url": table["url"].replace("127.0.0.1", "localhost")}, ca_file=pki / "ca.pem"
        )
    assert exchange.fault is not None
    assert "certificate is not valid for 'localhost'" in exchange.fault.detail


def test_a_large_body_is_sent_whole_over_tls(pki: Path) -> None:
    """What TLS says for itself meanwhile, such as a session ticket, is not taken for an early answer."""
    with secure(pki) as table:
        path = f"/v1/{table['project_id']}/providers/{table['provider_id']}/checkpoints"
        token = (("X-Auth-Token", table["token"]), ("Content-Type", "application/json"))
        for _ in range(3):
            exchange = ask(table, Request("POST", path, token, LARGE.body), ca_file=pki / "ca.pem")
            assert (exchange.status, exchange.fault) == (413, None)


def test_a_client_certificate_is_shown_where_one_is_demanded(pki: Path) -> None:
    """With the certificate the server answers; without one no request gets through."""
    client = {"client_certificate": pki / "client.pem", "client_key": pki / "client.key"}
    with secure(pki, demand_client=True) as table:
        assert ask(table, ca_file=pki / "ca.pem", **client).status == 404
        without = ask(table, ca_file=pki / "ca.pem")
    assert without.fault is not None
    assert without.response is None


def test_a_key_with_a_password_is_told_and_not_asked_for(pki: Path) -> None:
    """Nobody sits at the terminal of a pipeline: an encrypted key is a line, not a prompt."""
    tls = TlsSettings(client_certificate=pki / "client.pem", client_key=pki / "locked.key")
    with pytest.raises(OSError, match=r"client\.pem, client_key .*locked\.key: "):
        tls.context()


def test_an_unknown_authority_ends_a_run_as_a_matter_of_configuration(
    pki: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`verify` ends with 2 and one line that says why, and with 0 creations."""
    with secure(pki) as table:
        file = write_target(table, tmp_path / "target.toml")
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
    assert code is ExitCode.USAGE
    complaint = capsys.readouterr().err
    assert "certificate verify failed" in complaint
    assert len(complaint.splitlines()) == 1


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


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (b"407 Authentication Required", "refused a tunnel to 127.0.0.1:9: 407"),
        (b"nonsense", "no TLS connection"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_is_told(status: bytes, reason: str) -> None:
    """The proxy's refusal is the reason, and the connection to it is closed."""
    with proxy(status) as (port, _):
        endpoint = Endpoint("https://127.0.0.1:9", TlsSettings(), f"http://127.0.0.1:{port}")
        with SocketTransport(endpoint, 5).connect() as connection:
            exchange = connection.exchange(GET)
    assert exchange.fault is not None
    assert exchange.fault.kind is FaultKind.UNREACHABLE
    assert reason in exchange.fault.detail


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


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("http_proxy", "http://127.0.0.1:{}"),
        ("HTTP_PROXY", "http://127.0.0.1:{}"),
        ("http_proxy", "127.0.0.1:{}"),
    ],
)
def test_the_environment_names_the_proxy(monkeypatch: pytest.MonkeyPatch, name: str, form: str) -> None:
    """The usual variables count, also without a scheme, as other clients take them."""
    for variable in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with proxy() as (port, heard):
        monkeypatch.setenv(name, form.format(port))
        with SocketTransport(Endpoint("http://csbs.example.com"), 10).connect() as connection:
            assert connection.exchange(GET).status == 200
    assert heard[0].startswith(b"GET http://csbs.example.com/v1/x ")


@pytest.mark.parametrize(("exempt", "configured"), [("127.0.0.1", None), ("*", None), ("", "")])
def test_no_proxy_and_the_target_file_switch_the_proxy_off(
    monkeypatch: pytest.MonkeyPatch, exempt: str, configured: str | None
) -> None:
    """A host in NO_PROXY, or `proxy = ""`, goes straight to the server."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", exempt)
    with (
        running(Server) as table,
        SocketTransport(Endpoint(table["url"], proxy=configured), 10).connect() as connection,
    ):
        assert connection.exchange(GET).status == 404


def test_a_certificate_file_that_is_not_there_is_named_by_its_key(tmp_path: Path) -> None:
    """The message names key and file."""
    for key in ("ca_file", "client_certificate"):
        with pytest.raises(OSError, match=rf"{key} .*absent\.pem: No such file"):
            TlsSettings(**{key: tmp_path / "absent.pem"}).context()


def test_a_target_with_an_empty_authority_file_is_refused(tmp_path: Path) -> None:
    """A file without a certificate trusts nobody, so it is told before the run."""
    (tmp_path / "ca.pem").write_text("")
    table = {
        "url": "https://127.0.0.1:9",
        "project_id": "a",
        "token": "t",
        "policy": {"id": "62171999-3df1-42f7-9513-6f9b1bea4744", "resources": ["one"]},
        "tls": {"ca_file": "ca.pem"},
    }
    with pytest.raises(TargetError, match=r"\[tls\] ca_file .*ca\.pem: "):
        Target.from_table(table, folder=tmp_path).endpoint()
