"""Real documents of several megabytes: GitHub's API descriptions, from the npm package `@octokit/openapi`."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

__all__ = ["pairs"]

_MAJOR = ("22.0.0", "23.0.2")
_FILE = "package/generated/{}.json"


def pairs(folder: Path) -> list[tuple[str, Path, Path]]:
    """Fetch two versions of the package, and return the pairs of documents to compare, with their names.

    Raises `subprocess.CalledProcessError` if npm cannot fetch them.
    """
    old, new = (_fetched(folder / version, version) for version in _MAJOR)
    return [
        ("GitHub, between two major versions", old / "api.github.com.json", new / "api.github.com.json"),
        ("GitHub's server, between two minor versions", new / "ghes-3.18.json", new / "ghes-3.19.json"),
    ]


def _fetched(folder: Path, version: str) -> Path:
    """Fetch one version of the package and return the folder of its documents."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", "--silent", f"@octokit/openapi@{version}"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    names = [_FILE.format(name) for name in ("api.github.com", "ghes-3.18", "ghes-3.19")]
    with tarfile.open(folder / done.stdout.strip()) as archive:
        archive.extractall(folder, [archive.getmember(name) for name in names], filter="data")
    return folder / "package" / "generated"
