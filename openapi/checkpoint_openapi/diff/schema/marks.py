"""The members that conversion adds to schemas; validators pass over them."""

from __future__ import annotations

__all__ = ["AT", "CLOSER", "FORMAT", "HIDDEN", "PIN", "UNDECLARED", "VAGUE_NULL"]

AT = "x-at"
"""Holds the label of the place where a schema was written."""
CLOSER = "x-closer"
"""The part that holds a sender to its names: lists those that it declares."""
PIN = "x-pin"
"""Marks the part that makes a discriminator's value part of a schema."""
FORMAT = "x-format"
"""Names the `format` of numbers that the bounds beside it stand for."""
HIDDEN = "x-hidden"
"""Marks a member that does not travel in this direction: a receiver takes it as it comes."""
VAGUE_NULL = "x-vague-null"
"""Marks a schema that admits null by one reading of OpenAPI 3.0 and refuses it by another."""
UNDECLARED = "undeclared-member"
"""A name that stands for all that nobody declares."""
