"""Identifiers of what the server creates."""

from __future__ import annotations

import os
import time

__all__ = ["checkpoints_of", "new_id"]


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562, 5.7): milliseconds in front, 73 random bits behind.

    Neighbours in time are neighbours in the store's index, so that an insert touches few pages however many
    rows there are. The id of an item is that of its checkpoint with its position for the last four digits; a
    checkpoint's own last digits are no position, which are below 8000.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    digits = f"{value | 0x8000:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def checkpoints_of(item_id: str) -> tuple[str, str]:
    """Return the lowest and the highest id that the checkpoint of an item may have."""
    return f"{item_id[:-4]}0000", f"{item_id[:-4]}ffff"
