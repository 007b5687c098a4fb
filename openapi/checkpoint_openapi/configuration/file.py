"""A configuration file in TOML or YAML, and places in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.source import DocumentError, Source, parse_with_positions, read_text

__all__ = ["ConfigurationFile", "Language", "Place"]

_SUFFIXES = {".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".json": "yaml"}
_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)

Language = str
"""`toml` or `yaml`, which includes JSON."""


@dataclass(frozen=True)
class ConfigurationFile:
    """The content of a file, the environment that it may refer to, and the mistakes found in it so far."""

    name: str
    content: Any
    environment: Mapping[str, str] | None = None
    """The variables that `{ env = "NAME" }` may refer to; None if the file may refer to nothing."""
    source: Source | None = None
    """The positions in a YAML file; TOML has none, so its keys are identified by their path."""
    hint: str = ""
    """Help for writing such a file."""
    folder: Path = Path()
    """Where `{ file = "NAME" }` is looked up."""
    mistakes: list[tuple[tuple[int, int], str]] = field(default_factory=list[tuple[tuple[int, int], str]])

    @classmethod
    def load(
        cls,
        path: Path,
        language: Language = "toml",
        environment: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> ConfigurationFile:
        """Read a file in the language of its suffix, or else in the given one.

        Raises `DocumentError` if the file cannot be read or parsed.
        """
        try:
            content = read_text(path)
        except DocumentError as error:
            what = error.what if error.what.endswith("?") else f"{error.what}."
            raise DocumentError(f"{what} {hint}".rstrip(), error.file, error.line) from error
        if _SUFFIXES.get(path.suffix, language) == "toml":
            return cls(str(path), _toml(content, str(path)), environment, hint=hint, folder=path.parent)
        source = parse_with_positions(content, str(path))
        return cls(str(path), source.document, environment, source, hint, path.parent)

    def refuse_mistakes(self) -> None:
        """Raise `DocumentError` for the first mistake in the file, with the number of other mistakes."""
        if not self.mistakes:
            return
        (line, column), what = min(self.mistakes, key=lambda mistake: mistake[0])
        more = f" ({len(self.mistakes) - 1} more)" if len(self.mistakes) > 1 else ""
        raise DocumentError(f"{what}{more}", self.name, *((line, column) if line else ()))


def _toml(content: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except RecursionError as error:
        raise DocumentError("is invalid TOML: it is nested too deeply", name) from error
    except ValueError as error:
        found = _TOML_PLACE.fullmatch(str(error))
        what, line, column = found.groups() if found else (str(error), None, None)
        end = content.count("\n") + 1 if found and line is None else None
        place = (int(line), int(column)) if line and column else (end,)
        raise DocumentError(f"is invalid TOML: {what}", name, *place) from error


@dataclass(frozen=True)
class Place:
    """A place in a file, as a path and in readable form."""

    file: ConfigurationFile
    path: tuple[str | int, ...] = ()
    row: str = ""
    """The enclosing list entries, such as `waiver 2`."""
    keys: tuple[str, ...] = ()
    """The keys below those entries."""

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.row, ".".join(self.keys))))

    def key(self, name: str) -> Place:
        """Return the place of a member of this table."""
        return Place(self.file, (*self.path, name), self.row, (*self.keys, name))

    def entry(self, index: int, name: str) -> Place:
        """Return the place of an entry of this list; readers count from 1."""
        row = ", ".join(filter(None, (self.row, f"{name} {index + 1}")))
        return Place(self.file, (*self.path, index), row)

    @property
    def in_file(self) -> str:
        """The place with its file, and its line if that is known."""
        line, _ = self._position()
        return f"{self.file.name}:{line}" if line else f"{self.file.name}: {self}"

    def refuse(self, what: str) -> None:
        """Record a mistake, given as a complete sentence."""
        self.file.mistakes.append((self._position(), what))

    def refuse_missing(self) -> None:
        """Record that a required value is missing."""
        hint = f" {self.file.hint}" if self.file.hint else ""
        self.refuse(f"{self} is missing. Add it.{hint}")

    def refuse_unknown(self, suggestion: str) -> None:
        """Record an unknown key."""
        inside = " in " + ".".join(filter(None, (self.row, f"[{'.'.join(self.keys[:-1])}]")))
        place = inside if self.keys[1:] else f" in {self.row}" if self.row else ""
        self.refuse(f"unknown key {self.keys[-1]!r}{place}. {suggestion}")

    def _position(self) -> tuple[int, int]:
        if self.file.source is None:
            return (0, 0)
        found = self.file.source.position(child("", *self.path))
        return (found.line, found.column)
