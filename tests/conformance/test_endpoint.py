"""The way to a server: a private authority, client certificates, proxies, and what keeps a way closed."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import socket
import ssl
import subprocess
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.commands.check_target import check_target
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.diagnosis.check import diagnose
from checkpoint_conformance.diagnosis.check_result import CheckStatus
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.run.misconfiguration import misconfiguration
from checkpoint_conformance.target.target import Target, TargetError
from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.errors import EndpointError, Step
from checkpoint_conformance.transport.exchange import Exchange, FaultKind, Request
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.transport.tls import TlsSettings
from checkpoint_conformance.verdict.outcome import ExitCode
from mutants.service.server import Server, running

from conformance.runs import write_target
from conformance.test_connection import OK, Peer, answering, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from checkpoint_conformance.transport.proxy import Proxy

TARGET: dict[str, Any] = {
    "url": "http://csbs.example.com",
    "project_id": "p" * 32,
    "token": "gAAAAAB-token-of-the-target",
    "max_creates": 40,
    "timeout": 5.0,
    "proxy": "",
    "policy": {"id": "62171999-3df1-42f7-9513-6f9b1bea4744", "resources": ["one"]},
}
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


def redirecting(status: int, location: str) -> Callable[[Peer], None]:
    """Return a talk that redirects each request; `{path}` stands for its path."""

    def talk(peer: Peer) -> None:
        while head := peer.head():
            path = head.split(b" ", 2)[1].decode()
            peer.reader.read(int((re.search(rb"Content-Length: (\d+)", head) or [b"", b"0"])[1]))
            place = location.format(path=path)
            peer.say(f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())

    return talk


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
        assert "is not trusted: self-signed certificate in certificate chain" in refused.fault.detail
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
    assert without.response is None
    assert without.fault is not None
    assert without.fault.kind is FaultKind.UNREACHABLE
    assert "refused the TLS handshake: tlsv13 alert certificate required" in without.fault.detail


def test_a_client_certificate_that_is_not_accepted_is_a_matter_of_configuration(
    pki: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`verify` ends with 2 where the server wants a certificate, and `target check` names the key to set."""
    with secure(pki, demand_client=True) as table:
        file = write_target(table, tmp_path / "target.toml", tls={"ca_file": str(pki / "ca.pem")})
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
        steps = list(diagnose(Target.load(file)))
    assert code is ExitCode.USAGE
    assert "check [tls] `client_certificate`" in capsys.readouterr().err
    assert steps[-1].state is CheckStatus.FIX
    assert "certificate required" in steps[-1].found
    assert "`client_certificate`" in steps[-1].found + steps[-1].advice


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"ca_file": "absent.pem"}, "ca_file .*absent.pem: No such file"),
        ({"ca_file": "."}, "ca_file .*: Is a directory"),
        ({"ca_file": "client.key"}, "ca_file .*client.key: "),
        ({"ca_file": "locked"}, "ca_file .*locked: Permission denied"),
        ({"client_certificate": "absent.pem"}, "client_certificate .*absent.pem: No such file"),
        ({"client_certificate": "ca.pem"}, "client_certificate .*ca.pem: "),
        ({"client_certificate": "client.pem", "client_key": "absent.key"}, "client_key .*: No such file"),
        ({"client_certificate": "client.pem", "client_key": "ca.key"}, "client_key .*ca.key: "),
        ({"client_certificate": "client.pem", "client_key": "locked.key"}, "client_key .*locked.key: "),
    ],
)
def test_a_certificate_file_that_cannot_be_used_ends_every_command(
    pki: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], tls: dict[str, str], said: str
) -> None:
    """`verify` and `target check` end with 2 and one line that names key and file."""
    if os.geteuid() == 0 and tls.get("ca_file") == "locked":
        said = "ca_file .*locked: "  # root may read it, and finds no certificate
    (tmp_path / "locked").touch(mode=0)
    named = {key: str((tmp_path if name == "locked" else pki) / name) for key, name in tls.items()}
    with running(Server) as table:
        url = table["url"].replace("http", "https")
        file = write_target(table, tmp_path / "target.toml", url=url, tls=named)
        settings = Settings(target_file=file, folder=tmp_path / "report", quiet=True)
        for command in (lambda: verify_target(settings), lambda: check_target(file, as_json=False)):
            assert command() is ExitCode.USAGE
            (line,) = capsys.readouterr().err.splitlines()
            assert re.search(said, line)


def test_a_key_with_a_password_is_told_and_not_asked_for(pki: Path) -> None:
    """Nobody sits at the terminal of a pipeline: an encrypted key is a line, not a prompt."""
    tls = TlsSettings(client_certificate=pki / "client.pem", client_key=pki / "locked.key")
    with pytest.raises(OSError, match=r"client\.pem, client_key .*locked\.key: "):
        tls.context()


def test_an_encrypted_key_opens_with_its_passphrase(pki: Path) -> None:
    """With the right passphrase the certificate is presented, and a wrong one is told."""
    files = TlsSettings(client_certificate=pki / "client.pem", client_key=pki / "locked.key")
    assert replace(files, client_key_passphrase="word").context().check_hostname
    with pytest.raises(OSError, match=r"client_key .*locked\.key: "):
        replace(files, client_key_passphrase="another").context()


def test_an_unknown_authority_ends_a_run_as_a_matter_of_configuration(
    pki: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`verify` ends with 2 and one line that says why, and with 0 creations."""
    with secure(pki) as table:
        file = write_target(table, tmp_path / "target.toml")
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
    assert code is ExitCode.USAGE
    complaint = capsys.readouterr().err
    assert "is not trusted: self-signed certificate in certificate chain. If it is from your own" in complaint
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


def closing(_: Peer) -> None:
    """Say nothing."""


def hanging(peer: Peer) -> None:
    """Read, and never answer."""
    peer.head()
    peer.stopping.wait(30)


TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x0a"
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


@pytest.mark.parametrize(
    ("location", "advice"),
    [
        ("https://csbs.example.com{path}", 'Set url = "https://csbs.example.com"'),
        ("https://csbs.example.com/backup{path}", 'Set url = "https://csbs.example.com/backup"'),
        ("//csbs.example.com{path}", 'Set url = "http://csbs.example.com"'),
        ("https://sso.example.com/login", "Set `url` to the address of the API itself"),
        ("/login", "Set `url` to the address of the API itself"),
        ("http://[", "Set `url` to the address of the API itself"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_matter_of_configuration(
    status: int, location: str, advice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`verify` ends with 2, and says where the redirect leads and what to write."""
    with serving(redirecting(status, location)) as endpoint:
        file = write_target(TARGET, tmp_path / "target.toml", url=f"http://127.0.0.1:{endpoint.port}")
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
    assert code is ExitCode.USAGE
    line = capsys.readouterr().err
    assert f"({status})" in line
    assert advice in line


@pytest.mark.parametrize("location", ["{path}/", "{path}?again"])
def test_a_redirect_to_another_form_of_the_path_is_the_servers(location: str) -> None:
    """The documented path is the one without a slash at its end, so no target file could help."""
    with serving(redirecting(308, location)) as endpoint:
        target = Target.from_table(TARGET | {"url": f"http://127.0.0.1:{endpoint.port}"})
        with SocketTransport(target.endpoint(), 5).connect() as connection:
            exchange = connection.exchange(Calls(target).post({}))
    assert exchange.status == 308
    assert misconfiguration(exchange, target) is None


@pytest.mark.parametrize(
    "answer",
    [
        TLS_ALERT,
        *(
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page)
            for page in (
                b"<center>The plain HTTP request was sent to HTTPS port</center>",
                b"Reason: You're speaking plain HTTP to an SSL-enabled server port.",
                b"Client sent an HTTP request to an HTTPS server.\n",
            )
        ),
    ],
)
def test_a_tls_port_behind_a_plain_url_is_a_matter_of_configuration(
    answer: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What nginx, Apache, Go and a bare TLS server say to plain HTTP leads to https:// in `url`."""
    with serving(answering(answer)) as endpoint:
        file = write_target(TARGET, tmp_path / "target.toml", url=f"http://127.0.0.1:{endpoint.port}")
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
        steps = {step.topic: step for step in diagnose(Target.load(file)) if step.state is CheckStatus.FIX}
    assert code is ExitCode.USAGE
    assert "the port expects TLS. Start `url` with https://." in capsys.readouterr().err
    assert list(steps) == ["tls"]


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


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("*", "http://csbs.example.com"),
        ("csbs.example.com", "http://csbs.example.com"),
        ("EXAMPLE.com", "http://csbs.example.COM:8080"),
        (".example.com", "http://csbs.example.com"),
        (".example.com", "http://example.com"),
        ("*.example.com", "http://csbs.example.com"),
        ("example.com.", "http://csbs.example.com"),
        ("csbs.example.com:8443", "http://csbs.example.com:8443"),
        (".example.com:80", "http://csbs.example.com"),
        ("127.0.0.1", "http://127.0.0.1:9"),
        ("127.0.0.1:9", "http://127.0.0.1:9"),
        ("10.0.0.0/8", "http://10.1.2.3"),
        ("10.9.9.9/8", "http://10.1.2.3"),
        ("::1", "http://[::1]:9"),
        ("[::1]", "http://[::1]:9"),
        ("[::1]:9", "http://[::1]:9"),
        ("0:0:0:0:0:0:0:1", "http://[::1]:9"),
        ("fd00::/8", "http://[fd12::1]"),
        ("other.org, example.com", "http://csbs.example.com"),
        ("other.org example.com", "http://csbs.example.com"),
    ],
)
def test_no_proxy_names_a_server(monkeypatch: pytest.MonkeyPatch, entry: str, url: str) -> None:
    """Domains, addresses, networks, ports, brackets, dots and stars count as in other clients."""
    assert via(monkeypatch, entry, url) is None


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("", "http://csbs.example.com"),
        (",", "http://csbs.example.com"),
        (".", "http://csbs.example.com"),
        ("example.com", "http://badexample.com"),
        ("csbs.example.com", "http://example.com"),
        ("example", "http://example.com"),
        ("csbs.example.com:8443", "http://csbs.example.com"),
        ("127.0.0.1:9", "http://127.0.0.1:10"),
        ("[::1]:9", "http://[::1]:10"),
        ("10.0.0.0/8", "http://11.1.2.3"),
        ("10.0.0.0/8", "http://csbs.example.com"),
        ("10.0.0.0/99", "http://10.1.2.3"),
        ("0.0.0.1", "http://10.0.0.1"),
        ("fd00::/8", "http://10.1.2.3"),
        ("::1", "http://[::2]"),
    ],
)
def test_no_proxy_names_another_server(monkeypatch: pytest.MonkeyPatch, entry: str, url: str) -> None:
    """What the list does not name goes through the proxy."""
    assert str(via(monkeypatch, entry, url)) == "the proxy proxy.example.com:3128"


def via(monkeypatch: pytest.MonkeyPatch, exemptions: str, url: str) -> Proxy | None:
    """Return the proxy for a server, with NO_PROXY given."""
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    monkeypatch.setenv("no_proxy", exemptions)
    return Endpoint(url).proxy


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
