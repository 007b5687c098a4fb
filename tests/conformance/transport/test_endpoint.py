"""The way to a server: redirects, and a port that expects TLS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.diagnosis.check import diagnose
from checkpoint_conformance.diagnosis.check_result import CheckStatus
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.run.misconfiguration import misconfiguration
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.verdict.outcome import ExitCode

from conformance.runs import TARGET, write_target
from conformance.transport.forwarding import TLS_ALERT
from conformance.transport.peers import Peer, answering, serving
from conformance.transport.secure_server import Secure, Silent, secure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def redirecting(status: int, location: str) -> Callable[[Peer], None]:
    """Return a talk that redirects each request; `{path}` stands for its path."""

    def talk(peer: Peer) -> None:
        while head := peer.head():
            path = head.split(b" ", 2)[1].decode()
            peer.reader.read(int((re.search(rb"Content-Length: (\d+)", head) or [b"", b"0"])[1]))
            place = location.format(path=path)
            peer.say(f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())

    return talk


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
@pytest.mark.usefixtures("alone")
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
    assert misconfiguration(exchange, target, lambda: False) is None


@pytest.mark.usefixtures("alone")
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


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("behaviour", [Secure, Silent])
def test_a_tls_server_behind_a_plain_url_is_no_server_at_fault(
    behaviour: type[Secure], pki: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it closes with an alert or without a word, `verify` and `target check` name the scheme."""
    with secure(pki, behaviour=behaviour) as table:
        url = table["url"].replace("https:", "http:")
        file = write_target(table, tmp_path / "target.toml", url=url)
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
        steps = {step.topic: step for step in diagnose(Target.load(file)) if step.state is CheckStatus.FIX}
    assert code is ExitCode.USAGE
    assert "the port expects TLS. Start `url` with https://." in capsys.readouterr().err
    assert list(steps) == ["tls"]
