"""Identifiers of what the server creates."""

from __future__ import annotations

import os
import time

__all__ = ["checkpoints_of", "new_id"]

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""What a random digit becomes where the variant of RFC 9562 (4.1) has two bits."""
_NO_POSITION = {digit: f"{int(digit, 16) | 8:x}" for digit in "0123456789abcdef"}
"""What a random digit becomes where the last four digits must not be a position."""


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562, 5.7): milliseconds in front, 73 random bits behind.

    Neighbours in time are neighbours in the store's index, so that an insert touches few pages however many
    rows there are. The id of an item is that of its checkpoint with its position for the last four digits; a
    checkpoint's own last digits are no position, which are below 8000.
    """
    moment = f"{time.time_ns() // 1_000_000:012x}"
    drawn = os.urandom(10).hex()
    variant, last = _VARIANT[drawn[4]], _NO_POSITION[drawn[16]]
    return f"{moment[:8]}-{moment[8:]}-7{drawn[1:4]}-{variant}{drawn[5:8]}-{drawn[8:16]}{last}{drawn[17:]}"


def checkpoints_of(item_id: str) -> tuple[str, str]:
    """Return the lowest and the highest id that the checkpoint of an item may have."""
    return f"{item_id[:-4]}0000", f"{item_id[:-4]}ffff"
