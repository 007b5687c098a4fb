"""The server keeps its own contract: the suite, with all profiles, says so of every way to run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.postgres import Postgres
    from handlers.running import RunningServer

pytestmark = pytest.mark.matrix


@pytest.mark.parametrize("workers", ["1", "4"])
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_verify_finds_every_profile_conformant(
    start: Callable[..., RunningServer],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    store: str,
    workers: str,
) -> None:
    """Every requirement of every profile passes on either store, with one worker and with four."""
    url = None
    if store == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database()
    start("--workers", workers, "--conflict", "--protect-seconds", "0.5", url=url)
    verified = subprocess.run(
        [
            str(Path(sys.executable).with_name("checkpoint-contract")),
            "verify",
            "--target",
            "target.toml",
            "--report",
            "report",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert len(report["profiles"]) == 5
    assert report["verdict"] == "conformant"
    # A profile with no MUST, such as conflict, has no verdict to speak of: what counts is each requirement.
    assert [each["id"] for each in report["requirements"] if each["outcome"] != "pass"] == []
