"""A probe: one request whose response decides one requirement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.transport.exchange import Request

__all__ = ["ANY_REFUSAL", "DOCUMENTED", "NOTHING", "REFUSALS", "Circumstance", "Implications", "Probe"]

_FEW = 3
"""Statuses that read well in a row of alternatives."""
_MANY = 20
"""Statuses from which a finding only says that an error was expected."""

DOCUMENTED = frozenset({200, 400, 401, 403, 404, 405, 413, 415, 429, 500, 503})
"""Statuses of the operation and of a gateway before it (contract, errors)."""
REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 415, 429})
"""The documented statuses that refuse a request because of the request itself."""
ANY_REFUSAL = frozenset(range(400, 500))
"""Every status that refuses a request as the client's error."""


class Circumstance(StrEnum):
    """The circumstances in which a request is sent, which may be what the server gets wrong."""

    ALONE = "alone"
    KEPT_CONNECTION = "kept connection"
    """After an accepted call on the same connection."""
    CONCURRENT = "concurrent"
    """At the same time as other calls."""


@dataclass(frozen=True)
class Implications:
    """What a wrong response to a probe explains elsewhere, so that each fault is charged only once."""

    accepted_too: tuple[str, ...] = ()
    """Requirements whose probes are accepted too if this one is, as by a server that ignores tokens."""
    same_answer: str | None = None
    """The requirement whose probes many servers cannot tell from this: an equal symptom is the same fault."""
    refused_as: str | None = None
    """The requirement it may be refused for instead: a misnamed member is missing under its own name."""
    smaller: str | None = None
    """The requirement that refuses the same value when small: if accepted there, size is not the fault."""


NOTHING = Implications()
"""The implications of most probes: none."""


@dataclass(frozen=True)
class Probe:
    """A request, the allowed responses, and the requirement that is to blame for any other.

    A probe with a `call` is valid and must be accepted; any other has a single fault and must be refused.
    """

    id: str
    """`REQUIREMENT/variant`, stable across runs; used in waivers."""
    requirement: str
    summary: str
    """What the request is, or what is wrong with it, as a noun phrase."""
    request: Request
    allowed: frozenset[int] = frozenset({200})
    conditions: tuple[str, ...] = ()
    """Error conditions whose published code fits the refusal (ERR-3); if empty, the code is not judged."""
    call: Call | None = None
    presumes: tuple[str, ...] = ()
    """Requirements that must hold, or else this probe would only find their fault again."""
    implies: Implications = NOTHING
    circumstance: Circumstance = Circumstance.ALONE
    on_kept_connection: bool = False
    """Whether it is also sent after an accepted call on the same connection, where checks may be skipped."""
    alone: bool = False
    """Whether a wrong status, even 501, counts only against this requirement, however often it occurs.

    For a valid request that HTTP need not support, a lost response is then no lost call (HTTP-3, not HTTP-1).
    """
    plain: bool = True
    """Whether the fault stands alone in the documented call, so that it is the one to show first."""
    open_outcome: bool = False
    """Whether it may be accepted or refused: only how the server copes with it is judged."""

    @property
    def expected(self) -> str:
        """The allowed statuses, in the words of a finding."""
        statuses = [str(status) for status in sorted(self.allowed)]
        if len(statuses) >= _MANY:
            return "4xx"
        return " or ".join(statuses) if len(statuses) <= _FEW else f"one of {', '.join(statuses)}"

    @property
    def wants_acceptance(self) -> bool:
        """Whether the request is valid and must be accepted."""
        return self.call is not None
