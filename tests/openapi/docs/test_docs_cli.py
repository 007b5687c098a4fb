"""The command `docs`: what it writes, how it ends, and what it says of input that it cannot use."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from html import unescape
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.commands.docs import docs
from click.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(docs, arguments)


def test_page_is_written(tmp_path: Path) -> None:
    """Without FILE it is the page of our contract, and one line says where it is."""
    output = tmp_path / "page.html"

    result = run("--output", str(output))

    assert result.exit_code == 0
    assert result.stdout.startswith(f"{output}: ")
    assert "<h1>Executing a Backup Policy</h1>" in output.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.yaml"], "missing.yaml: cannot be read: No such file or directory"),
        (["broken.yaml"], "broken.yaml:2:1: is invalid YAML"),
        (["missing.yaml", "--watch"], "missing.yaml: cannot be read: there is no such file"),
        (["--output", "no/folder/page.html"], "no/folder/page.html: cannot be written"),
    ],
)
def test_input_that_cannot_be_used(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says in one line what is wrong and ends with 2."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.yaml").write_text("openapi: [")

    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {told}")


def test_port_that_is_taken(contract: Path) -> None:
    """A port that another program has is named, with the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run(str(contract), "--watch", "--port", str(port))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: port {port}: ")
    assert "--port 0" in result.stderr


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_watch_ends_on_a_signal(contract: Path, sent: signal.Signals) -> None:
    """The preview says where it is, tells of each build in one line, and ends with 0."""
    command = [sys.executable, "-c", "from checkpoint_openapi.commands.docs import docs; docs()"]
    with subprocess.Popen(
        [*command, "--watch", "--port", "0", contract.name], cwd=contract.parent, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.fullmatch(r"Preview of checkpoint\.yaml at (\S+) \(Ctrl\+C stops it\)\n", first)
        assert found is not None
        built = process.stdout.readline()
        with urllib.request.urlopen(found[1]) as answer:
            assert answer.status == 200
        contract.write_text("openapi: [")
        assert "is invalid YAML" in process.stdout.readline()
        process.send_signal(sent)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0
    assert re.search(r"build 1: 0 findings; compared with \d+\.\d+\.\d+: (same|compatible)\n", built)


def test_fault_of_ours_ends_the_watch(contract: Path) -> None:
    """A fault in the preview itself is told in one line, and the command ends with 4 instead of waiting."""
    broken = (
        "from checkpoint_openapi.docs.preview import Preview\n"
        "from checkpoint_openapi.entry import main\n"
        "def watch(*_): raise ValueError('planted')\n"
        "Preview.watch = watch\n"
        "main()\n"
    )
    command = [sys.executable, "-c", broken, "docs", "--watch", "--port", "0", str(contract)]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 4
    assert ran.stderr.startswith("Error: this is a bug in checkpoint-contract: ValueError: planted. ")
    assert ran.stderr.count("\n") == 1


def test_a_server_is_the_only_address_of_the_page(contract: Path, tmp_path: Path) -> None:
    """With --server the policy of the page names that server; nothing else may be put there."""
    output = tmp_path / "page.html"
    arguments = [str(contract), "--output", str(output)]
    outcome = CliRunner().invoke(docs, [*arguments, "--server", "http://127.0.0.1:8080"])
    assert outcome.exit_code == 0, outcome.output
    assert "connect-src http://127.0.0.1:8080; base-uri" in unescape(output.read_text())
    for wrong in ("127.0.0.1:8080", "http://a/b", "http://a; script-src *", "file:///etc", "http://a b", ""):
        refused = CliRunner().invoke(docs, [*arguments, "--server", wrong])
        assert refused.exit_code == 2
        assert "--server" in refused.stderr
    both = CliRunner().invoke(docs, [str(contract), "--watch", "--server", "http://127.0.0.1:8080"])
    assert both.exit_code == 2
