"""A finding: one observation that counts against a requirement, with its evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from checkpoint_conformance.data import as_object
from checkpoint_conformance.transport.exchange import Exchange, FaultKind
from checkpoint_conformance.verdict.origin import ANY_ANSWER, Origin
from checkpoint_conformance.verdict.symptom import Symptom, published

__all__ = [
    "PASSING",
    "Finding",
    "Level",
    "Spread",
    "checkpoint_of",
    "is_error_in_success",
    "is_lost",
    "is_lost_behind_gateway",
    "told_of_cache",
    "told_status",
]

PASSING = frozenset({429, 503})
"""The statuses of a limit or an outage, which say nothing about the request."""
_SOME_SECONDS = re.compile("[1-9][0-9]{0,9}")
Level = Literal["MUST", "SHOULD"]
"""How binding a requirement is: a MUST costs the verdict, a SHOULD is advice."""


@dataclass(frozen=True)
class Spread:
    """What a symptom shows about the whole server if several requirements' probes meet it.

    One fault, one blame: a status 422 that only REQ-9's probes provoke is charged to REQ-9; if it appears
    everywhere, only to the general requirement.
    """

    group: str
    """Symptoms of one group are counted together."""
    general: str
    """The requirement that is charged if they spread."""


@dataclass(frozen=True)
class Finding:
    """Evidence against one requirement."""

    requirement: str
    symptom: Symptom
    origin: Origin
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]
    level: Level = "MUST"
    """SHOULD if only the advisory part of a MUST is not met."""
    spread: Spread | None = None
    confirmed: bool = False
    """Whether it was seen again on repetition."""
    status: int | None = None
    """The status, for a symptom that has one."""

    @classmethod
    def of_answer(
        cls,
        exchange: Exchange,
        requirement: str,
        symptom: Symptom,
        expected: str,
        actual: str,
        level: Level = "MUST",
    ) -> Finding:
        """Return the finding of a check that applies to any response."""
        return cls(requirement, symptom, ANY_ANSWER, expected, actual, (exchange,), level)

    @property
    def probe(self) -> str:
        """The stable name of its origin, as used in waivers."""
        return self.origin.id

    @property
    def published_symptom(self) -> str:
        """The stable name of the problem; equal ones confirm each other."""
        return published(self.symptom, self.status)

    @property
    def is_loss(self) -> bool:
        """Whether it shows no complete response, which the network may have lost."""
        return bool(self.exchanges) and is_lost(self.exchanges[-1])

    @property
    def key(self) -> tuple[str, str]:
        """What findings of the same fault have in common."""
        return self.requirement, self.published_symptom


def is_lost(exchange: Exchange) -> bool:
    """Return whether no complete response arrived, or only that of a gateway that got none."""
    fault = exchange.fault
    return (fault is not None and fault.kind is not FaultKind.SURPLUS) or is_lost_behind_gateway(exchange)


def is_lost_behind_gateway(exchange: Exchange) -> bool:
    """Return whether a gateway says that it got no response from the server (RFC 9110, 15.6.3 and 15.6.5)."""
    return exchange.status in (502, 504)


def checkpoint_of(exchange: Exchange) -> dict[str, Any] | None:
    """Return the `checkpoint` in the body of a response, or None if there is no such object to be read."""
    return as_object((exchange.json_object or {}).get("checkpoint"))


def is_error_in_success(exchange: Exchange) -> bool:
    """Return whether a status says that the request was carried out, and the body that it was refused."""
    if exchange.status not in range(200, 300):
        return False
    members = exchange.json_object or {}
    return "error_code" in members and "checkpoint" not in members


def told_status(exchange: Exchange) -> str:
    """Return the status of a response that is no success, for a person."""
    status = f"{exchange.status}"
    return f"an error, but with status {status}" if is_error_in_success(exchange) else status


def told_of_cache(finding: Finding) -> Finding:
    """Return a finding that says so if its last response comes from a cache (RFC 9111, 5.1)."""
    response = finding.exchanges[-1].response if finding.exchanges else None
    age = response.header("Age") if response else None
    if age is None or not _SOME_SECONDS.fullmatch(age):
        return finding
    return replace(finding, actual=f"{finding.actual} (from a cache, {age} s old)")
