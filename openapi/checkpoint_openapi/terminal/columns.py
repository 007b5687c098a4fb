"""Text in the columns of a terminal, where an ideograph takes two and a combining mark none."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import click

__all__ = ["clipped", "columns", "fitted", "padded", "wrapped"]

_OPENING = "\u201c\u300a\u300c\u3010\uff08"
_CLOSING = "\u201d\u3001\u3002\u300b\u300d\u3011\uff01\uff09\uff0c\uff1a\uff1b\uff1f"
_WORD = re.compile(rf"[{_OPENING}]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef\u201c\u201d]+)[{_CLOSING}]*|\S")
"""The unit that is never broken: an ideograph, or a run of other letters, with the punctuation around it."""
_ADDRESS = re.compile(r"(?<![\w./])/[^\s()\[\]\"'`,;]{39,}(?<![.:])")
"""A path of at least forty letters."""
_CARET = re.compile(r" *\^")
_LEAST = 20
"""Columns beside the margin that make wrapping worthwhile."""
_NARROW = 2
"""The indent where no other leaves that much."""


def columns(text: str) -> int:
    """Return the width of a text in terminal columns, ignoring colour codes."""
    return sum(map(_width, click.unstyle(text)))


def padded(text: str, width: int) -> str:
    """Return the text padded with spaces to a width in columns."""
    return text + " " * (width - columns(text))


def clipped(text: str, width: int) -> str:
    """Return as much of a plain text as a width in columns holds."""
    taken, end = 0, 0
    for letter in text:
        taken += _width(letter)
        if taken > width:
            break
        end += 1
    return text[:end]


def wrapped(text: str, width: int | None, indent: int) -> str:
    """Return the text wrapped by words to a width, with later lines indented; None means no wrapping.

    Where the indent leaves too little of a narrow terminal, a small one takes its place.
    """
    if width is None:
        return text
    if indent + _LEAST > width:
        indent = min(indent, _NARROW)
    lines = [""]
    for space, word in re.findall(rf"(\s*)({_WORD.pattern})", text):
        margin = indent if len(lines) > 1 else 0
        if lines[-1] and margin + columns(lines[-1] + space + word) > width:
            lines.append(word)
        else:
            lines[-1] += space + word
    return ("\n" + " " * indent).join(lines)


def fitted(text: str, width: int | None) -> str:
    """Return a text of many lines for a terminal of a width; None means that no terminal shows it.

    Each line is wrapped by words, and a long address that was written before is folded to its last part. A
    line with a caret below it stays as it is.
    """
    if width is None:
        return text
    lines = _folded(text).split("\n")
    return "\n".join(
        line if _CARET.fullmatch(after) else wrapped(line, width, len(line) - len(line.lstrip()) + 2)
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
    )


def _folded(text: str) -> str:
    """Return the text with each long address written out once; those that would look alike are not folded."""
    short = {address: f"…/{address.rpartition('/')[2]}" for address in _ADDRESS.findall(text)}
    seen = Counter(short.values())
    written = set[str]()

    def fold(match: re.Match[str]) -> str:
        address = match.group()
        if address in written and seen[short[address]] == 1:
            return short[address]
        written.add(address)
        return address

    return _ADDRESS.sub(fold, text)


def _width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
