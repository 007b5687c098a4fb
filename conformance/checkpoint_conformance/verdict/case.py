"""A case: what the rules of blame consult besides the findings, and where they note consequences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checkpoint_conformance.transport.exchange import Request
from checkpoint_conformance.verdict.finding import Finding

__all__ = ["Case", "Rule", "certainly"]


@dataclass
class Case:
    """The responses of a run, and the consequences noted so far."""

    answers: Mapping[Request, set[int]]
    """Every status that each request got."""
    violations_of: Callable[[Finding], set[str]]
    """Returns the requirements that a generated request (FUZZ) violates."""
    consequences: dict[str, str] = field(default_factory=dict[str, str])
    """Requirement to cause, in words that begin with the cause's id."""

    def without(self, findings: list[Finding], cause: Callable[[Finding], str | None]) -> list[Finding]:
        """Return the findings without a cause elsewhere; note the others as consequences of theirs."""
        kept: list[Finding] = []
        for finding in findings:
            why = cause(finding)
            if why is None:
                kept.append(finding)
            else:
                self.consequences[finding.requirement] = why
        return kept

    def varies(self, finding: Finding, others: range = range(600)) -> bool:
        """Return whether the finding's request got another status, out of `others`, at another time."""
        exchange = finding.exchanges[-1]
        return any(
            status in others for status in self.answers.get(exchange.request, set()) - {exchange.status}
        )


Rule = Callable[[list[Finding], Case], list[Finding]]
"""Returns the findings that a rule leaves, charged as it decides, and notes the consequences."""


def certainly(rule: Rule) -> Rule:
    """Return a rule that drops what this one drops, except that mere chance explains nothing certain.

    A confirmed finding is dropped only for confirmed ones; what was seen once, for any.
    """

    def apply(findings: list[Finding], case: Case) -> list[Finding]:
        kept = {id(each) for each in rule(findings, case) if not each.confirmed}
        kept |= {id(each) for each in rule([each for each in findings if each.confirmed], case)}
        return [each for each in findings if id(each) in kept]

    return apply
