"""Where the files of a document come from."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from checkpoint_openapi.document.source import AbsentError, Source, load_with_positions, parse_with_positions

__all__ = ["Files", "Reader", "Text"]


class Reader(Protocol):
    """The source of a document's files."""

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` if it is missing or broken."""
        ...

    def find(self, file: str) -> Source | None:
        """Read one file, or return None if it is missing; raises `DocumentError` if it is broken."""
        ...


class Files:
    """Reads documents from the file system."""

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` if it is missing or broken."""
        return load_with_positions(Path(file))

    def find(self, file: str) -> Source | None:
        """Read one file, or return None if it is missing; raises `DocumentError` if it is broken."""
        return self.read(file) if Path(file).exists() else None


class Text:
    """Reads documents from memory, for tests and the live preview."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` if it is missing or broken."""
        if file not in self._files:
            raise AbsentError("cannot be read: there is no such document", file)
        return parse_with_positions(self._files[file], file)

    def find(self, file: str) -> Source | None:
        """Read one file, or return None if it is missing; raises `DocumentError` if it is broken."""
        return self.read(file) if file in self._files else None
