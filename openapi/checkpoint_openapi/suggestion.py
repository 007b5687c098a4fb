"""The nearest known name to one that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one most likely stands for, whatever its case, or None."""
    from difflib import get_close_matches

    spelled = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), spelled, 1)
    return spelled[near[0]] if near else None
