"""A disk that becomes full: one line and a documented exit code, and nothing that was learned is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.exit_codes import ExitCode
from mutants.service.server import Server

from conformance.runs import finished

_LIMITED = """
import resource, sys
from pathlib import Path
from checkpoint_conformance.commands.verify import Settings, verify_target
from conformance.runs import target_of, write_target
from mutants.service.server import Server, running

folder, limit, when, profiles, as_json = Path(sys.argv[1]), *sys.argv[2:]

def fill():
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))

class Filling(Server):
    def respond(self, request):
        if when == "during" and request.method == "POST":
            fill()
        return super().respond(request)

with running(Filling) as table:
    file = write_target(table, folder / "target.toml", profiles=profiles.split())
    if when == "before":
        fill()
    settings = Settings(
        target_file=file, folder=folder / "report", max_examples=1, quiet=True, as_json=as_json == "json"
    )
    sys.exit(verify_target(settings))
"""
"""Verifies a server while no file may grow beyond a limit: the system fails each further write (EFBIG)."""
_TESTS = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def cached() -> None:
    """Have the generated requests in the cache: a process whose disk is full cannot keep them."""
    finished(Server)


def verify_on_a_full_disk(
    folder: Path, when: str, *, limit: int = 4096, profiles: str = "", as_json: bool = False
) -> subprocess.CompletedProcess[str]:
    """Verify a server in a process whose files cannot grow beyond the limit."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_TESTS),
        "PYTHONDONTWRITEBYTECODE": "1",  # Python would keep a part of each compiled module
        "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"],
    }
    return subprocess.run(
        [sys.executable, "-c", _LIMITED, folder, str(limit), when, profiles, "json" if as_json else "text"],
        cwd=_TESTS,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_disk_that_is_full_at_the_start_is_told_before_the_first_call(tmp_path: Path) -> None:
    """A run whose reports would be lost creates no backup."""
    ended = verify_on_a_full_disk(tmp_path, "before")
    assert ended.returncode == ExitCode.USAGE
    (line,) = ended.stderr.splitlines()
    assert "report: File too large. The reports need 16 MiB: name another folder." in line
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("profiles", "left"), [("", "Checkpoints left behind: "), ("deletion", "No checkpoint was left behind.")]
)
def test_a_disk_that_becomes_full_costs_no_verdict(tmp_path: Path, profiles: str, left: str) -> None:
    """The verdict is printed, and one line says what could not be written, and what is left on the server."""
    ended = verify_on_a_full_disk(tmp_path, "during", profiles=profiles)
    assert ended.returncode == ExitCode.USAGE
    (line,) = ended.stderr.splitlines()
    assert "File too large. Choose a writable location." in line
    assert left in line
    assert "conformant" in ended.stdout
    assert "Reports: " not in ended.stdout
    written = {each.name for each in (tmp_path / "report").iterdir() if each.is_file()}
    assert {"badge.svg", "badge.json"} <= written
    assert "report.json" not in written
    assert not any(name.startswith(".") for name in written)


def test_the_report_on_standard_output_needs_no_disk(tmp_path: Path) -> None:
    """With `--json`, the whole report is printed, although no file can be written."""
    ended = verify_on_a_full_disk(tmp_path, "during", profiles="deletion", as_json=True)
    assert ended.returncode == ExitCode.USAGE
    found: dict[str, Any] = json.loads(ended.stdout)
    assert found["verdict"] == "conformant"
    assert found["footer"]["complete"] is True
