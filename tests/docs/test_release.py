"""A release is checked and built by one command, which publishes nothing unless it is told to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi import __version__

from .pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OWN = ("-c", "user.name=A", "-c", "user.email=a@example.com")


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *OWN, *arguments], cwd=folder, check=True, capture_output=True)


def release(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command on a clone, with the code of the clone."""
    paths = ":".join(str(folder / name) for name in ("openapi", "handlers", "conformance"))
    return subprocess.run(
        [sys.executable, "tools/release.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone of the project."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(ROOT), str(folder))
    return folder


def test_what_is_not_committed_stops_a_release(clone: Path) -> None:
    """A stray file, or a version that is out already, is told before anything is built."""
    (clone / "stray").touch()
    stray = release(clone)
    (clone / "stray").unlink()
    git(clone, "tag", f"v{__version__}")
    again = release(clone)
    assert (stray.returncode, again.returncode) == (1, 1)
    assert "not committed" in stray.stderr
    assert "raise the version" in again.stderr


@pytest.mark.matrix
def test_a_dry_run_builds_and_changes_nothing(clone: Path) -> None:
    """Everything is checked, both packages are in dist/, and the checkout is as it was."""
    done = release(clone)
    assert done.returncode == 0, done.stderr
    assert "Nothing was published" in done.stdout
    assert {file.suffix for file in (clone / "dist").iterdir()} == {".whl", ".gz"}
    state = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert state.stdout == ""


def test_supported_pythons_are_named_alike() -> None:
    """The oldest version that the package names is the oldest that it takes; the container has one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert project["requires-python"] == f">={named[0]}"
    container = re.search(r"^ARG PYTHON=(\S+)$", (ROOT / "Containerfile").read_text(), re.MULTILINE)
    assert container
    assert container[1] in named


def test_version_stands_in_one_place() -> None:
    """Nothing else states the version: the package, the manual and the site take it from the module."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dynamic"] == ["version"]
    assert "version" not in project
    assert __version__ not in (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
