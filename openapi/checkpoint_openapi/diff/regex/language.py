"""Regular languages by derivatives: is one pattern contained in another, and if not, which word shows it?

Expressions are built by the functions below, which keep them in a simplified, shared form, so that the set of
derivatives of an expression is finite and small (Brzozowski 1964; Owens, Reppy and Turon 2009). The alphabet
is Unicode without surrogates, as JSON Schema counts characters.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

__all__ = [
    "ANY",
    "ANYTHING",
    "EMPTY",
    "NOTHING",
    "Chars",
    "Expression",
    "Undecided",
    "accepts_empty",
    "alternatives",
    "both",
    "chars",
    "inverse",
    "is_contained",
    "lengths",
    "literal",
    "repeat",
    "sequence",
    "shortest_word",
    "words",
    "written",
]

_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
_STATES = 6000
"""The number of derivatives examined before the question is given up."""
_FAVOURITES = tuple(ord(letter) for letter in "a0A-_ .Zz9")


class Undecided(Exception):
    """Raised if the question is too large to answer, or the language is not regular."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character from sorted, disjoint, inclusive ranges; without ranges, the language of no words."""

    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[Expression, ...]
    """Without parts, the language of the empty word alone."""


@dataclass(frozen=True, slots=True)
class _Alternatives:
    options: frozenset[Expression]


@dataclass(frozen=True, slots=True)
class _Both:
    parts: frozenset[Expression]


@dataclass(frozen=True, slots=True)
class _Inverse:
    inner: Expression


@dataclass(frozen=True, slots=True)
class _Repeat:
    inner: Expression
    least: int
    most: int | None


Expression: TypeAlias = Chars | _Sequence | _Alternatives | _Both | _Inverse | _Repeat
"""A regular expression as its parts; it matches a set of texts."""

NOTHING: Expression = Chars(())
"""The language of no words."""
EMPTY: Expression = _Sequence(())
"""The language of the empty word."""
ANY = Chars(((0, _SURROGATES[0] - 1), (_SURROGATES[1] + 1, _LAST)))
"""The language of all single characters."""
ANYTHING: Expression = _Repeat(ANY, 0, None)
"""The language of all words."""


def chars(*ranges: tuple[int, int], negated: bool = False) -> Chars:
    """Return one character from inclusive code point ranges, or from all others."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    if not negated:
        return Chars(tuple(merged))
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in sorted([*merged, _SURROGATES]):
        if low > start:
            gaps.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _LAST:
        gaps.append((start, _LAST))
    return Chars(tuple(gaps))


def literal(word: str) -> Expression:
    """Return the language of one word."""
    return sequence(*(chars((ord(letter), ord(letter))) for letter in word))


def sequence(*parts: Expression) -> Expression:
    """Return the words made of one word of each part in turn."""
    flat: list[Expression] = []
    for part in parts:
        if part == NOTHING:
            return NOTHING
        flat.extend(part.parts if isinstance(part, _Sequence) else (part,))
    return flat[0] if len(flat) == 1 else _Sequence(tuple(flat))


def alternatives(*options: Expression) -> Expression:
    """Return the words of any of the options."""
    flat: set[Expression] = set()
    ranges: list[tuple[int, int]] = []
    for option in options:
        members = option.options if isinstance(option, _Alternatives) else (option,)
        for member in members:
            if isinstance(member, Chars):
                ranges.extend(member.ranges)
            else:
                flat.add(member)
    if ANYTHING in flat:
        return ANYTHING
    if ranges:
        flat.add(chars(*ranges))
    if not flat:
        return NOTHING
    return next(iter(flat)) if len(flat) == 1 else _Alternatives(frozenset(flat))


def both(*parts: Expression) -> Expression:
    """Return the words that are in every part."""
    flat: set[Expression] = set()
    for part in parts:
        flat.update(part.parts if isinstance(part, _Both) else (part,))
    flat.discard(ANYTHING)
    if NOTHING in flat:
        return NOTHING
    if not flat:
        return ANYTHING
    return next(iter(flat)) if len(flat) == 1 else _Both(frozenset(flat))


def inverse(inner: Expression) -> Expression:
    """Return every word that is not in `inner`."""
    if isinstance(inner, _Inverse):
        return inner.inner
    if inner == NOTHING:
        return ANYTHING
    return NOTHING if inner == ANYTHING else _Inverse(inner)


def repeat(inner: Expression, least: int = 0, most: int | None = None) -> Expression:
    """Return the words made of `least` to `most` words of `inner`; `most=None` means no upper limit."""
    if most == 0 or (inner in (NOTHING, EMPTY) and least == 0):
        return EMPTY
    if inner in (NOTHING, EMPTY) or (least == 1 and most == 1):
        return inner
    if isinstance(inner, _Repeat) and inner.least == 0 and inner.most is None:
        return inner
    return _Repeat(inner, 0 if _nullable(inner) else least, most)


def is_contained(inner: Expression, outer: Expression) -> bool:
    """Return whether every word of `inner` is a word of `outer`; raises `Undecided` if that is too large."""
    return shortest_word(both(inner, inverse(outer))) is None


@lru_cache(maxsize=2048)
def shortest_word(language: Expression) -> str | None:
    """Return a shortest word of a language, preferring readable characters, or None if it has no words.

    Raises `Undecided` if the language has too many derivatives.
    """
    seen = {language}
    queue = deque([(language, "")])
    while queue:
        state, word = queue.popleft()
        if _nullable(state):
            return word
        for letter in _letters(state):
            following = _derivative(state, letter)
            if following != NOTHING and following not in seen:
                if len(seen) >= _STATES:
                    raise Undecided("the pattern has too many states")
                seen.add(following)
                queue.append((following, word + chr(letter)))
    return None


@lru_cache(maxsize=1024)
def lengths(language: Expression) -> tuple[int, int | None]:
    """Return bounds on the lengths of the words of a language; the upper bound is None if there is none."""
    match language:
        case Chars():
            return 1, 1
        case _Sequence(parts):
            bounds = [lengths(part) for part in parts]
            return sum(low for low, _ in bounds), _total([high for _, high in bounds])
        case _Alternatives(options):
            bounds = [lengths(option) for option in options]
            highs = [high for _, high in bounds]
            return min(low for low, _ in bounds), None if None in highs else max(h or 0 for h in highs)
        case _Both(parts):
            bounds = [lengths(part) for part in parts]
            known = [high for _, high in bounds if high is not None]
            return max(low for low, _ in bounds), min(known, default=None)
        case _Inverse():
            return 0, None
        case _Repeat(inner, least, most):
            low, high = lengths(inner)
            return low * least, None if high is None or most is None else high * most


def words(language: Expression, limit: int) -> frozenset[str] | None:
    """Return all words of a language if there are at most `limit` and they are easy to list, else None."""
    match language:
        case Chars(ranges):
            if sum(high - low + 1 for low, high in ranges) > limit:
                return None
            return frozenset(chr(code) for low, high in ranges for code in range(low, high + 1))
        case _Sequence(parts):
            found = frozenset({""})
            for part in parts:
                following = words(part, limit)
                if following is None or len(found) * len(following) > limit:
                    return None
                found = frozenset(head + tail for head in found for tail in following)
            return found
        case _Alternatives(options):
            sets = [words(option, limit) for option in options]
            union = frozenset(word for found in sets if found is not None for word in found)
            return None if None in sets or len(union) > limit else union
        case _Repeat(inner, least, most) if most is not None and most <= limit:
            counts = (words(sequence(*[inner] * count), limit) for count in range(least, most + 1))
            sets = list(counts)
            union = frozenset(word for found in sets if found is not None for word in found)
            return None if None in sets or len(union) > limit else union
        case _:
            return None


def written(language: Expression) -> str:
    """Return a language as a regular expression; raises `Undecided` for intersections and inverses."""
    match language:
        case Chars(ranges):
            return f"[{''.join(f'{_code(low)}-{_code(high)}' for low, high in ranges)}]" if ranges else "(?!)"
        case _Sequence(parts):
            return "".join(written(part) for part in parts)
        case _Alternatives(options):
            return f"(?:{'|'.join(sorted(written(option) for option in options))})"
        case _Repeat(inner, least, most):
            return f"(?:{written(inner)}){{{least},{'' if most is None else most}}}"
        case _:
            raise Undecided("no plain expression")


def accepts_empty(language: Expression) -> bool:
    """Return whether the empty word is in a language."""
    return _nullable(language)


def _total(bounds: list[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if len(known) == len(bounds) else None


def _code(point: int) -> str:
    return f"\\u{{{point:X}}}"


@lru_cache(maxsize=65536)
def _nullable(language: Expression) -> bool:
    """Return whether the empty word is in a language."""
    match language:
        case Chars():
            return False
        case _Sequence(parts) | _Both(parts):
            return all(_nullable(part) for part in parts)
        case _Alternatives(options):
            return any(_nullable(option) for option in options)
        case _Inverse(inner):
            return not _nullable(inner)
        case _Repeat(inner, least, _):
            return least == 0 or _nullable(inner)


@lru_cache(maxsize=65536)
def _derivative(language: Expression, letter: int) -> Expression:
    """Return what may follow `letter` at the start of a word of a language."""
    match language:
        case Chars(ranges):
            return EMPTY if any(low <= letter <= high for low, high in ranges) else NOTHING
        case _Sequence(parts):
            options: list[Expression] = []
            for number, part in enumerate(parts):
                options.append(sequence(_derivative(part, letter), *parts[number + 1 :]))
                if not _nullable(part):
                    break
            return alternatives(*options)
        case _Alternatives(options_):
            return alternatives(*(_derivative(option, letter) for option in options_))
        case _Both(parts_):
            return both(*(_derivative(part, letter) for part in parts_))
        case _Inverse(inner):
            return inverse(_derivative(inner, letter))
        case _Repeat(inner, least, most):
            rest = repeat(inner, max(least - 1, 0), None if most is None else most - 1)
            return sequence(_derivative(inner, letter), rest)


@lru_cache(maxsize=65536)
def _cuts(language: Expression) -> frozenset[int]:
    """Return the code points at which the derivative of a language may change."""
    match language:
        case Chars(ranges):
            return frozenset(edge for low, high in ranges for edge in (low, high + 1))
        case _Sequence(parts):
            found: frozenset[int] = frozenset()
            for part in parts:
                found |= _cuts(part)
                if not _nullable(part):
                    break
            return found
        case _Alternatives(members) | _Both(members):
            return frozenset[int]().union(*(_cuts(member) for member in members))
        case _Inverse(inner) | _Repeat(inner, _, _):
            return _cuts(inner)


@lru_cache(maxsize=65536)
def _letters(language: Expression) -> tuple[int, ...]:
    """Return one character of each class that a language distinguishes at its start."""
    edges = sorted({0, *_cuts(language), _LAST + 1})
    found: list[int] = []
    for edge, following in itertools.pairwise(edges):
        high = following - 1
        low = _SURROGATES[1] + 1 if _SURROGATES[0] <= edge <= _SURROGATES[1] else edge
        if low > high or low > _LAST:
            continue
        readable = max(low, 0x21) if high >= 0x21 else low
        found.append(next((code for code in _FAVOURITES if low <= code <= high), readable))
    found.sort(key=lambda code: (code > 0x7E or code < 0x20, code))
    return tuple(found)
