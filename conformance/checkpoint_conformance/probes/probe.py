"""A probe: one request whose answer decides one requirement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.transport.exchange import Request

__all__ = ["ANY_REFUSAL", "DOCUMENTED", "NOTHING", "REFUSALS", "Circumstance", "Implications", "Probe"]

DOCUMENTED = frozenset({200, 400, 401, 403, 404, 405, 413, 415, 429, 500, 503})
"""Statuses of the operation and of a gateway before it (contract, errors)."""
REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 415, 429})
"""The documented statuses that refuse a request for its own sake."""
ANY_REFUSAL = frozenset(range(400, 500))
"""Every status by which a client is refused."""


class Circumstance(StrEnum):
    """Under which circumstance a request is sent, which may be what the server gets wrong."""

    ALONE = "alone"
    KEPT_CONNECTION = "kept connection"
    """Behind an accepted call on its connection."""
    CONCURRENT = "concurrent"
    """At the same time as other calls."""


@dataclass(frozen=True)
class Implications:
    """What a wrong answer to a probe explains elsewhere, so that one fault is charged once."""

    accepted_too: tuple[str, ...] = ()
    """Requirements whose probes are accepted as well once this one is, as by a server without tokens."""
    same_answer: str | None = None
    """The requirement whose probes many a server cannot tell from this one: an equal symptom is one fault."""
    refused_as: str | None = None
    """The requirement for whose sake it may be refused instead: a member under an unknown name is missing
    under its own."""
    smaller: str | None = None
    """The requirement that refuses the same value when it is small: accepted there, its size is no fault."""


NOTHING = Implications()
"""What most probes explain elsewhere."""


@dataclass(frozen=True)
class Probe:
    """A request, what may be answered, and who takes the blame otherwise.

    A probe with a `call` is valid and wants it accepted; any other is a single fault and wants it refused.
    """

    id: str
    """`REQUIREMENT/variant`, stable across runs; a waiver names it."""
    requirement: str
    summary: str
    """What the request is or has wrong, as a noun phrase."""
    request: Request
    allowed: frozenset[int] = frozenset({200})
    conditions: tuple[str, ...] = ()
    """Error conditions whose published code fits the refusal (ERR-3); none: not judged."""
    call: Call | None = None
    presumes: tuple[str, ...] = ()
    """Requirements without which this probe would only find their fault again."""
    implies: Implications = NOTHING
    circumstance: Circumstance = Circumstance.ALONE
    on_kept_connection: bool = False
    """Whether it is also sent behind an accepted call on its connection, where a server may forget to ask."""
    alone: bool = False
    """Whether a wrong status, even 501, speaks for this requirement alone, however often it shows."""
    open_outcome: bool = False
    """Whether acceptance is as good as refusal: only how the server bears it is judged."""

    @property
    def wants_acceptance(self) -> bool:
        """Whether this is a valid request."""
        return self.call is not None
