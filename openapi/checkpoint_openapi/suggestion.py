"""The closest known name to an unknown one."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one most likely stands for, ignoring case, or None."""
    from difflib import get_close_matches

    spelled = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), spelled, 1)
    return spelled[near[0]] if near else None
