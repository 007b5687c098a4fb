"""The members that conversion adds to schemas; validators pass over them."""

from __future__ import annotations

__all__ = ["AT", "CLOSER", "HIDDEN", "PIN", "UNDECLARED"]

AT = "x-at"
"""Holds the label of the place where a schema was written."""
CLOSER = "x-closer"
"""The part that holds a sender to its names: lists those that it declares."""
PIN = "x-pin"
"""Marks the part that makes a discriminator's value part of a schema."""
HIDDEN = "x-hidden"
"""Marks a member that does not travel in this direction: a receiver takes it as it comes."""
UNDECLARED = "undeclared-member"
"""A name that stands for all that nobody declares."""
