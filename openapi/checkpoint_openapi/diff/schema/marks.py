"""The members that conversion adds to schemas; validators ignore them."""

from __future__ import annotations

__all__ = ["ADDS", "AT", "CLOSER", "FORMAT", "HIDDEN", "LISTED", "PIN", "UNDECLARED", "VAGUE_NULL"]

AT = "x-at"
"""Holds the label of the place where a schema was written."""
CLOSER = "x-closer"
"""Marks the part that restricts a sender to declared names; lists those that only one version knows.

Those that only an alternative declares are listed beside it, under `ADDS`.
"""
ADDS = "x-adds"
"""Marks the part of a sender's alternative that lists such names, which its values alone may have."""
PIN = "x-pin"
"""Marks the part that makes a discriminator's value part of a schema."""
FORMAT = "x-format"
"""Names the numeric `format` that the bounds beside it represent."""
HIDDEN = "x-hidden"
"""Marks a member that does not travel in this direction: a receiver accepts any value for it."""
LISTED = "x-listed"
"""Names the keyword whose alternatives are single values, which an `enum` lists."""
VAGUE_NULL = "x-vague-null"
"""Marks a schema that allows null by one reading of OpenAPI 3.0 and refuses it by another."""
UNDECLARED = "undeclared-member"
"""A name that represents all undeclared names."""
