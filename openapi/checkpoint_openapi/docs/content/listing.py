"""The text of a document line by line, as HTML with syntax highlighting."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import yaml
from markupsafe import Markup

from checkpoint_openapi.document.formats.fast_yaml import FastSafeLoader

__all__ = ["Block", "Clauses", "Line", "Listing", "anchor", "listing"]

Clauses: TypeAlias = dict[int, tuple[str, ...]]
"""The ids of requirements, by the line where their clause starts."""

_PLAIN_WORDS = {"true", "false", "null", "~"}
_LONG = 20_000
"""From this number of lines on, a document is listed in blocks: browsers stall if each line has elements."""
_BLOCK = 500
"""The number of lines in a block."""


class Line(NamedTuple):
    """One line of a document."""

    number: int
    anchor: str
    html: Markup
    requirements: tuple[str, ...]
    """The ids of the requirements whose clause starts here."""


class Block(NamedTuple):
    """Some lines of a long document, without highlighting."""

    first: int
    """The number of the first line."""
    size: int
    html: Markup

    @property
    def numbers(self) -> str:
        """The number of each line, one a line."""
        return "\n".join(map(str, range(self.first, self.first + self.size)))


class Listing(NamedTuple):
    """A document as written, by lines or, if it is long, in blocks."""

    name: str
    size: int
    """The number of lines."""
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]


def anchor(name: str, line: int) -> str:
    """Return the id of a document's line on the page."""
    return f"{name}-L{line}"


def listing(text: str, name: str, clauses: Clauses) -> Listing:
    """Return a document with the requirements for each of its lines, counted from 1."""
    return _listing(text, name, tuple(clauses.items()))


@lru_cache(maxsize=8)
def _listing(text: str, name: str, clauses: tuple[tuple[int, tuple[str, ...]], ...]) -> Listing:
    """Build a listing, cached for as long as the preview shows it."""
    written = text.splitlines()
    if len(written) >= _LONG:
        return Listing(name, len(written), (), tuple(_blocks(written)))
    spans, found = _spans(text), dict(clauses)
    lines = [
        Line(
            number,
            anchor(name, number),
            _marked(line, spans.get(number - 1, [])),
            found.get(number, ()),
        )
        for number, line in enumerate(written, 1)
    ]
    return Listing(name, len(lines), tuple(lines), ())


def _blocks(lines: list[str]) -> Iterator[Block]:
    for start in range(0, len(lines), _BLOCK):
        some = lines[start : start + _BLOCK]
        text = html.escape("\n".join(some), quote=False)
        yield Block(start + 1, len(some), Markup(text))  # noqa: S704 - escaped


class _Span(NamedTuple):
    start: int
    end: int
    kind: str


def _spans(text: str) -> dict[int, list[_Span]]:
    """Return the positions of keys and values, by line counted from 0."""
    found: dict[int, list[_Span]] = defaultdict(list)
    lines = text.splitlines()
    expects_key = False
    for token in yaml.scan(text, Loader=FastSafeLoader):
        if isinstance(token, (yaml.KeyToken, yaml.ValueToken)):
            expects_key = isinstance(token, yaml.KeyToken)
        elif isinstance(token, yaml.ScalarToken):
            kind = "key" if expects_key else _kind(token)
            expects_key = False
            first, last = token.start_mark, token.end_mark
            for number in range(first.line, min(last.line, len(lines) - 1) + 1):
                start = first.column if number == first.line else 0
                end = last.column if number == last.line else len(lines[number])
                if end > start:
                    found[number].append(_Span(start, end, kind))
    return found


def _kind(token: yaml.ScalarToken) -> str:
    if token.style in ("|", ">"):
        return "text"
    if token.style:
        return "string"
    word = token.value
    return "literal" if word in _PLAIN_WORDS or word.replace(".", "", 1).lstrip("-").isdigit() else "string"


def _marked(text: str, spans: list[_Span]) -> Markup:
    """Return one line with its spans; text that starts with `#` between them is a comment."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += [html.escape(text[at : span.start]), _element(span.kind, text[span.start : span.end])]
        at = span.end
    code, hash_mark, comment = text[at:].partition("#")
    parts.append(html.escape(code))
    if hash_mark:
        parts.append(_element("comment", hash_mark + comment))
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


def _element(kind: str, text: str) -> str:
    return f'<span class="y-{kind}">{html.escape(text)}</span>'
