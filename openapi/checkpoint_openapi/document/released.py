"""The released versions of a contract: one folder each, with the hash of every file in it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from checkpoint_openapi.document.source import DocumentError

__all__ = ["CHANGELOG", "RELEASED", "SUMS", "Deviation", "deviations", "releases", "sums"]

RELEASED, CHANGELOG = "released", "CHANGELOG.md"
"""Where a contract's folder keeps its releases, and their changes."""
SUMS = "SHA256SUMS"
"""The file of the hashes, in the form that `sha256sum --check` reads (GNU coreutils)."""
_VERSION = re.compile(r"\d+(\.\d+)*")
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


class Deviation(NamedTuple):
    """A file of a release that is not as it was released."""

    file: Path
    line: int
    """The line of `SUMS` that tells, or 1."""
    what: str


def releases(folder: Path) -> list[Path]:
    """Return the folders of the releases under a folder, the oldest first; none without such a folder."""
    entries = folder.iterdir() if folder.is_dir() else ()
    found = [entry for entry in entries if _VERSION.fullmatch(entry.name)]
    return sorted(found, key=lambda entry: [int(part) for part in entry.name.split(".")])


def sums(files: dict[str, bytes]) -> str:
    """Return the content of `SUMS` for files by their names."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))


def deviations(release: Path) -> list[Deviation]:
    """Return what is not as it was released: files that were changed, removed or added since.

    Raises `DocumentError` if the hashes cannot be read.
    """
    file = release / SUMS
    if not file.is_file():
        return [Deviation(release, 1, f"has no {SUMS}, so nobody can tell whether it was changed")]
    found: list[Deviation] = []
    known: set[str] = {SUMS}
    for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise DocumentError(f"line {number} is not a hash and a file name", str(file), number)
        name = match.group(2)
        known.add(name)
        if not (release / name).is_file():
            found.append(Deviation(release / name, number, "was removed after the release"))
        elif hashlib.sha256((release / name).read_bytes()).hexdigest() != match.group(1):
            found.append(Deviation(release / name, number, "was changed after the release"))
    others = sorted(entry for entry in release.rglob("*") if entry.is_file())
    names = [str(entry.relative_to(release)) for entry in others]
    found += [
        Deviation(entry, 1, "was added after the release")
        for entry, name in zip(others, names, strict=True)
        if name not in known
    ]
    return found
