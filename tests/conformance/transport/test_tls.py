"""TLS on the way to a server: a private authority, client certificates, and files that cannot be used."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.commands.check_target import check_target
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.diagnosis.check import diagnose
from checkpoint_conformance.diagnosis.check_result import CheckStatus
from checkpoint_conformance.target.target import Target, TargetError
from checkpoint_conformance.transport.exchange import FaultKind, Request
from checkpoint_conformance.transport.tls import TlsSettings
from checkpoint_conformance.verdict.outcome import ExitCode
from mutants.service.server import Server, running

from conformance.runs import write_target
from conformance.transport.secure_server import ask, secure

if TYPE_CHECKING:
    from pathlib import Path


LARGE = Request("POST", "/v1/x", body=b"a" * (3 << 20))


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
