"""The record of a finished run: everything that a report, a merged report or a test needs to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.shard import WHOLE, Shard
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.ledger import Ledger, SkipReason
from checkpoint_conformance.verdict.outcome import Result, Verdict, verdict_of

__all__ = ["Options", "RunRecord"]


@dataclass(frozen=True)
class Options:
    """What a run may be told beyond the target."""

    max_examples: int = 60
    """Examples of the fuzzing phase."""
    seed: int | None = None
    """None: the requests derive from the document and the target alone."""
    shard: Shard = WHOLE
    """Which part of the requests is sent."""
    use_cache: bool = True
    """Whether generated requests are read from the cache folder and kept there."""


@dataclass(frozen=True)
class RunRecord:
    """A finished run."""

    target: Target
    options: Options
    started: float
    """Seconds since the epoch."""
    elapsed: float
    """Seconds."""
    exchanges: tuple[Exchange, ...]
    """What was exchanged, in the order of the numbers."""
    ledger: Ledger
    """What was exercised, found and skipped."""
    results: tuple[Result, ...]
    """The result of every active requirement, in the order of the catalogue."""
    created: int
    """Checkpoints that were created, or may have been."""
    deleted: frozenset[str] = frozenset()
    """Ids of checkpoints that the run deleted again."""
    left_behind: tuple[str, ...] = ()
    """Ids of created checkpoints that the clean-up could not delete."""
    gone: str = ""
    """Why the server could not be judged to the end, if so."""
    asked: Mapping[int, Probe] = field(default_factory=dict[int, Probe])
    """The probe that each exchange was judged for, by its number; what only prepares or observes has none."""

    @property
    def verdict(self) -> Verdict:
        """The verdict over all declared profiles."""
        return verdict_of(self.declared)

    @property
    def declared(self) -> list[Result]:
        """The results of the profiles that the target declares."""
        profiles = {"core", *self.target.profiles}
        return [result for result in self.results if result.requirement.profile in profiles]

    def verdicts(self) -> dict[str, Verdict]:
        """Return the verdict of each declared profile, in a shard of those that it has a part of."""
        parts = {
            name: [result for result in self.declared if result.requirement.profile == name]
            for name in ("core", *sorted(self.target.profiles))
        }
        return {
            name: verdict_of(part)
            for name, part in parts.items()
            if any(result.reason is not SkipReason.OTHER_SHARD for result in part)
        }
