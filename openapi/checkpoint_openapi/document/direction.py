"""The direction in which a value travels, on which its read-only and write-only members depend."""

from __future__ import annotations

from enum import Enum

__all__ = ["Direction"]


class Direction(Enum):
    """A direction; its value is the keyword of members that do not travel in it (OpenAPI 3.0.3, 4.7.24.2)."""

    REQUEST = "readOnly"
    RESPONSE = "writeOnly"
