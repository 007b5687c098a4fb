"""A mutant can be served by hand."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from checkpoint_conformance.target.target import Target

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_mutant_is_served_until_a_signal(tmp_path: Path, number: int) -> None:
    """It writes its target file, says where it listens, and ends without a traceback."""
    file = tmp_path / "target.toml"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.mutants", "answer-compressed-unsaid", str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as served:
        assert served.stdout
        assert served.stderr
        told = served.stdout.readline()
        target = Target.load(file)
        served.send_signal(number)
        assert served.stderr.read() == ""
    assert target.url in told
    assert target.second_project
    assert served.returncode == 0
