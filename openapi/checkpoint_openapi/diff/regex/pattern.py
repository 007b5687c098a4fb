"""Parses an ECMA-262 regular expression, as used by `pattern`, into a regular language of whole strings.

`pattern` is not anchored (JSON Schema 2020-12, 6.3.3), so anything may precede `^` or follow `$`. Lookaheads
are intersections. A pattern that is not regular, or belongs to another dialect, raises `Undecided`.
"""

from __future__ import annotations

from functools import lru_cache

from checkpoint_openapi.diff.regex.language import (
    ANY,
    ANYTHING,
    EMPTY,
    NOTHING,
    Chars,
    Expression,
    Undecided,
    accepts_empty,
    alternatives,
    both,
    chars,
    inverse,
    repeat,
    sequence,
    written,
)

__all__ = ["language_of", "rewritten"]

_DIGIT = chars((0x30, 0x39))
_WORD = chars((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE = chars(
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
    (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_LINE_END = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_MOST_REPEATS = 100_000


class _Start:
    """`^`: nothing comes before."""


class _End:
    """`$`: nothing comes after."""


class _Ahead:
    """A lookahead: the rest of the string starts with a word of `language`, or does not."""

    def __init__(self, options: list[list[_Item]], *, negated: bool) -> None:
        self.options = options
        self.negated = negated


class _Group:
    """Alternatives that are not yet a language, since they may contain anchors."""

    def __init__(self, options: list[list[_Item]]) -> None:
        self.options = options


_Item = Expression | _Start | _End | _Ahead | _Group


@lru_cache(maxsize=4096)
def language_of(pattern: str) -> Expression:
    """Return the strings that a pattern accepts; raises `Undecided` if it cannot read the pattern."""
    reader = _Reader(pattern)
    options = reader.options()
    if reader.at < len(pattern):
        raise Undecided(f"an unmatched {pattern[reader.at]!r}")
    return alternatives(*(_whole(items, free=True) for items in options))


def rewritten(pattern: str) -> str | None:
    """Return an equivalent pattern without constructs that engines read differently, or None."""
    try:
        return f"^(?:{written(language_of(pattern))})$"
    except Undecided:
        return None


def _whole(items: list[_Item], *, free: bool) -> Expression:
    """Return the strings that a sequence accepts; `free` means that anything may come before it."""
    if not items:
        return ANYTHING
    head, tail = items[0], items[1:]
    if isinstance(head, _Start):
        return _whole(tail, free=False)
    if isinstance(head, _Group) and _anchored(head):
        return alternatives(*(_whole([*option, *tail], free=free) for option in head.options))
    if free:
        return sequence(ANYTHING, _bound(items))
    return _bound(items)


def _bound(items: list[_Item]) -> Expression:
    """Return the strings that start with a match of a sequence."""
    for number, item in enumerate(items):
        before = [_language(part) for part in items[:number]]
        after = items[number + 1 :]
        if isinstance(item, _End):
            return sequence(*before, _only_empty(after))
        if isinstance(item, _Start):
            if any(accepts_empty(part) for part in before) or not before:
                raise Undecided("a `^` in the middle")
            return NOTHING
        if isinstance(item, _Ahead):
            ahead = alternatives(*(_whole(option, free=False) for option in item.options))
            rest = both(inverse(ahead) if item.negated else ahead, _bound(after))
            return sequence(*before, rest)
        if isinstance(item, _Group) and _anchored(item):
            options = (_bound([*option, *after]) for option in item.options)
            return sequence(*before, alternatives(*options))
    return sequence(*(_language(item) for item in items), ANYTHING)


def _only_empty(items: list[_Item]) -> Expression:
    """Return what a sequence after `$` accepts: the empty string, if every item can be empty."""
    for item in items:
        if isinstance(item, _End):
            continue
        if isinstance(item, _Start | _Ahead) or (isinstance(item, _Group) and _anchored(item)):
            raise Undecided("more after a `$`")
        if not accepts_empty(_language(item)):
            return NOTHING
    return EMPTY


def _anchored(item: _Item) -> bool:
    """Return whether a group contains an anchor or a lookahead at any depth."""
    if isinstance(item, _Start | _End | _Ahead):
        return True
    return isinstance(item, _Group) and any(_anchored(part) for option in item.options for part in option)


def _language(item: _Item) -> Expression:
    """Return the language of an item without anchors."""
    if isinstance(item, _Group):
        return alternatives(*(sequence(*(_language(part) for part in option)) for option in item.options))
    if isinstance(item, _Start | _End | _Ahead):
        raise Undecided("an anchor or a lookahead inside a repetition")
    return item


class _Reader:
    """A recursive descent parser for patterns."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def options(self) -> list[list[_Item]]:
        """Read alternatives up to a closing parenthesis or the end."""
        found: list[list[_Item]] = [[]]
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self._take("|"):
                found.append([])
            else:
                found[-1].append(self._quantified(self._atom()))
        return found

    def _take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise Undecided("an end in the middle")
        self.at += 1
        return self.text[self.at - 1]

    def _atom(self) -> _Item:
        letter = self._next()
        if letter == "^":
            return _Start()
        if letter == "$":
            return _End()
        if letter == ".":
            return chars(*_LINE_END, negated=True)
        if letter == "(":
            return self._group()
        if letter == "[":
            return self._class()
        if letter == "\\":
            return self._escape()
        if letter in "*+?":
            raise Undecided(f"a {letter!r} that repeats nothing")
        return chars((ord(letter), ord(letter)))

    def _group(self) -> _Item:
        ahead = None
        if self._take("?"):
            if self._take("=") or self._take("!"):
                ahead = self.text[self.at - 1]
            elif self._take("<") and not self.text.startswith(("=", "!"), self.at):
                while self._next() != ">":
                    pass
            elif not self._take(":"):
                raise Undecided("a lookbehind or a flag")
        options = self.options()
        if not self._take(")"):
            raise Undecided("a bracket that is not closed")
        return _Ahead(options, negated=ahead == "!") if ahead else _Group(options)

    def _quantified(self, item: _Item) -> _Item:
        while True:
            bounds = self._bounds()
            if bounds is None:
                return item
            self._take("?")
            if self._take("+"):
                raise Undecided("a possessive repetition")
            if bounds != (0, 1) or not _anchored(item):
                item = repeat(_language(item), *bounds)
            elif isinstance(item, _Group):
                item = _Group([*item.options, []])
            else:
                raise Undecided("an optional anchor")

    def _bounds(self) -> tuple[int, int | None] | None:
        if self._take("*"):
            return 0, None
        if self._take("+"):
            return 1, None
        if self._take("?"):
            return 0, 1
        end = self.text.find("}", self.at)
        if not self.text.startswith("{", self.at) or end < 0:
            return None
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            return None
        self.at = end + 1
        least = int(low)
        most = int(high) if high else None if comma else least
        if least > _MOST_REPEATS or (most is not None and not least <= most <= _MOST_REPEATS):
            raise Undecided("a repetition out of bounds")
        return least, most

    def _escape(self) -> Chars:
        letter = self._next()
        if letter.lower() in _CLASSES:
            found = _CLASSES[letter.lower()]
            return found if letter.islower() else chars(*found.ranges, negated=True)
        code = self._code(letter)
        return chars((code, code))

    def _code(self, letter: str) -> int:
        """Return the character that an escape represents."""
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter == "c":
            return ord(self._next()) % 32
        if letter == "x":
            return self._hexadecimal(2)
        if letter == "u":
            if self._take("{"):
                return self._hexadecimal(self.text.find("}", self.at) - self.at, closed=True)
            return self._hexadecimal(4)
        if letter.isalnum():
            raise Undecided(f"the escape \\{letter}")
        return ord(letter)

    def _hexadecimal(self, digits: int, *, closed: bool = False) -> int:
        text = self.text[self.at : self.at + max(digits, 0)]
        try:
            code = int(text, 16)
        except ValueError as error:
            raise Undecided("an escape that is not a number") from error
        self.at += digits + closed
        if code > ANY.ranges[-1][1] or 0xD800 <= code <= 0xDFFF:
            raise Undecided("an escape for a surrogate")
        return code

    def _class(self) -> Chars:
        negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            low = self._member()
            if not (self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at)):
                ranges.extend(low.ranges)
                continue
            self.at += 1
            high = self._member()
            if len(low.ranges) == len(high.ranges) == 1 and _single(low) and _single(high):
                if low.ranges[0][0] > high.ranges[0][0]:
                    raise Undecided("a range that runs backwards")
                ranges.append((low.ranges[0][0], high.ranges[0][0]))
            else:
                ranges.extend([*low.ranges, *high.ranges, (0x2D, 0x2D)])
        return chars(*ranges, negated=negated)

    def _member(self) -> Chars:
        letter = self._next()
        if letter == "\\":
            if self._take("b"):
                return chars((8, 8))
            return self._escape()
        if letter == "[" and self.text.startswith((":", "="), self.at):
            raise Undecided("a class by name")
        return chars((ord(letter), ord(letter)))


def _single(found: Chars) -> bool:
    return found.ranges[0][0] == found.ranges[0][1]
