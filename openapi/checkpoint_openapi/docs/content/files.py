"""Reads the files of a contract, and each again only when it has changed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from checkpoint_openapi.document.source import Source, load_with_positions

__all__ = ["FileState", "SeenFiles", "file_state"]


class FileState(NamedTuple):
    """The state of a file, to detect changes."""

    modified: int
    """In nanoseconds."""
    size: int
    inode: int


def file_state(path: Path) -> FileState | None:
    """Return the state of a file, or None if it is missing: an editor may be about to replace it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return FileState(found.st_mtime_ns, found.st_size, found.st_ino)


class SeenFiles:
    """A reader of documents that caches each file until it changes."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[FileState | None, Source]] = {}

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` if it is missing or broken."""
        path = Path(file)
        state = file_state(path)
        if path not in self._seen or self._seen[path][0] != state:
            self._seen[path] = state, load_with_positions(file)
        return self._seen[path][1]

    def find(self, file: str) -> Source | None:
        """Read one file, or return None if it is missing; raises `DocumentError` if it is broken."""
        return self.read(file) if Path(file).exists() else None
