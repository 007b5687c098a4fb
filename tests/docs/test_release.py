"""A release is checked and built by one command, which publishes nothing unless it is told to."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi import __version__

from .pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUTHOR = {
    f"GIT_{role}_{member}": value
    for role in ("AUTHOR", "COMMITTER")
    for member, value in (("NAME", "A"), ("EMAIL", "a@example.com"))
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it printed."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def release(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a clone, with the code of the clone."""
    paths = ":".join(str(folder / name) for name in ("openapi", "handlers", "conformance"))
    return subprocess.run(
        [sys.executable, "tools/release.py", *options],
        cwd=folder,
        env=os.environ | AUTHOR | {"PYTHONPATH": paths} | environment,
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


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """Serve an empty package index that anybody may upload to; return its address."""
    packages = tmp_path / "index"
    packages.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address, port = listener.getsockname()
    options = ["-i", address, "-p", str(port), "-P", ".", "-a", ".", "--log-stream", "none"]
    process = subprocess.Popen([sys.executable, "-m", "pypiserver", "run", *options, str(packages)])
    try:
        while not listens(address, port):
            assert process.poll() is None
            time.sleep(0.05)
        yield f"http://{address}:{port}"
    finally:
        process.terminate()
        process.wait(10)


def listens(address: str, port: int) -> bool:
    """Return whether a connection is taken."""
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


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
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.matrix
def test_a_release_is_tagged_uploaded_and_pushed(clone: Path, index: str, tmp_path: Path) -> None:
    """What is out afterwards is one commit and its tag at the origin, and a package that pip finds."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "origin")
    git(clone, "checkout", "-q", "-B", "main")
    git(clone, "remote", "set-url", "origin", str(tmp_path / "origin"))
    git(clone, "push", "-q", "-u", "origin", "main")
    account = {"TWINE_USERNAME": "a", "TWINE_PASSWORD": "a"}
    done = release(clone, "--publish", TWINE_REPOSITORY_URL=index, **account)
    assert done.returncode == 0, done.stderr
    tagged = git(tmp_path / "origin", "log", "--format=%s", "-1", f"v{__version__}", "--", "CHANGELOG.md")
    assert tagged == f"Release {__version__}\n"
    assert git(tmp_path / "origin", "rev-parse", "main") == git(clone, "rev-parse", f"v{__version__}^{{}}")
    found = [f"--index-url={index}/simple/", "--no-deps", f"--dest={tmp_path}"]
    download = [sys.executable, "-m", "pip", "download", "-q", *found, "checkpoint-contract"]
    subprocess.run(download, check=True, env=os.environ | {"PIP_CONFIG_FILE": os.devnull})
    assert list(tmp_path.glob(f"checkpoint_contract-{__version__}-*.whl"))


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
