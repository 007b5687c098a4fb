"""A finding: one observation that speaks against a requirement, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom, published

__all__ = ["Finding", "Level", "Spread"]

Level = Literal["MUST", "SHOULD"]
"""How binding it is: a MUST costs the verdict, a SHOULD advises."""


@dataclass(frozen=True)
class Spread:
    """What a symptom says of the whole server once it shows in more than one requirement's probes.

    One fault, one blame: a status 422 that only REQ-9's probes provoke is REQ-9's; the same status all over
    the place is the general requirement's alone.
    """

    group: str
    """Symptoms of one group are counted together."""
    general: str
    """The requirement that takes them where they spread."""


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
    """SHOULD where only the advisory part of a MUST is not met."""
    spread: Spread | None = None
    confirmed: bool = False
    """Whether a repetition showed the same."""
    status: int | None = None
    """The status of a symptom that carries one."""

    @property
    def probe(self) -> str:
        """The stable name of what made it, as a waiver gives it."""
        return self.origin.id

    @property
    def published_symptom(self) -> str:
        """The stable name of what is wrong; equal ones confirm each other."""
        return published(self.symptom, self.status)

    @property
    def key(self) -> tuple[str, str]:
        """What two findings have in common that are the same fault."""
        return self.requirement, self.published_symptom
