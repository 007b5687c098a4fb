"""Reads the files of a contract, each once for as long as it stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from checkpoint_openapi.document.source import Source, load_with_positions

__all__ = ["FileState", "SeenFiles", "file_state"]


class FileState(NamedTuple):
    """What tells one state of a file from another."""

    modified: int
    """In nanoseconds."""
    size: int
    inode: int


def file_state(path: Path) -> FileState | None:
    """Return the state of a file, None when it is not there: an editor may be about to put it back."""
    try:
        found = path.stat()
    except OSError:
        return None
    return FileState(found.st_mtime_ns, found.st_size, found.st_ino)


class SeenFiles:
    """A reader of documents that remembers what it read until the file changes."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[FileState | None, Source]] = {}

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` when it is missing or broken."""
        path = Path(file)
        state = file_state(path)
        if path not in self._seen or self._seen[path][0] != state:
            self._seen[path] = state, load_with_positions(file)
        return self._seen[path][1]
