"""What a schema is converted for: the role in which it is used, and the form that its user needs."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from checkpoint_openapi.document.documents import Location

__all__ = ["Form", "Key", "Role"]


class Role(NamedTuple):
    """What a schema is converted for: who uses it, and in which direction."""

    by_client: bool
    """Whether the client sends it: in a request, or in the response to a callback or webhook."""
    sender: bool
    strict: bool = False
    """Whether an `enum` without null refuses null even if the schema is `nullable`."""


class Form(Enum):
    """How much a converted schema has to say of a value."""

    WHOLE = "whole"
    """A schema as everything that applies to a value."""
    PART = "part"
    """A schema as one of several that apply to the same value."""
    PLAIN = "plain"
    """A schema under `not` or `if`, to which nothing may be added."""


class Key(NamedTuple):
    """A schema of the document, and what it is converted to."""

    place: Location
    form: Form
    hidden: frozenset[str]
    as_parent: bool
    """Whether a child includes the schema as its parent, so that it does not stand for its children."""
    scope: tuple[tuple[str, Location], ...] = ()
    """The place of the first `$dynamicAnchor` of each name on the way here."""
