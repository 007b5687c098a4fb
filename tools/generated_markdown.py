"""What the generated pages share: the note that names their sources, and the text of a cell."""

from __future__ import annotations

__all__ = ["MADE", "cell", "first_sentence"]

MADE = "<!-- Made by tools/reference.py; edit its sources instead. -->"


def first_sentence(text: str | None) -> str:
    """Return the first sentence of a docstring, without its full stop."""
    return " ".join((text or "").split(". ")[0].split("\n\n")[0].split()).rstrip(".")


def cell(text: str) -> str:
    """Return a text as it stands in the cell of a table."""
    return text.replace("|", "\\|")
