"""Origins: what produced a finding, what it tests, and what may follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from checkpoint_conformance.probes.probe import NOTHING, Circumstance, Implications, Probe

__all__ = ["ANY_ANSWER", "Origin"]


@dataclass(frozen=True)
class Origin:
    """A probe, a stage of the run, or a comparison of responses, reduced to what blame depends on."""

    id: str
    """The stable name used in reports and waivers: `REQUIREMENT/variant`, or a phrase."""
    summary: str = ""
    """What it tests, as a noun phrase."""
    implies: Implications = NOTHING
    circumstance: Circumstance = Circumstance.ALONE
    plain: bool = True
    """Whether it is a probe of one fault in the documented call, or of that call itself."""
    condition: str = ""
    """The error condition that the request meets; empty if it meets none, or any of several."""

    @classmethod
    def of(cls, probe: Probe) -> Origin:
        """Return the origin of findings in the responses to a probe."""
        plain = probe.plain and not probe.open_outcome and probe.circumstance is Circumstance.ALONE
        condition = probe.conditions[0] if probe.conditions else ""
        return cls(probe.id, probe.summary, probe.implies, probe.circumstance, plain, condition)

    @property
    def requirement(self) -> str:
        """The requirement under test, which need not be the one that is broken."""
        return self.id.partition("/")[0]


ANY_ANSWER = Origin("", "the rules for every response")
"""The origin of findings by checks that apply to any response."""
