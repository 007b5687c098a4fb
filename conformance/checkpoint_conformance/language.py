"""The language of verdicts, reports and messages: English as written, or Chinese from a catalogue.

A run stores its sentences in English, so that a report can be compared, merged and shown in any language.
The catalogue, `zh.yaml`, maps each English text to its translation. A text may have named places for values:

- `{name}`: a value, such as a status, an id or bytes of the server, which stays as it is;
- `{names}`, or any name that ends with `names`: a list of such values, separated as the language does it;
- `{WHAT}`, a name in capitals: another text of the suite, which is translated in its turn.

A text that is hardly more than its places, such as `{WHAT}: {MORE}`, is known only if what stands in them is.
What stands in quotes is a value, and no place begins or ends within it.

Only text for people is translated, never the JSON, JUnit or HAR report, nor the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

__all__ = ["LANGUAGES", "catalogue", "language", "retold", "speaking", "tr"]

LANGUAGES = ("en", "zh")
"""The supported languages."""
_current = ContextVar("language", default="en")
_HOLE = re.compile(r"\{(\w+)\}")
_QUOTED = r"(?<!\w)b?(?:" + "|".join(rf"{mark}(?:[^{mark}\\]|\\.)*+{mark}" for mark in "'\"`") + r")(?!\w)"
_UNQUOTED = re.compile(rf"(?>({_QUOTED})|(, | or ))", re.DOTALL)
"""What separates values, where it is not in quotes."""
_LIST = re.compile(rf"(?>{_QUOTED}|[^\s,])+(?:, (?>{_QUOTED}|[^\s,])+)+", re.DOTALL)
_WORD = re.compile(r"\b[a-z]{2,}")
_PROSE = re.compile(r"\b[A-Za-z][a-z]+[,;:]? [!-~]")
"""A word and more in a place: rather a part of the text, unless no other text fits."""
_HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_LEAST = 4
"""Characters that a text needs beside its places to be known by them alone."""
_DEEPEST = 4
"""Texts within texts that are translated: more than a run puts together."""


@contextmanager
def speaking(name: str) -> Generator[None]:
    """Use the named language, one of LANGUAGES, inside the context."""
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)


def language() -> str:
    """Return the name of the current language."""
    return _current.get()


def tr(text: str, **values: object) -> str:
    """Return a text in the current language, with its named places filled from `values`."""
    translated = catalogue(language()).get(text, text)
    return _filled(translated, {name: str(value) for name, value in values.items()}) if values else translated


def retold(sentence: str) -> str:
    """Return a sentence that a run has put together: translated if its pattern is known, else unchanged."""
    return sentence if language() == "en" else _translated(language(), sentence, _DEEPEST) or sentence


@cache
def catalogue(name: str) -> dict[str, str]:
    """Return the translations into a language by English text; empty for English."""
    if name == "en":
        return {}
    import yaml
    from checkpoint_openapi.document.formats.fast_yaml import FastSafeLoader

    text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    return cast("dict[str, str]", yaml.load(text, Loader=FastSafeLoader))  # noqa: S506 - safe, in C


@cache
def _pattern_of(text: str) -> re.Pattern[str]:
    """Return the pattern that matches a text once its named places are filled, in linear time.

    A place ends where the text behind it first occurs, and is never tried again.
    """
    pieces = _HOLE.split(text)
    pattern = re.escape(pieces[0])
    for name, after in zip(pieces[1:-2:2], pieces[2:-1:2], strict=True):
        pattern += f"(?>(?P<{name}>(?>{_QUOTED}|.)+?){re.escape(after)})"
    if len(pieces) > 1:
        pattern += f"(?P<{pieces[-2]}>.+){re.escape(pieces[-1])}"
    return re.compile(pattern, re.DOTALL)


@lru_cache(10_000)
def _translated(name: str, sentence: str, depth: int) -> str | None:
    """Return the translation of a sentence into a language, or None if it is not known."""
    texts = catalogue(name)
    if sentence in texts:
        return texts[sentence]
    if not depth or not (words := set(_words(sentence))):
        return None
    if words == {"or"}:  # values of which one is right
        return _separated(name, sentence)
    second_best: str | None = None
    for text, literal, is_frame in _with_places(name):
        if literal in sentence and (match := _pattern_of(text).fullmatch(sentence)):
            given = match.groupdict()
            values = {place: _value(name, place, value, depth - 1) for place, value in given.items()}
            if is_frame and (None in values.values() or not any(map(_HAN.search, map(str, values.values())))):
                continue
            filled = _filled(texts[text], {place: values[place] or given[place] for place in given})
            if not any(
                _PROSE.search(_without_quoted(value or given[place])) for place, value in values.items()
            ):
                return filled
            second_best = second_best or filled
    return second_best


def _value(name: str, place: str, value: str, depth: int) -> str | None:
    """Return what stands in a place, or None if it is a text that is not known."""
    is_text = place.isupper()
    if is_text and (told := _translated(name, value, depth)):
        return told
    if is_text and _words(value):
        return None
    if (is_text or place.endswith("names")) and _LIST.fullmatch(value):
        return _separated(name, value)
    return value


def _words(text: str) -> list[str]:
    """Return the words of a text that are not in quotes."""
    return _WORD.findall(_without_quoted(text))


def _without_quoted(text: str) -> str:
    """Return a text with nothing between its quotes."""
    return re.sub(_QUOTED, '""', text, flags=re.DOTALL)


def _separated(name: str, values: str) -> str:
    """Return values, separated as the language does it; those in quotes stay as they are."""
    return _UNQUOTED.sub(lambda found: found[1] or catalogue(name)[found[2]], values)


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its places filled; the spaces around a place belong to what is not Chinese."""
    filled = ""
    for number, part in enumerate(_HOLE.split(text)):
        piece = values[part] if number % 2 else part
        if filled[-1:] == " " and _HAN.match(filled[-2:-1]) and _HAN.match(piece):
            filled = filled[:-1]
        elif piece[:1] == " " and _HAN.match(piece[1:2]) and _HAN.match(filled[-1:]):
            piece = piece[1:]
        filled += piece
    return filled


@cache
def _with_places(name: str) -> list[tuple[str, str, bool]]:
    """Return the texts with places, the longest first.

    Each comes with its longest part between places, and with whether it is hardly more than its places.
    """
    beside = {text: "".join(_HOLE.sub("", text).split()) for text in catalogue(name) if _HOLE.search(text)}
    return [
        (text, max(_HOLE.split(text)[::2], key=len), len(letters) < _LEAST)
        for text, letters in sorted(beside.items(), key=lambda item: -len(item[1]))
    ]
