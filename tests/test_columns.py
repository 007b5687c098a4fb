"""Text in the columns of a terminal: ideographs, marks, wrapping, folding."""

from __future__ import annotations

import pytest
from checkpoint_openapi.terminal.columns import clipped, columns, fitted, padded, wrapped
from hypothesis import given
from hypothesis import strategies as st

PATH = "/v1/{project_id}/providers/{provider_id}/checkpoints"
WORDS = st.lists(
    st.sampled_from(["a", "backup", "备份", "策略\uff0c", "e\u0301", "{id}"]), min_size=1, max_size=30
)


@pytest.mark.parametrize(
    ("text", "width"), [("ok", 2), ("通过", 4), ("e\u0301", 1), ("\x1b[31mred\x1b[0m", 3), ("\uff0ca", 3)]
)
def test_width_is_that_of_the_terminal(text: str, width: int) -> None:
    """An ideograph takes two columns, a combining mark and a colour code none."""
    assert columns(text) == width
    assert columns(padded(text, 8)) == 8


@given(st.text(alphabet="ab备份\uff0ce\u0301 ", max_size=60), st.integers(1, 40))
def test_a_clipped_text_fits(text: str, width: int) -> None:
    """Only what does not fit is left out."""
    shown = clipped(text, width)
    assert text.startswith(shown)
    assert columns(shown) <= width
    assert shown == text or columns(text[: len(shown) + 1]) > width


@given(WORDS, st.integers(12, 60), st.integers(4, 30))
def test_wrapping_breaks_at_words_alone(words: list[str], width: int, indent: int) -> None:
    """No line is wider than the terminal, however narrow, and every word stays whole."""
    text = " ".join(words)
    lines = wrapped(text, width, indent).split("\n")
    kept = indent if indent + 20 <= width else 2
    assert all(columns(line) <= width for line in lines)
    assert all(len(line) - len(line.lstrip()) == kept for line in lines[1:])
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(
    st.lists(
        st.sampled_from(
            [
                "备",
                "份。",
                "401",
                "(",
                "是 ",
                "401\uff0c",
                "\uff08备",
                "\uff08401\uff09\uff0c",
                "\u201c备\u201d",
            ]
        ),
        min_size=20,
    ),
    st.integers(30, 40),
)
def test_punctuation_stays_with_its_word(parts: list[str], width: int) -> None:
    """No line begins with closing punctuation or ends with opening punctuation."""
    lines = [line.strip() for line in wrapped("".join(parts), width, 4).split("\n")]
    assert not [line for line in lines[1:] if line[:1] in ("。", "\uff09", "\uff0c", "\u201d")]
    assert not [line for line in lines[:-1] if line[-1:] in ("\uff08", "\u201c")]


def test_a_repeated_address_is_folded() -> None:
    """A long path is written out once; after that, its last part identifies it."""
    told = fitted(f"POST {PATH}: one\nPOST {PATH}: two\nGET /short: three", 200)
    assert told == f"POST {PATH}: one\nPOST …/checkpoints: two\nGET /short: three"


def test_addresses_that_end_alike_are_not_folded() -> None:
    """Addresses that a reader could confuse are written out each time."""
    other = PATH.replace("providers", "vendors-and-others")
    text = f"{PATH}\n{other}\n{PATH}\n{other}"
    assert fitted(text, 200) == text


def test_a_line_with_a_caret_is_kept() -> None:
    """The caret still points at its place."""
    excerpt = f"    {'word ' * 20}\n{' ' * 90}^"
    assert fitted(excerpt, 40) == excerpt
    assert fitted("word " * 20, None) == "word " * 20
    assert len(fitted("word " * 20, 40).split("\n")) == 3
