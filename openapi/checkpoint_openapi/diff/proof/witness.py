"""Complete values that show a failure: an example from the document, changed at the place that matters."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from checkpoint_openapi.diff.proof.clauses import Step
from checkpoint_openapi.diff.proof.failure import Failure
from checkpoint_openapi.diff.proof.sample import samples, samples_of
from checkpoint_openapi.diff.schema.closing import closed_for
from checkpoint_openapi.diff.schema.parts import Schema, is_never

__all__ = ["MISSING", "WitnessMaker", "is_shown"]


_MADE = 24
"""The number of values tried for each leaf and base."""
_MADE_LARGE = 12
"""The number of values tried for all leaves and bases if a schema is large."""
_FAILURES = 8
"""The number of failures of which one is to be shown."""


class _Missing:
    """Marks a missing value, since None is a value."""


MISSING = _Missing()
"""Returned by `WitnessMaker.value` if it finds no value."""


class WitnessMaker:
    """Creates values that a sender sends and a receiver refuses."""

    def __init__(
        self,
        receiver: Schema,
        sender: Schema,
        examples: list[Any],
        counts: Callable[[Any], bool],
    ) -> None:
        """Set up the search; `counts` tells whether a value that the receiver refuses shows anything."""
        self._counts = counts
        self._receiver_schema = receiver
        self._sender_schema = sender
        self._receiver = receiver.operand
        self._sender = closed_for(receiver, sender).operand
        self._examples = examples
        self._known_bases: list[Any] | None = None

    def value(self, failure: Failure) -> Any:
        """Return a value of the whole schema that shows a failure, or `MISSING`."""
        made = self.made(failure)
        if made is not MISSING:
            return made
        return next((value for value in self._others() if _is_about(value, failure)), MISSING)

    def made(self, failure: Failure) -> Any:
        """Return such a value made of the failure's own and an example, or `MISSING`."""
        if not failure.has_value:
            return MISSING
        variants = (value for base in self._bases() for value in self._variants(base, failure))
        most = _MADE_LARGE if self._receiver.is_large or self._sender.is_large else None
        return next((value for value in itertools.islice(variants, most) if self._shows(value)), MISSING)

    def _shows(self, value: Any) -> bool:
        return self._differs(value) and self._counts(value)

    def _differs(self, value: Any) -> bool:
        return self._sender.accepts(value) and self._receiver.refuses(value)

    def _bases(self) -> list[Any]:
        """Return values to start from: the examples that the sender may send, then generated ones.

        An example that lacks members is completed by generated ones.
        """
        if self._known_bases is None:
            generated = samples_of(self._sender_schema)[:3]
            filled = [
                cast("dict[str, Any]", value) | cast("dict[str, Any]", example)
                for example in self._examples
                for value in generated
                if isinstance(example, dict) and isinstance(value, dict)
            ]
            usable = [value for value in (*self._examples, *filled) if self._sender.accepts(value)]
            self._known_bases = [*usable[:4], *generated, None]
        return self._known_bases

    def _others(self) -> list[Any]:
        """Return any values that the sender sends and the receiver refuses."""
        found = self._sender.once("shown by", self._receiver, self._differing)
        return [value for value in found if self._counts(value)]

    def _differing(self) -> list[Any]:
        difference = self._sender.without(self._receiver)
        if difference is None or is_never(difference):
            return []
        return [value for value in samples(difference) if self._differs(value)]

    def _variants(self, base: Any, failure: Failure) -> Iterator[Any]:
        """Yield variants of a value, changed at the place of a failure in ways that may show it."""
        there = _get(base, failure.path)
        leaves: list[Any] = []
        hosts = {steps: closed_for(self._receiver_schema, host) for steps, host in failure.hosts}
        clause = failure.clause
        if clause is not None and isinstance(there, dict) and clause.name is not None:
            members = cast("dict[str, Any]", there)
            if clause.keyword == "required":
                leaves.append({key: value for key, value in members.items() if key != clause.name})
            elif clause.keyword == "additionalProperties":
                shown = cast("dict[str, Any]", failure.value)
                leaves.append({**members, clause.name: shown.get(clause.name, 0)})
        if _is_refused(there, failure):
            leaves.insert(0, there)
        leaves.append(failure.value)
        for leaf in leaves:
            made = _put(base, failure.path, leaf, self._sender_schema, hosts)
            yield from itertools.islice(made, _MADE)


def is_shown(failures: Iterable[Failure], receiver: Schema, sender: Schema) -> bool:
    """Return whether a value made of one of the first failures is sent and refused.

    Schemas that are too large to be compared as a whole are not tried.
    """
    if receiver.operand.is_too_much_with(sender.operand):
        return False
    told = list(itertools.islice((failure for failure in failures if failure.has_value), _FAILURES))
    if not told:
        return False
    maker = WitnessMaker(receiver, sender, [], lambda _: True)
    return any(maker.made(failure) is not MISSING for failure in told)


def _is_about(value: Any, failure: Failure) -> bool:
    """Return whether a value is refused because of a failure's demand, and not only of another one."""
    return failure.clause is None or _is_refused(_get(value, failure.path), failure)


def _is_refused(there: Any, failure: Failure) -> bool:
    """Return whether there is a value at the place of a failure, and its demand refuses it."""
    clause = failure.clause
    if clause is None or there is MISSING:
        return False
    return failure.receiver.sub(clause.schema).operand.refuses(there)


def _put(
    base: Any, path: tuple[Step, ...], leaf: Any, schema: Schema, hosts: dict[int, Schema]
) -> Iterator[Any]:
    """Yield copies of a value with another one at a path, creating missing parents.

    `hosts` are the alternatives that a value on the way must belong to, by the number of remaining steps.
    """
    if not path:
        yield copy.deepcopy(leaf)
        return
    step, rest = path[0], path[1:]
    kind = dict if isinstance(step, str) else list
    host = hosts.get(len(path))
    if host is not None:
        schema = host
        base = base if host.operand.accepts(base) else None
    bases: list[Any] = [base] if isinstance(base, kind) else _of_kind(schema, kind)
    for made in bases:
        if isinstance(step, str):
            members = cast("dict[str, Any]", made)
            for inner in _put(members.get(step), rest, leaf, schema.member(step), hosts):
                yield {**members, step: inner}
        else:
            items = list(cast("list[Any]", made))
            while len(items) < step:
                items.append(next(iter(_of_kind(schema.item(len(items)), object)), None))
            there = items[step] if step < len(items) else None
            for inner in _put(there, rest, leaf, schema.item(step), hosts):
                yield [*items[:step], inner, *items[step + 1 :]]


def _get(value: Any, path: tuple[Step, ...]) -> Any:
    """Return the part of a value at a path, or `MISSING`."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(step, MISSING)
        elif isinstance(step, int) and isinstance(value, list) and step < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[step]
        else:
            return MISSING
    return value


def _of_kind(schema: Schema, kind: type) -> list[Any]:
    """Return values of a schema that have a given type, and at least the empty one."""
    found = [value for value in samples_of(schema) if isinstance(value, kind)]
    return found or [{} if kind is object else kind()]
