"""Whole values that show a failure: an example of the document, changed at the one place that matters."""

from __future__ import annotations

import copy
from typing import Any, cast

from checkpoint_openapi.diff.containment import Operand
from checkpoint_openapi.diff.judge import Failure, Step
from checkpoint_openapi.diff.parts import Schema, is_never
from checkpoint_openapi.diff.sample import samples

__all__ = ["MISSING", "WitnessMaker"]


class _Missing:
    """No value, where None is one."""


MISSING = _Missing()
"""What `WitnessMaker.value` returns when it finds no value."""


class WitnessMaker:
    """Makes values that a sender sends and a receiver refuses."""

    def __init__(self, receiver: Schema, sender: Schema, examples: list[Any]) -> None:
        self._receiver_schema = receiver
        self._sender_schema = sender
        self._receiver = Operand(receiver.bundle())
        self._sender = Operand(sender.bundle())
        self._examples = examples
        self._known_bases: list[Any] | None = None

    def value(self, failure: Failure) -> Any:
        """Return a value of the whole schema that shows a failure, or `MISSING`."""
        if failure.has_value:
            for base in self._bases():
                for value in self._variants(base, failure):
                    if self._shows(value):
                        return value
        return self._other()

    def _shows(self, value: Any) -> bool:
        return self._sender.accepts(value) and not self._receiver.accepts(value)

    def _bases(self) -> list[Any]:
        """Return values to begin with: the examples that the sender may send, then made ones."""
        if self._known_bases is None:
            usable = [value for value in self._examples if self._sender.accepts(value)]
            self._known_bases = [*usable[:4], *samples(self._sender.simplified(), limit=3), None]
        return self._known_bases

    def _other(self) -> Any:
        """Return any value that the sender sends and the receiver refuses."""
        difference = self._sender.without(self._receiver)
        if difference is None or is_never(difference):
            return MISSING
        return next((value for value in samples(difference) if self._shows(value)), MISSING)

    def _variants(self, base: Any, failure: Failure) -> list[Any]:
        """Return a value changed at the place of a failure, in the ways that may show it."""
        there = _get(base, failure.path)
        leaves: list[Any] = []
        clause = failure.clause
        if clause is not None and isinstance(there, dict) and clause.name is not None:
            members = cast("dict[str, Any]", there)
            if clause.keyword == "required":
                leaves.append({key: value for key, value in members.items() if key != clause.name})
            elif clause.keyword == "additionalProperties" and isinstance(failure.value, dict):
                leaves.append({**members, clause.name: cast("dict[str, Any]", failure.value).get(clause.name, 0)})
        leaves.append(failure.value)
        return [self._put(base, failure.path, leaf, self._sender_schema) for leaf in leaves]

    def _put(self, base: Any, path: tuple[Step, ...], leaf: Any, schema: Schema) -> Any:
        """Return a copy of a value with another one at a path, whose missing parents are made up."""
        if not path:
            return copy.deepcopy(leaf)
        step, rest = path[0], path[1:]
        if isinstance(step, str):
            made = base if isinstance(base, dict) else _first_of(schema, dict)
            found = dict(cast("dict[str, Any]", made))
            found[step] = self._put(found.get(step), rest, leaf, schema.member(step))
            return found
        items = list(cast("list[Any]", base)) if isinstance(base, list) else list(_first_of(schema, list))
        inner = schema.item(step)
        while len(items) <= step:
            items.append(_first_of(schema.item(len(items)), object))
        items[step] = self._put(items[step], rest, leaf, inner)
        return items


def _get(value: Any, path: tuple[Step, ...]) -> Any:
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[step]
        else:
            return None
    return value


def _first_of(schema: Schema, kind: type) -> Any:
    """Return a value of a schema that is of a kind, or the empty one."""
    for value in samples(Operand(schema.bundle()).simplified()):
        if isinstance(value, kind):
            return value
    return {} if kind is object else kind()


