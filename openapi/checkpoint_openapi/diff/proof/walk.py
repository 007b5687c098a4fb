"""The pairs of schemas that a comparison leads to, each compared once.

Most demands are about one member or item: the pair fits if and only if what is inside fits. Such pairs are
nodes of a graph with steps between them, which is walked breadth-first, so that cycles end and every failure
is found on its shortest path. If members depend on each other, a pair must know the failures inside another
one, and asks for them. A pair that is being compared is then assumed to fit, which is sound because values
are finite; but results found under this assumption are kept only if it turns out true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checkpoint_openapi.diff.proof.clauses import Inner
from checkpoint_openapi.diff.proof.failure import Failure, Trail, distinct
from checkpoint_openapi.diff.proof.simulation import PairKey, Simulation, pair_key
from checkpoint_openapi.diff.schema.parts import Schema

__all__ = ["Pair", "Walk"]

_NEVER = 1 << 30
_DEEP = 60
"""The number of nested comparisons, each needed by another."""


@dataclass(frozen=True)
class Pair:
    """What is known about a receiver and a sender by themselves."""

    failures: list[Failure] = field(default_factory=list[Failure])
    inner: list[Inner] = field(default_factory=list[Inner])
    """The pairs that must also fit."""

    def joined(self, other: Pair) -> Pair:
        """Return what is known from two parts of a comparison."""
        return Pair([*self.failures, *other.failures], [*self.inner, *other.inner])


class Walk:
    """Finds the failures of pairs; `compare` returns what is known about one pair by itself."""

    def __init__(
        self,
        compare: Callable[[Schema, Schema], Pair],
        too_deep: Callable[[Schema, Schema], Failure],
        simulation: Simulation,
    ) -> None:
        self._compare = compare
        self._too_deep = too_deep
        self._simulation = simulation
        self._open: dict[PairKey, int] = {}
        """The pairs being compared, with their depth."""
        self._known: dict[PairKey, Pair] = {}
        self._provisional: dict[PairKey, tuple[Pair, int]] = {}
        """Results that rest on the assumption that an open pair fits, with the depth of the outermost one."""
        self._settled: dict[PairKey, list[Failure]] = {}
        self._rests_on = _NEVER
        """The depth of the outermost open pair that current results rest on."""

    def failures(self, receiver: Schema, sender: Schema) -> list[Failure]:
        """Return where a sender does not fit; an empty list is proof that it does."""
        if self._simulation.fits(receiver, sender):
            return []
        key = pair_key(receiver, sender)
        if key not in self._settled:
            around, self._rests_on = self._rests_on, _NEVER
            found = self._gathered(receiver, sender)
            if self._rests_on != _NEVER:
                self._rests_on = min(self._rests_on, around)
                return found
            self._settled[key], self._rests_on = found, around
        return self._settled[key]

    def failures_of(self, pair: Pair, receiver: Schema, sender: Schema) -> Iterator[Failure]:
        """Yield the failures of a pair of which only this much is known, and those inside it."""
        yield from pair.failures
        for inner in pair.inner:
            trail = Trail(inner, receiver, sender, None)
            yield from (failure.along(trail) for failure in self.failures(inner.receiver, inner.sender))

    def _gathered(self, receiver: Schema, sender: Schema) -> list[Failure]:
        """Return the failures of a pair and of every pair that it leads to."""
        found: list[Failure] = []
        seen = {pair_key(receiver, sender)}
        pending: list[tuple[Schema, Schema, Trail | None]] = [(receiver, sender, None)]
        for receiver, sender, trail in pending:
            pair = self._pair(receiver, sender)
            found.extend(failure.along(trail) for failure in pair.failures)
            for inner in pair.inner:
                key = pair_key(inner.receiver, inner.sender)
                if key not in seen:
                    seen.add(key)
                    further = Trail(inner, receiver, sender, trail)
                    pending.append((inner.receiver, inner.sender, further))
        return distinct(found)

    def _pair(self, receiver: Schema, sender: Schema) -> Pair:
        key = pair_key(receiver, sender)
        if key in self._known:
            return self._known[key]
        if key in self._open:
            self._rests_on = min(self._rests_on, self._open[key])
            return Pair()
        if key in self._provisional:
            pair, depth = self._provisional[key]
            self._rests_on = min(self._rests_on, depth)
            return pair
        depth = len(self._open)
        if depth > _DEEP:
            self._rests_on = 0
            return Pair([self._too_deep(receiver, sender)])
        self._open[key] = depth
        around, self._rests_on = self._rests_on, _NEVER
        pair = self._differing(self._compare(receiver, sender))
        rests_on, self._rests_on = self._rests_on, min(around, self._rests_on)
        del self._open[key]
        self._close(depth, fits=not pair.failures and not pair.inner)
        if rests_on >= depth:
            self._known[key] = pair
            self._rests_on = around
        else:
            self._provisional[key] = pair, rests_on
        return pair

    def _differing(self, pair: Pair) -> Pair:
        """Return a pair without the inner pairs that certainly fit."""
        differing = [inner for inner in pair.inner if not self._simulation.fits(inner.receiver, inner.sender)]
        return Pair(pair.failures, differing)

    def _close(self, depth: int, *, fits: bool) -> None:
        """Keep or discard the results that rest on a pair whose comparison has ended."""
        for key in [key for key, (_, rests_on) in self._provisional.items() if rests_on >= depth]:
            pair, _ = self._provisional.pop(key)
            if fits:
                self._known[key] = pair
