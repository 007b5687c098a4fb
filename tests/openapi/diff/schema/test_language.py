"""Regular expressions as languages: containment, words, lengths, and a second opinion from another engine."""

from __future__ import annotations

import re

import pytest
from checkpoint_openapi.diff.regex.language import (
    Undecided,
    both,
    inverse,
    is_contained,
    lengths,
    shortest_word,
    words,
)
from checkpoint_openapi.diff.regex.pattern import language_of, rewritten
from hypothesis import given, settings
from hypothesis import strategies as st

UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

CONTAINED = [
    ("^[0-9]+$", r"^\d+$"),
    (r"^\d+$", "^[0-9]+$"),
    ("^ab$", "^ab"),
    ("^ab", "ab"),
    ("^a|b$", "a|b"),
    ("(^a|b$)", "^a|b$"),
    ("^$", "^a?$"),
    (UUID, r"^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$"),
    (r"^[\w-./]+$", r"^[\w\-./]+$"),
    ("^(?!x)[a-z]+$", "^[a-w]|^[yz]"),
    (r"^(?=.*\d).{8,}$", "^.{8,}$"),
    ("^(?:ab)*$", "^(a|b)*$"),
    ("", "^"),
    (r"^\u0041\x42\t$", "^AB\\s$"),
    ("^(?<year>[0-9]{4})$", r"^\d\d\d\d$"),
    (r"^[^\s]$", r"^\S$"),
]
NOT_CONTAINED = [
    ("^[0-9a-fA-F]{32}$", "^[0-9a-f]{32}$"),
    ("a", "^a"),
    ("^ab", "^ab$"),
    ("", "^.*$"),
    ("^[a-z]+$", "^(?!x)[a-z]+$"),
    ("^a{2,3}$", "^a{2}$"),
    ("^é$", r"^\w$"),
]
OTHER_DIALECTS = [
    "(?<=a)b",
    r"(a)\1",
    r"^\p{L}+$",
    r"\Aab\z",
    "(?i)a",
    "[a",
    "a)",
    "*a",
    "[[:alpha:]]",
    "a{2,1}",
]


@pytest.mark.parametrize(("inner", "outer"), CONTAINED)
def test_a_language_is_contained(inner: str, outer: str) -> None:
    """Every string of the one matches the other."""
    assert is_contained(language_of(inner), language_of(outer))


@pytest.mark.parametrize(("inner", "outer"), NOT_CONTAINED)
def test_a_word_shows_that_a_language_is_not_contained(inner: str, outer: str) -> None:
    """A shortest word of the difference matches the one pattern and not the other, by Python's engine as well."""
    word = shortest_word(both(language_of(inner), inverse(language_of(outer))))
    assert word is not None
    assert re.search(inner, word, re.ASCII)
    assert not re.search(outer.replace("$", r"\Z"), word, re.ASCII)


@pytest.mark.parametrize("pattern", OTHER_DIALECTS)
def test_a_pattern_of_another_dialect_is_undecided(pattern: str) -> None:
    """What is no regular language of ECMA-262 is never guessed at."""
    with pytest.raises(Undecided):
        language_of(pattern)


def test_a_question_that_is_too_large_is_undecided() -> None:
    """The number of derivatives is bounded, so that no pattern keeps the gate busy."""
    with pytest.raises(Undecided):
        shortest_word(
            both(
                language_of("^(a|b)*a(a|b){14}$"),
                inverse(language_of("^(a|b)*b(a|b){14}$")),
                language_of("c"),
            )
        )


def test_words_are_counted_where_they_are_few() -> None:
    """A small language is listed, a large one is not."""
    assert words(language_of("^(a|b)c?$"), 8) == {"a", "b", "ac", "bc"}
    assert words(language_of("^[a-z]{3}$"), 8) is None
    assert words(language_of("a"), 8) is None


def test_lengths_are_bounds() -> None:
    """The lengths of the words lie between the bounds."""
    assert lengths(language_of(UUID)) == (36, 36)
    assert lengths(language_of("^a+b?$")) == (1, None)


_atoms = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "(a|bc)", "(?:ab)?", "c{1,2}"])
_patterns = st.lists(st.tuples(_atoms, st.sampled_from(["", "*", "+", "?"])), min_size=1, max_size=4).map(
    lambda parts: "^" + "".join(f"(?:{atom}){mark}" for atom, mark in parts) + "$"
)


@settings(max_examples=150)
@given(_patterns, st.text(st.sampled_from("abc1\n"), max_size=5))
def test_python_agrees_on_every_word(pattern: str, word: str) -> None:
    """A word is in the language of a pattern if and only if Python's engine matches it."""
    matches = re.search(pattern.replace("$", r"\Z"), word) is not None
    single = language_of("^" + "".join(f"\\u{ord(letter):04x}" for letter in word) + "$")
    assert is_contained(single, language_of(pattern)) is matches


@settings(max_examples=60)
@given(_patterns)
def test_a_pattern_that_is_written_anew_is_the_same(pattern: str) -> None:
    """The form that every engine reads stands for the same strings."""
    other = rewritten(pattern)
    assert other is not None
    assert is_contained(language_of(pattern), language_of(other))
    assert is_contained(language_of(other), language_of(pattern))
