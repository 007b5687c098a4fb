"""Fixtures: certificates for TLS, and the target file of a conforming server."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.probes.generated import worker
from mutants.service.server import running

from .runs import Counting, write_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    """Yield the target file of a conforming server that counts its requests."""
    Counting.requests = 0
    with running(Counting) as table:
        yield write_target(table, tmp_path / "target.toml")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process make what a run generates: a second process costs its start, needed or not."""
    monkeypatch.setattr(worker.sys, "executable", "/nowhere/python")
