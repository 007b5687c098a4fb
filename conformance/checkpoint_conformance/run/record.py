"""The record of a finished run: everything that a report, a merged report or a test needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.recorder import Phase
from checkpoint_conformance.run.shard import WHOLE, Shard
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.transport.replay import RecordedOutage
from checkpoint_conformance.verdict.ledger import Ledger, SkipReason
from checkpoint_conformance.verdict.outcome import Result, Verdict, verdict_of

__all__ = ["Journal", "Options", "Part", "Recorded", "RunRecord"]


class Recorded(StrEnum):
    """Which exchanges a report has."""

    FAILURES = "failures"
    """Those that findings show, and those without which they cannot be repeated."""
    ONE = "one"
    """Also one of each requirement that passed."""
    ALL = "all"
    """All."""


@dataclass(frozen=True)
class Options:
    """The options of a run, apart from the target."""

    max_examples: int = 60
    """Examples of the fuzzing phase."""
    seed: int | None = None
    """None derives the requests from the document and the target alone."""
    shard: Shard = WHOLE
    """Which part of the requests is sent."""
    use_cache: bool = True
    """Whether generated requests are read from the cache folder and kept there."""
    thorough: bool = False
    """Whether a MUST gets all its probes although some have been accepted, each of which costs a backup."""
    record: Recorded = Recorded.ONE
    """Which exchanges the report has."""
    max_time: float | None = None
    """Seconds for everything, including clean-up and reports; None for no limit."""
    time_spent: float = 0.0
    """Seconds of these that had passed before the run."""


@dataclass(frozen=True)
class Part:
    """A part of a run, which ended early."""

    started: float
    """Seconds since the epoch."""
    elapsed: float
    """Seconds."""
    ended: str
    """Why it ended."""
    created: int
    """Checkpoints that had been created until then, or may have been."""
    deleted: frozenset[str]
    """Ids of those that had been deleted."""
    removed: frozenset[str] = frozenset()
    """Ids of those that the clean-up may have removed."""
    place: int = 0
    """The number of exchanges of the course until then."""
    aside: tuple[Exchange, ...] = ()
    """The other exchanges of the part: its clean-up, and what must be judged anew after it."""
    charged: int = 0
    """Of the checkpoints created, those that no exchange of the course has created."""


@dataclass(frozen=True)
class Journal:
    """What a run that ended early has exchanged, whole, so that another can go on from there."""

    course: Sequence[Exchange]
    """The exchanges that a run repeats if it gets the same answers, in order."""
    outages: tuple[RecordedOutage, ...]
    """When the server could not be reached."""
    parts: tuple[Part, ...]
    """The parts until now, in order."""


@dataclass(frozen=True)
class RunRecord:
    """A finished run."""

    target: Target
    options: Options
    started: float
    """Seconds since the epoch."""
    elapsed: float
    """Seconds, of all its parts."""
    exchanges: tuple[Exchange, ...]
    """The exchanges, in the order of their numbers."""
    ledger: Ledger
    """What was exercised, found and skipped."""
    results: tuple[Result, ...]
    """The result of every active requirement, in the order of the catalogue."""
    created: int
    """Checkpoints that were created, or may have been."""
    deleted: frozenset[str] = frozenset()
    """Ids of checkpoints that the run created and deleted."""
    left_behind: tuple[str, ...] = ()
    """Ids of created checkpoints that could not be cleaned up."""
    gone: str = ""
    """Why the server could not be judged to the end; empty if it was."""
    ended: str = ""
    """Why the run ended before everything was judged, apart from the server; empty if it did not."""
    fault: str = ""
    """The traceback, if it was the suite that failed."""
    asked: Mapping[int, Probe] = field(default_factory=dict[int, Probe])
    """The probe of each judged exchange, by number; exchanges that only prepare or observe have none."""
    enough: int = 0
    """The `max_creates` with which nothing is left out on a conforming server; 0 if that is unknown."""
    lanes: int = 1
    """The connections that carried independent requests at the same time at the end."""
    narrowed: str = ""
    """Why there were fewer of them than the target's `connections`; empty if there were not."""
    phases: tuple[Phase, ...] = ()
    """The phases of the run, in order."""
    journal: Journal | None = None
    """What another run needs to go on from this one; None if it came to its end."""
    parts: tuple[Part, ...] = ()
    """The parts before this one, if the run was resumed."""

    @property
    def verdict(self) -> Verdict:
        """The verdict over all declared profiles."""
        return self._verdict(self.declared)

    @property
    def declared(self) -> list[Result]:
        """The results of the profiles that the target declares."""
        return [result for result in self.results if self.target.declares(result.requirement)]

    def _verdict(self, results: list[Result]) -> Verdict:
        """Return the verdict; of an incomplete run, only a failure is certain."""
        if self.fault:
            return Verdict.ERROR
        verdict = verdict_of(results)
        certain = not self.ended or verdict is Verdict.NOT_CONFORMANT
        return verdict if certain else Verdict.INCONCLUSIVE

    def verdicts(self) -> dict[str, Verdict]:
        """Return the verdict of each declared profile, or, in a shard, of those it has a part in."""
        parts = {
            name: [result for result in self.declared if name in result.requirement.profile]
            for name in ("core", *sorted(self.target.profiles))
        }
        return {
            name: self._verdict(part)
            for name, part in parts.items()
            if any(result.reason is not SkipReason.OTHER_SHARD for result in part)
        }
