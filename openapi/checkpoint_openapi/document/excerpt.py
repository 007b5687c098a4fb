"""The source lines of a place, with a caret below or with those around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from checkpoint_openapi.document.source import Position

__all__ = ["Excerpts", "Line"]

_WIDEST = 100
"""The number of characters to show of a line."""
_BEFORE = 40
"""The number of characters to show before the caret if the line is longer than that."""


class Line(NamedTuple):
    """A line of a file, shortened around the place that it is shown for."""

    number: int
    text: str
    here: bool
    """Whether the place is in this line."""


class Excerpts:
    """Shows lines of files, each read once by `text`, which returns the text of a file."""

    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text
        self._known: dict[str, list[str]] = {}

    def of(self, position: Position) -> list[str]:
        """Return two lines: the one at a position, shortened around it, and a caret below the position."""
        line = self._line(position, position.line)
        return [
            f"    {line.text}",
            f"    {' ' * (position.column - 1 - self._start(position, position.line))}^",
        ]

    def around(self, position: Position, before: int, after: int) -> list[Line]:
        """Return the line at a position and at most so many lines before and after it."""
        count = len(self._lines(position.file))
        numbers = range(max(1, position.line - before), min(count, position.line + after) + 1)
        return [self._line(position, number) for number in numbers]

    def _lines(self, file: str) -> list[str]:
        if file not in self._known:
            self._known[file] = self._text(file).splitlines()
        return self._known[file]

    def _whole(self, position: Position, number: int) -> str:
        lines = self._lines(position.file)
        return lines[number - 1] if number <= len(lines) else ""

    def _start(self, position: Position, number: int) -> int:
        """Return how much of a long line is left out before the column of a position."""
        return max(0, position.column - 1 - _BEFORE) if len(self._whole(position, number)) > _WIDEST else 0

    def _line(self, position: Position, number: int) -> Line:
        start = self._start(position, number)
        text = self._whole(position, number)[start : start + _WIDEST].replace("\t", " ")
        return Line(number, text, number == position.line)
