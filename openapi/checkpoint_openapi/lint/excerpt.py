"""The source line of a place, with a caret below."""

from __future__ import annotations

from checkpoint_openapi.document.source import Position, read_text

__all__ = ["Excerpts"]

_WIDEST = 100
"""The number of characters to show of a line."""
_BEFORE = 40
"""The number of characters to show before the caret if the line is longer than that."""


class Excerpts:
    """Shows lines of files, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, list[str]] = {}

    def of(self, position: Position) -> list[str]:
        """Return two lines: the one at a position, shortened around it, and a caret below the position."""
        if position.file not in self._known:
            self._known[position.file] = read_text(position.file).splitlines()
        lines = self._known[position.file]
        line = lines[position.line - 1] if position.line <= len(lines) else ""
        start = max(0, position.column - 1 - _BEFORE) if len(line) > _WIDEST else 0
        shown = line[start : start + _WIDEST].replace("\t", " ")
        return [f"    {shown}", f"    {' ' * (position.column - 1 - start)}^"]
