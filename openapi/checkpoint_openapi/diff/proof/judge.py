"""Does a sender fit a receiver, and if not, where?

The receiver is split into its demands, and each is checked alone. A demand about a member, an item or an
alternative is followed into it, so that a break is found at its place, each pair of components is compared
once, and what the canonical form cannot decide as a whole (patterns, recursion) is decided in pieces. If
pieces do not fit, the whole is checked, which knows how they depend on each other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from checkpoint_openapi.diff.proof.alternatives import (
    any_pattern,
    as_choice,
    namesakes,
    overlap,
    sent_alternatives,
    similar,
)
from checkpoint_openapi.diff.proof.clauses import Clause, Inner, clauses, inside, is_stated, written_as
from checkpoint_openapi.diff.proof.counting import counted_values, counts_fit
from checkpoint_openapi.diff.proof.failure import Failure, distinct, telling
from checkpoint_openapi.diff.proof.naming import allowed_names, names_apart, names_sent, patterns_fit
from checkpoint_openapi.diff.proof.refused import refused_values
from checkpoint_openapi.diff.proof.sample import samples
from checkpoint_openapi.diff.proof.simulation import Simulation
from checkpoint_openapi.diff.proof.walk import Pair, Walk
from checkpoint_openapi.diff.proof.witness import is_shown
from checkpoint_openapi.diff.schema.closing import closed_for
from checkpoint_openapi.diff.schema.containment import Answer, JsonSchema, Operand, operand_of
from checkpoint_openapi.diff.schema.definitions import Definitions
from checkpoint_openapi.diff.schema.marks import UNDECLARED
from checkpoint_openapi.diff.schema.parts import Schema, is_never
from checkpoint_openapi.diff.schema.patterns import Patterns, enriched, patterns_in

__all__ = ["Judge"]

_MANY = 8
"""The largest number of alternatives on either side that are compared pairwise."""
_CONDITIONS = ("anyOf", "oneOf", "not", "if", "dependentSchemas", "enum", "const", "unevaluatedProperties")
"""Keywords that constrain several members at once."""
_NESTED = 40
"""The number of nested alternatives that are entered."""


class Judge:
    """Compares schemas of one sender with those of one receiver."""

    def __init__(self) -> None:
        self._simulation = Simulation(self.covers, self._shallow_covers)
        self._walk = Walk(self._compare, self._too_deep, self._simulation)
        self._nesting = 0
        """The number of alternatives being entered."""
        self._answers: dict[tuple[Definitions, bytes, Definitions, bytes], Answer] = {}

    def failures(self, receiver: Schema, sender: Schema) -> list[Failure]:
        """Return where a sender does not fit; an empty list is proof that it does."""
        return self._walk.failures(receiver, sender)

    def _too_deep(self, receiver: Schema, sender: Schema) -> Failure:
        return self._failure(None, Answer.UNKNOWN, receiver, receiver, sender)

    def fits(self, receiver: Schema, sender: Schema) -> bool:
        """Return whether a sender is proven to fit."""
        return not self.failures(receiver, sender)

    def covers(self, receiver: Schema, sender: Schema) -> Answer:
        """Decide whether a receiver accepts everything a sender sends, comparing patterns if needed.

        Schemas that contain many others in cycles are compared only in pieces: their canonical form says
        little, and is as large as all of them together.
        """
        key = (receiver.definitions, receiver.digest, sender.definitions, sender.digest)
        if key not in self._answers:
            self._answers[key] = self._covers(receiver, sender)
        return self._answers[key]

    def _covers(self, receiver: Schema, sender: Schema) -> Answer:
        if receiver.is_tangled():
            return Answer.UNKNOWN
        if sender.is_tangled():
            answer = self._covers(receiver, sender.cut())
            return Answer.YES if answer is Answer.YES else Answer.UNKNOWN
        sender = closed_for(receiver, sender)
        whole, part = receiver.operand, sender.operand
        answer = whole.covers(part)
        if answer is Answer.UNKNOWN and not whole.is_too_much_with(part):
            sharper = _sharper(sender, patterns_in(whole.simplified()))
            answer = answer if sharper is part else whole.covers(sharper)
        if answer is Answer.UNKNOWN and sender.is_recursive():
            answer = whole.covers(_sharper(sender.cut(), patterns_in(whole.simplified())))
            return Answer.YES if answer is Answer.YES else Answer.UNKNOWN
        return answer

    def _compare(self, receiver: Schema, sender: Schema) -> Pair:
        """Return what a pair of schemas decides by itself, and the pairs on which the rest depends."""
        hangs_together = _hangs_together(sender)
        unmet = Pair()
        inner: list[Inner] = []
        for clause in clauses(as_choice(receiver, sender)):
            if is_stated(clause, sender):
                continue
            pairs = self._deciding_alternatives if hangs_together else inside
            steps = pairs(clause, receiver, sender)
            if steps is None:
                unmet = unmet.joined(self._unmet(clause, receiver, sender))
            else:
                inner.extend(steps)
        if hangs_together and self._covers_despite(unmet, receiver, sender):
            return Pair()
        told = telling(unmet.failures, sender)
        return Pair(distinct(told), [] if told and not sender.parts() else [*unmet.inner, *inner])

    def _unmet(self, clause: Clause, receiver: Schema, sender: Schema) -> Pair:
        demand = receiver.sub(clause.schema)
        if clause.inner is None and self._shallow_covers(demand, sender):
            return Pair()
        deeper = self._deeper(clause, receiver, sender)
        if deeper is not None:
            fits = _hangs_together(sender) and self._covers_despite(deeper, demand, sender)
            return Pair() if fits else deeper
        answer = self.covers(demand, sender)
        if answer is Answer.YES:
            return Pair()
        return Pair([self._failure(clause, answer, demand, receiver, sender)])

    def _covers_despite(self, pieces: Pair, receiver: Schema, sender: Schema) -> bool:
        """Return whether a receiver accepts everything, although pieces of it alone do not.

        A value that shows a failure answers faster than a proof, which takes longest where it ends open.
        """
        if not pieces.failures and not pieces.inner:
            return False
        found = self._walk.failures_of(pieces, receiver, sender)
        return not is_shown(found, receiver, sender) and self.covers(receiver, sender) is Answer.YES

    def _shallow_covers(self, demand: Schema, sender: Schema) -> bool:
        """Return whether a demand is met whatever the sender's members and items are, a cheap check."""
        return (
            not demand.is_tangled()
            and demand.operand.covers(closed_for(demand, sender.shallow()).operand) is Answer.YES
        )

    def _deeper(self, clause: Clause, receiver: Schema, sender: Schema) -> Pair | None:
        """Return what fails inside a member, an item or an alternative, or None if nothing is inside."""
        match clause.keyword:
            case "properties" | "items" | "prefixItems":
                steps = inside(clause, receiver, sender)
                return None if steps is None else self._failing(steps)
            case "propertyNames" | "additionalProperties" if allowed_names(clause) is not None:
                return self._names(clause, receiver, sender)
            case "patternProperties":
                return Pair() if patterns_fit(clause, receiver, sender, self.fits) else None
            case "additionalProperties" if clause.inner is not None:
                return self._others(clause, clause.inner, receiver, sender)
            case "contains":
                return self._counts(clause, receiver, sender)
            case "anyOf" | "oneOf" if self._nesting < _NESTED:
                self._nesting += 1
                found = self._alternatives(clause, receiver, sender)
                self._nesting -= 1
                return found
            case _:
                return None

    def _failing(self, steps: list[Inner]) -> Pair:
        """Return the pairs among others that do not fit."""
        return Pair([], [inner for inner in steps if not self.fits(inner.receiver, inner.sender)])

    def _names(self, clause: Clause, receiver: Schema, sender: Schema) -> Pair | None:
        """Check the names that members may have; a failure comes with a member of such a name."""
        refused = self.failures(receiver.sub(allowed_names(clause) or {}), names_sent(sender))
        names = [failure.value for failure in refused if isinstance(failure.value, str)]
        if not names:
            return Pair() if not refused else None
        plain, others = sender.operand.simplified(), sender.member(names[0]).operand
        values: list[Any] = [
            {**cast("JsonSchema", base), names[0]: value}
            for base in samples(plain, limit=2)
            if isinstance(base, dict)
            for value in samples(others.simplified(), limit=2)
        ]
        demand = receiver.sub(clause.schema)
        about = replace(clause, name=names[0])
        return Pair([self._failure(about, Answer.UNKNOWN, demand, receiver, sender, values=values)])

    def _counts(self, clause: Clause, receiver: Schema, sender: Schema) -> Pair | None:
        """Check how many items of a kind there may be."""
        demand = receiver.sub(clause.schema)
        if counts_fit(receiver.sub(clause.part.keywords), sender, self.fits):
            return Pair()
        values = list(counted_values(receiver.sub(clause.part.keywords), sender))
        found = self._failure(clause, Answer.UNKNOWN, demand, receiver, sender, values=values)
        return Pair([found]) if found.has_value else None

    def _others(self, clause: Clause, inner: JsonSchema, receiver: Schema, sender: Schema) -> Pair | None:
        """Check the members that the receiver does not name."""
        if "patternProperties" in clause.part.keywords:
            return None
        found = Pair()
        others = receiver.sub(inner)
        apart = names_apart(sender)
        unnamed = apart.names - clause.part.keywords.get("properties", {}).keys()
        for name in (*sorted(unnamed), UNDECLARED):
            allowed = receiver.sub({"properties": {name: inner}})
            deeper = (
                Pair() if is_never(inner) else self._failing([Inner((name,), others, sender.member(name))])
            )
            if not deeper.inner and not is_never(inner):
                continue
            answer = self.covers(allowed, sender)
            if answer is not Answer.YES and not deeper.inner:
                about = replace(clause, name=name)
                deeper = Pair([self._failure(about, answer, allowed, receiver, sender)])
            if answer is not Answer.YES:
                found = found.joined(deeper)
        if found.failures or found.inner or not (is_never(inner) or apart.by_pattern or apart.limited):
            return found
        # One name stands for all others only if the sender may use it, or if none has a schema of its own.
        fits = not apart.by_pattern and self.fits(others, sender.member(UNDECLARED))
        return Pair() if fits else None

    def _alternatives(self, clause: Clause, receiver: Schema, sender: Schema) -> Pair | None:
        """Check each alternative of the sender against the receiver's alternative that it resembles most."""
        choice = sent_alternatives(clause, receiver, sender)
        if choice is None:
            offered = [receiver.sub(branch) for branch in clause.value]
            return Pair() if self._is_one_of(clause, offered, receiver, sender) else None
        clause, offered, alternatives = choice
        found = Pair()
        for bare, sent in alternatives:
            # An alternative of the same name is cheaper to compare than all of them together.
            same = namesakes(bare, offered)
            like = self._failing([Inner((), other, sent) for other in same])
            if clause.keyword == "anyOf" and len(like.inner) < len(same):
                continue
            if not self._covers_despite(like, receiver.sub(clause.schema), sent):
                found = found.joined(self._branch(clause, offered, sent, bare, receiver))
        return found

    def _deciding_alternatives(self, clause: Clause, receiver: Schema, sender: Schema) -> list[Inner] | None:
        """Return the pairs of alternatives that decide a choice, or None if it depends on more than these."""
        choice = sent_alternatives(clause, receiver, sender) if clause.keyword in ("anyOf", "oneOf") else None
        if choice is None:
            return None
        is_any = choice.clause.keyword == "anyOf"
        if not is_any and len(choice.offered) > _MANY:
            return None
        found: list[Inner] = []
        for bare, sent in choice.sent:
            fitting = [other for other in choice.offered if self._simulation.fits(other, sent)]
            if fitting and is_any:
                continue
            like = namesakes(bare, choice.offered) or fitting
            if len(like) != 1 or not self._alone(like[0], choice.offered, sent):
                return None
            found.append(Inner((), like[0], sent))
        return found

    def _is_one_of(self, clause: Clause, offered: list[Schema], receiver: Schema, sender: Schema) -> bool:
        """Return whether a sender without alternatives fits one of a receiver's."""
        pattern = any_pattern(offered) if clause.keyword == "anyOf" else None
        if pattern and self.fits(receiver.sub(pattern), sender):
            return True
        others = offered if len(offered) <= _MANY and sender.is_recursive() else []
        return any(
            self.fits(branch, sender) and (clause.keyword == "anyOf" or self._alone(branch, offered, sender))
            for branch in namesakes(sender, offered) or others
        )

    def _branch(
        self, clause: Clause, offered: list[Schema], sent: Schema, bare: Schema, receiver: Schema
    ) -> Pair:
        """Return why one alternative of a sender fits none of the receiver's."""
        same = namesakes(bare, offered)
        others = [branch for branch in offered if branch not in same] if len(offered) <= _MANY else []
        best: Inner | None = None
        fewest = 0
        fits = False
        for branch in same or others:
            failures = self.failures(branch, sent)
            fits |= not failures
            if not failures and (clause.keyword == "anyOf" or self._alone(branch, offered, sent)):
                return Pair()
            if failures and (same or similar(branch, bare)) and (best is None or len(failures) < fewest):
                best, fewest = Inner((), branch, sent), len(failures)
        if best and not fits and (same or fewest == 1):
            return Pair([], [best])
        demand = receiver.sub(clause.schema)
        answer = self.covers(demand, sent)
        failure = self._failure(clause, answer, demand, receiver, sent, alternative=bare)
        return Pair([replace(failure, crowded=fits)])

    def _alone(self, branch: Schema, offered: list[Schema], sent: Schema) -> bool:
        """Return whether what is sent fits no other alternative, as `oneOf` requires."""
        others = [other for other in offered if other is not branch]
        return all(
            not overlap([other, closed_for(other, sent)])
            or self.covers(other.sub({"not": other.content}), sent) is Answer.YES
            for other in others
        )

    def _failure(
        self,
        clause: Clause | None,
        answer: Answer,
        demand: Schema,
        receiver: Schema,
        sender: Schema,
        *,
        alternative: Schema | None = None,
        values: list[Any] | None = None,
    ) -> Failure:
        """Return a failure with a value that shows it, which also settles what was unknown.

        `values` are candidates to try first.
        """
        values = self._values(demand, sender, values or [])
        found = Failure((), answer, clause, sender, receiver, alternative=alternative)
        received = clause.at if clause is not None and clause.at else receiver.at
        found = replace(found, sent_at=_counterpart(clause, sender), received_at=received)
        return replace(found, answer=Answer.NO, value=values[0], has_value=True) if values else found

    def _values(self, demand: Schema, sender: Schema, first: list[Any]) -> list[Any]:
        """Return values that the sender sends and the receiver refuses."""
        part, whole = closed_for(demand, sender).operand, demand.operand
        found = [value for value in first if part.accepts(value) and whole.refuses(value)]
        if found:
            return found
        return part.once("refused by", whole, lambda: refused_values(part, whole, demand.content))


def _sharper(sender: Schema, patterns: Patterns) -> Operand:
    """Return a sender's schema with the implications of its patterns made explicit."""

    def sharpened() -> Operand:
        plain = sender.operand.simplified()
        sharper = enriched(plain, patterns)
        return sender.operand if sharper == plain else operand_of(sharper)

    return sender.once(f"sharper: {[sorted(each) for each in patterns[:4]]} {patterns.most}", sharpened)


def _hangs_together(sender: Schema) -> bool:
    """Return whether a sender's members depend on each other, so that one alone shows less than the whole."""
    return any(not part.keywords.keys().isdisjoint(_CONDITIONS) for part in sender.parts())


def _counterpart(clause: Clause | None, sender: Schema) -> str | None:
    """Return the label of the sender's keyword that corresponds to a demand, or of the sender itself."""
    if clause is not None:
        for part in sender.parts():
            if clause.keyword in part.keywords and part.at:
                return f"{part.at}/{written_as(clause.keyword, part)}"
    return sender.at
