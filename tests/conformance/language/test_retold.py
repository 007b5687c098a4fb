"""Sentences that a run has put together are told in the language of the reader, and their values stay."""

from __future__ import annotations

import json

import pytest
from checkpoint_conformance import language

from .chinese import HAN


def test_a_sentence_of_the_run_is_retold() -> None:
    """What a run puts together is translated by its pattern, and left alone where none fits."""
    with language.speaking("zh"):
        assert "80" in language.retold("max_creates = 80 is used up")
        assert HAN.search(language.retold("max_creates = 80 is used up"))
        assert language.retold("the moon is full") == "the moon is full"
    assert language.retold("max_creates = 80 is used up") == "max_creates = 80 is used up"


@pytest.mark.parametrize(
    "frame",
    ["the string {}", "200: the string {}", "{} or {}", "{}, {} or 400", "at the root: {} is not of type {}"],
)
@pytest.mark.parametrize(
    "value",
    [
        "a: b",
        "x (accepted)",
        "400 or 401",
        "REQ-1, REQ-2",
        "it's no body: 400",
        'say "a, b"',
        "\\': b",
        "some ... words",
    ],
)
def test_values_in_quotes_stay_as_they_are(frame: str, value: str) -> None:
    """Nothing within a quoted value is taken for a part of the sentence, whatever quotes it has."""
    for quoted in (repr(value), repr(value.encode()), json.dumps(value), f"`{value}`"):
        with language.speaking("zh"):
            told = language.retold(frame.replace("{}", quoted))
        assert told.count(quoted) == frame.count("{}")
        assert not any(words in told for words in ("the string", "} or", "at the root", "is not"))
