"""A contract as a folder: its documents, and the catalogues beside them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from checkpoint_openapi.document.documents import Documents, stated_version
from checkpoint_openapi.document.readers import Files
from checkpoint_openapi.document.source import DocumentError, Position, Source, load_with_positions
from checkpoint_openapi.document.values import items, members

__all__ = ["ERRORS", "REQUIREMENTS", "ContractFolder"]

_SUFFIXES = (".yaml", ".yml", ".json")
REQUIREMENTS, ERRORS = "requirements.yaml", "errors.yaml"
"""The names of the catalogues that are compared by what they say."""


class ContractFolder:
    """The OpenAPI documents of a folder, and the data files that name the `contract` they belong to.

    Other files are none of its business. Raises `DocumentError` if a file is broken or no document is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.documents: dict[str, Documents] = {}
        self.catalogues: dict[str, Source] = {}
        for file in sorted(
            entry for entry in path.iterdir() if entry.suffix in _SUFFIXES and entry.is_file()
        ):
            source = load_with_positions(file)
            if "openapi" in source.document:
                self.documents[file.name] = Documents(Files(), str(file))
            elif "contract" in source.document:
                self.catalogues[file.name] = source
        if not self.documents:
            raise DocumentError("holds no OpenAPI document", str(path))

    @cached_property
    def requirements(self) -> list[dict[str, Any]]:
        """The entries of the requirement catalogue that were not withdrawn, or none without a catalogue."""
        entries = self._entries(REQUIREMENTS, "requirements")
        return [entry for entry in entries if entry.get("status") != "withdrawn"]

    @cached_property
    def conditions(self) -> list[dict[str, Any]]:
        """The conditions of the error catalogue, or none without a catalogue."""
        return self._entries(ERRORS, "conditions")

    def versions(self) -> dict[str, str]:
        """Return the version of the contract that each file states, or an empty text."""
        stated = {name: stated_version(documents) for name, documents in self.documents.items()}
        return {**stated, **{name: str(each.document["contract"]) for name, each in self.catalogues.items()}}

    def version_position(self, name: str) -> Position:
        """Return where a file states its version."""
        if name in self.catalogues:
            return self.catalogues[name].position("/contract")
        documents = self.documents[name]
        return documents.position(documents.root / "info" / "version")

    def _entries(self, name: str, member: str) -> list[dict[str, Any]]:
        source = self.catalogues.get(name)
        return [] if source is None else [members(entry) for entry in items(source.document.get(member))]
