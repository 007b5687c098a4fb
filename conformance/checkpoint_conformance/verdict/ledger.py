"""The ledger of a run: what was exercised, what was found, what could not be judged and why."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from math import ceil, log
from threading import Lock

from checkpoint_conformance.transport.abridgement import Evidence
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import (
    PASSING,
    Finding,
    is_lost,
    is_lost_behind_gateway,
    told_of_cache,
)
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Ledger", "SkipReason"]


_COINCIDENCE = 1e-6
"""The probability below which repeated losses of one request are no coincidence."""


class SkipReason(StrEnum):
    """The closed list of reasons for which a requirement is skipped."""

    FEATURE_NOT_DECLARED = "feature-not-declared"
    PRECONDITION_FAILED = "precondition-failed"
    WAIVED = "waived"
    BUDGET_SPENT = "budget-spent"
    OTHER_SHARD = "other-shard"
    """Another shard exercises it; only in the report of a single shard."""


class Ledger:
    """Collects observations from all threads of a run."""

    def __init__(self, *, reliable: bool = True) -> None:
        """Start with nothing observed, on a `reliable` network or one that may lose requests."""
        self.reliable = reliable
        self.heard: Counter[Request] = Counter()
        """How often each request was sent."""
        self.lost: Counter[Request] = Counter()
        """How often each request got no complete response, or only a gateway's."""
        self.tries: Counter[str] = Counter()
        """How often each probe was sent and judged, by its id."""
        self.exercised: defaultdict[str, int] = defaultdict(int)
        """The number of times that each requirement was judged."""
        self.skipped: dict[str, tuple[SkipReason, str]] = {}
        """Requirements with a probe that was not sent: the reason, and a sentence about it."""
        self.undecided: dict[str, str] = {}
        """Requirements with a response that decides nothing, such as a persistent 503."""
        self.doubts: dict[str, str] = {}
        """Requirements that no response can prove any more, whatever else was seen, and why."""
        self.answers: defaultdict[Request, set[int]] = defaultdict(set)
        """Every status that each request got; more than one means that the server is inconsistent."""
        self.passes: dict[str, Exchange] = {}
        """An exchange of each exercised requirement that shows nothing against it."""
        self._last: Exchange | None = None
        self.evidence = Evidence()
        """The exchanges that findings show."""
        self._findings: list[Finding] = []
        self._places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        """The positions in the list of the findings with a key."""
        self._failed: Counter[str] = Counter()
        self._accepted: Counter[str] = Counter()
        self._symptoms: Counter[Symptom] = Counter()
        self._unanswered: set[str] = set()
        self._lock = Lock()

    @property
    def findings(self) -> list[Finding]:
        """Every finding, in order of observation."""
        with self._lock:
            return list(self._findings)

    def hear(self, exchange: Exchange) -> None:
        """Note the status that a request got."""
        with self._lock:
            self.heard[exchange.request] += 1
            if is_lost(exchange):
                self.lost[exchange.request] += 1
            self._last = exchange
            if exchange.status is not None:
                self.answers[exchange.request].add(exchange.status)

    def exercise(self, *requirements: str, shown: Exchange | None = None) -> None:
        """Count one judgement of each requirement, `shown` by an exchange or else by the last one heard."""
        with self._lock:
            shown = shown or self._last
            for requirement in requirements:
                self.exercised[requirement] += 1
                if shown:
                    self.passes.setdefault(requirement, shown)

    def count_try(self, probe: str) -> None:
        """Count that a probe, named by its id, was sent and judged once more."""
        with self._lock:
            self.tries[probe] += 1

    def take_over(
        self,
        exercised: Mapping[str, int],
        passes: Mapping[str, Exchange],
        answers: Mapping[Request, Iterable[int]],
    ) -> None:
        """Add what another ledger counted, and the statuses that it heard."""
        with self._lock:
            for requirement, count in exercised.items():
                self.exercised[requirement] += count
            self.passes = {**passes, **self.passes}
            for request, statuses in answers.items():
                self.answers[request].update(statuses)

    def add(self, finding: Finding, *, proven: bool = False) -> None:
        """Record a finding; a second one with the same key confirms both.

        A loss that may be chance is confirmed only if it is `proven` to depend on the request. A limit or an
        outage is nobody's fault: it leaves the requirement in doubt.
        """
        if finding.status in PASSING:
            self.doubt(finding.requirement, finding.actual)
            return
        coincidence = self.may_be_chance(finding)
        shown = tuple(map(self.evidence.keep, finding.exchanges))
        finding = replace(
            told_of_cache(finding),
            exchanges=shown,
            confirmed=finding.confirmed and (proven or not coincidence),
        )
        with self._lock:
            alike = self._places[finding.key]
            for place in alike:
                known = self._findings[place]
                if known.confirmed and finding.confirmed:
                    continue
                alone = coincidence or self.may_be_chance(known)
                if known.exchanges != finding.exchanges and not alone:
                    if not known.confirmed:
                        self._findings[place] = self._counted(replace(known, confirmed=True))
                    if not finding.confirmed:
                        finding = replace(finding, confirmed=True)
            self._append(finding)

    def may_be_chance(self, finding: Finding) -> bool:
        """Return whether it shows a loss that may be due to an unreliable network, or to any gateway."""
        behind = finding.is_loss and is_lost_behind_gateway(finding.exchanges[-1])
        return behind or (finding.is_loss and not self.reliable)

    def set_aside(self, applies: Callable[[Finding], bool], why: str) -> None:
        """Take back the findings to which something applies, and leave their requirements in doubt."""
        with self._lock:
            findings, self._findings = self._findings, []
            for counts in (self._places, self._failed, self._accepted, self._symptoms):
                counts.clear()
            for finding in findings:
                if applies(finding):
                    self.doubts.setdefault(finding.requirement, why)
                else:
                    self._append(finding)

    def _append(self, finding: Finding) -> None:
        """Note a finding. The lock must be held."""
        self._places[finding.key].append(len(self._findings))
        self._findings.append(self._counted(finding))
        self._failed[finding.requirement] += 1
        self._accepted[finding.requirement] += finding.symptom is Symptom.ACCEPTED
        self._symptoms[finding.symptom] += 1

    def _counted(self, finding: Finding) -> Finding:
        """Return a finding after noting what is asked of all findings before each request."""
        if finding.confirmed and finding.symptom is Symptom.NO_ANSWER:
            self._unanswered.add(finding.origin.requirement)
        return finding

    def seen(self, finding: Finding) -> int:
        """Return how often the same symptom was seen in the responses to the same probe."""
        same = (finding.symptom, finding.status, finding.probe)
        alike = (
            other.exchanges[-1].number
            for other in self.findings
            if (other.symptom, other.status, other.probe) == same and other.exchanges
        )
        return len(set(alike))

    def tries_to_prove(self, request: Request) -> int:
        """Return how many losses of a request in a row are no coincidence, given how often others are lost.

        By chance, that many happen less than once in a million.
        """
        with self._lock:
            lost = self.lost.total() - self.lost[request]
            heard = self.heard.total() - self.heard[request]
        share = (lost + 1) / (heard + 1)
        return ceil(log(_COINCIDENCE) / log(share)) if share < 1 else sys.maxsize

    def losses(self) -> str:
        """Tell how many exchanges were lost, out of how many."""
        lost, heard = self.lost.total(), self.heard.total()
        share = f"{lost} of {heard} requests got no complete response ({100 * lost / max(heard, 1):.1f} %)"
        if self.reliable:
            return f"{share}, none of them each time: it may be a gateway"
        return f"{share}, none of them each time: it may be the network"

    def confirmed(self, key: tuple[str, str]) -> bool:
        """Return whether a finding with this key was seen more than once."""
        with self._lock:
            return any(self._findings[place].confirmed for place in self._places.get(key, ()))

    def failed(self, requirement: str) -> bool:
        """Whether anything was found against the requirement."""
        return self._failed[requirement] > 0

    def accepted(self, requirement: str) -> int:
        """Return how many requests were accepted that the requirement says to refuse."""
        return self._accepted[requirement]

    def unanswered(self, requirement: str) -> bool:
        """Return whether a probe of the requirement was left without an answer more than once."""
        return requirement in self._unanswered

    def times(self, symptom: Symptom) -> int:
        """Return how many findings have the symptom."""
        return self._symptoms[symptom]

    def skip(self, requirement: str, reason: SkipReason, why: str) -> None:
        """Record that a probe of the requirement was not sent; the first reason is kept."""
        with self._lock:
            self.skipped.setdefault(requirement, (reason, why))

    def leave_undecided(self, requirement: str, why: str) -> None:
        """Record that a response decided nothing."""
        with self._lock:
            self.undecided.setdefault(requirement, why)

    def doubt(self, requirement: str, why: str) -> None:
        """Record that the requirement must not pass, although nothing is proven against it."""
        with self._lock:
            self.doubts.setdefault(requirement, why)
