"""The language of verdicts and reports: English as written, or Chinese from a catalogue.

The catalogue, `zh.yaml`, maps each English text to its translation, so that the completeness test detects a
changed text. Only text for people is translated, never the JSON, JUnit or HAR report, nor the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import cast

__all__ = ["LANGUAGES", "catalogue", "language", "pattern_of", "retold", "speaking", "tr"]

LANGUAGES = ("en", "zh")
"""The supported languages."""
_current = ContextVar("language", default="en")
_HOLE = re.compile(r"\{(\w+)\}")


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
    """Return a text in the current language, with its named placeholders filled from `values`."""
    translated = catalogue(language()).get(text, text)
    return translated.format(**values) if values else translated


def retold(sentence: str) -> str:
    """Return a sentence composed by a run: translated if its pattern is known, else unchanged."""
    texts = catalogue(language())
    if sentence in texts:
        return texts[sentence]
    for pattern, translated in _patterns(language()):
        if match := pattern.fullmatch(sentence):
            return translated.format(**match.groupdict())
    return sentence


@cache
def catalogue(name: str) -> dict[str, str]:
    """Return the translations into a language by English text; empty for English."""
    if name == "en":
        return {}
    import yaml

    text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    return cast("dict[str, str]", yaml.safe_load(text))


def pattern_of(text: str) -> re.Pattern[str]:
    """Return the pattern that matches a text once its named placeholders are filled."""
    pieces = _HOLE.split(text)
    parts = [f"(?P<{piece}>.+)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)]
    return re.compile("".join(parts), re.DOTALL)


@cache
def _patterns(name: str) -> list[tuple[re.Pattern[str], str]]:
    return [(pattern_of(text), told) for text, told in catalogue(name).items() if _HOLE.search(text)]
