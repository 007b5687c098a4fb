"""Origins: what made a finding, what it was to show, and what may follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from checkpoint_conformance.probes.probe import NOTHING, Circumstance, Implications, Probe

__all__ = ["ANY_ANSWER", "Origin"]


@dataclass(frozen=True)
class Origin:
    """A probe, a stage of the run, or a comparison of answers, as far as blame depends on it."""

    id: str
    """The stable name that reports publish and waivers take: `REQUIREMENT/variant`, or a phrase."""
    summary: str = ""
    """What it was to show, as a noun phrase."""
    implies: Implications = NOTHING
    circumstance: Circumstance = Circumstance.ALONE

    @classmethod
    def of(cls, probe: Probe) -> Origin:
        """Return the origin of what the answers to a probe show."""
        return cls(probe.id, probe.summary, probe.implies, probe.circumstance)

    @property
    def requirement(self) -> str:
        """The requirement that was to be judged, which need not be the one that is broken."""
        return self.id.partition("/")[0]


ANY_ANSWER = Origin("", "what every answer owes")
"""Of what a check finds in an answer, whatever it answers."""
