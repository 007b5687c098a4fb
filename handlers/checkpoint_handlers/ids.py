"""Identifiers of checkpoints and their items."""

from __future__ import annotations

import os
import time

__all__ = ["checkpoints_of", "new_id"]

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""Maps a random digit to one with the two variant bits of RFC 9562 (4.1)."""
_NO_POSITION = {digit: f"{int(digit, 16) | 8:x}" for digit in "0123456789abcdef"}
"""Maps a random digit to one that makes the last four digits too large for a position."""


def new_id() -> str:
    """Return a new UUID version 7 (RFC 9562, 5.7): milliseconds followed by 73 random bits.

    Ids made close in time are close in the store's index, so an insert touches few pages however many rows
    there are. An item's id is its checkpoint's id with the last four digits replaced by the item's position.
    Positions are below 8000 (hexadecimal), a checkpoint's own last four digits are not.
    """
    moment = f"{time.time_ns() // 1_000_000:012x}"
    drawn = os.urandom(10).hex()
    variant, last = _VARIANT[drawn[4]], _NO_POSITION[drawn[16]]
    return f"{moment[:8]}-{moment[8:]}-7{drawn[1:4]}-{variant}{drawn[5:8]}-{drawn[8:16]}{last}{drawn[17:]}"


def checkpoints_of(item_id: str) -> tuple[str, str]:
    """Return the lowest and the highest possible id of an item's checkpoint."""
    return f"{item_id[:-4]}0000", f"{item_id[:-4]}ffff"
