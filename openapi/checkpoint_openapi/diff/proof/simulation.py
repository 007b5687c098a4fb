"""Proofs that a pair of schemas fits because every pair that it leads to fits.

Each alternative of a sender is compared with its counterpart alone, which suffices for a proof, and says
nothing otherwise. So nothing is asked twice and nothing is nested, however many schemas lead to each other:
the pairs are explored once, and all fit from which no doubtful pair is reached. (In process theory, these
pairs are a simulation.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checkpoint_openapi.diff.proof.alternatives import as_choice, namesakes, sent_alternatives, similar
from checkpoint_openapi.diff.proof.clauses import Clause, clauses, inside, is_stated
from checkpoint_openapi.diff.schema.alike import Likeness
from checkpoint_openapi.diff.schema.containment import Answer
from checkpoint_openapi.diff.schema.definitions import Definitions
from checkpoint_openapi.diff.schema.parts import Schema

__all__ = ["PairKey", "Simulation", "pair_key"]

PairKey = tuple[Definitions, bytes, Definitions, bytes]
"""What identifies a pair of schemas."""
_Pairs = list[tuple[Schema, Schema]]


def pair_key(receiver: Schema, sender: Schema) -> PairKey:
    """Return what identifies a pair of schemas."""
    return receiver.definitions, receiver.digest, sender.definitions, sender.digest


class Simulation:
    """Knows which pairs fit because every pair that they lead to fits."""

    def __init__(
        self, covers: Callable[[Schema, Schema], Answer], shallow_covers: Callable[[Schema, Schema], bool]
    ) -> None:
        """Take how one demand is decided: as a whole, or without a look at members and items."""
        self._covers = covers
        self._shallow_covers = shallow_covers
        self._likeness = Likeness()
        self._fits: dict[PairKey, bool] = {}

    def fits(self, receiver: Schema, sender: Schema) -> bool:
        """Return whether a sender certainly fits a receiver; False says nothing."""
        if self._likeness.alike(receiver, sender):
            return True
        key = pair_key(receiver, sender)
        if key not in self._fits:
            self._explore(receiver, sender)
        return self._fits[key]

    def _explore(self, receiver: Schema, sender: Schema) -> None:
        """Decide a pair and all pairs that it leads to."""
        seen = {pair_key(receiver, sender)}
        pending = [(receiver, sender)]
        doubtful: list[PairKey] = []
        dependents: dict[PairKey, list[PairKey]] = {}
        for receiver, sender in pending:
            key = pair_key(receiver, sender)
            needed = self._needed(receiver, sender)
            if needed is None:
                doubtful.append(key)
                continue
            for pair in needed:
                inner = pair_key(*pair)
                dependents.setdefault(inner, []).append(key)
                if inner in seen or self._likeness.alike(*pair):
                    continue
                known = self._fits.get(inner)
                if known is None:
                    seen.add(inner)
                    pending.append(pair)
                elif not known:
                    doubtful.append(inner)
        refuted = _reached(doubtful, dependents)
        self._fits.update((key, key not in refuted) for key in seen)

    def _needed(self, receiver: Schema, sender: Schema) -> _Pairs | None:
        """Return the pairs that must fit for a pair to fit, or None if it does not fit for this reason."""
        needed: _Pairs = []
        for clause in clauses(as_choice(receiver, sender)):
            if is_stated(clause, sender):
                continue
            steps = inside(clause, receiver, sender)
            if steps is not None:
                needed += [(inner.receiver, inner.sender) for inner in steps]
                continue
            demand = receiver.sub(clause.schema)
            if self._shallow_covers(demand, sender):
                continue
            pairs = (
                self._of_choice(clause, receiver, sender) if clause.keyword in ("anyOf", "oneOf") else None
            )
            if pairs is None and self._covers(demand, sender) is not Answer.YES:
                return None
            needed += pairs or []
        return needed

    def _of_choice(self, clause: Clause, receiver: Schema, sender: Schema) -> _Pairs | None:
        """Return a receiver's alternative for each of the sender's, or None if one has no counterpart."""
        choice = sent_alternatives(clause, receiver, sender)
        if choice is None or choice.clause.keyword == "oneOf":
            return None
        pairs: _Pairs = []
        for number, (bare, sent) in enumerate(choice.sent):
            other = next(self._counterparts(bare, sent, choice.offered, number), None)
            if other is None:
                return None
            pairs.append((other, sent))
        return pairs

    def _counterparts(
        self, bare: Schema, sent: Schema, offered: list[Schema], number: int
    ) -> Iterator[Schema]:
        """Yield the alternatives that one of the sender's may fit, the most similar first."""
        yield from namesakes(bare, offered)
        yield from (other for other in offered if self._shallow_covers(other, sent))
        if number < len(offered) and similar(offered[number], bare):
            yield offered[number]


def _reached(beginning: list[PairKey], steps: dict[PairKey, list[PairKey]]) -> set[PairKey]:
    """Return everything that steps lead to, with the beginning."""
    found, pending = set(beginning), list(beginning)
    while pending:
        further = [key for key in steps.get(pending.pop(), ()) if key not in found]
        found.update(further)
        pending.extend(further)
    return found
