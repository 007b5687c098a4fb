"""Demands on the number of items of one kind: `contains` with `minContains` and `maxContains`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from checkpoint_openapi.diff.proof.alternatives import conjunction
from checkpoint_openapi.diff.proof.naming import Fits
from checkpoint_openapi.diff.proof.sample import samples_of
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.parts import Schema

__all__ = ["counted_values", "counts_fit"]

_LONGEST = 12
"""The greatest number of items of one kind in a value that is made up."""


class _Count(NamedTuple):
    """How many items of a kind there may be."""

    kind: Schema
    least: int
    most: int | None


def counts_fit(demand: Schema, sender: Schema, fits: Fits) -> bool:
    """Return whether a sender is proven to send as many items of a kind as `contains` demands."""
    wanted, items = _count(demand.content, demand), _items(sender)
    sent = [_count(part.keywords, sender) for part in sender.parts() if "contains" in part.keywords]
    lengths = {key: _bound(sender, key) for key in ("minItems", "maxItems")}
    enough = (
        wanted.least == 0
        or any(each.least >= wanted.least and _within(wanted.kind, each.kind, items, fits) for each in sent)
        or ((lengths["minItems"] or 0) >= wanted.least and all(fits(wanted.kind, item) for item in items))
    )
    return enough and (
        wanted.most is None
        or (lengths["maxItems"] is not None and lengths["maxItems"] <= wanted.most)
        or any(
            each.most is not None
            and each.most <= wanted.most
            and _within(each.kind, wanted.kind, items, fits)
            for each in sent
        )
        or all(fits(_other_than(wanted.kind), item) for item in items)
    )


def counted_values(demand: Schema, sender: Schema) -> Iterator[list[Any]]:
    """Yield arrays of items of the kinds of both versions, or of one, in numbers near the limits."""
    counts = [_count(demand.content, demand)]
    counts += [_count(part.keywords, sender) for part in sender.parts() if "contains" in part.keywords]
    item = sender.item(None)
    pools = [samples_of(_conjunction([item, *kinds])) for kinds in _memberships(counts[:2])]
    limits = {limit for count in counts for limit in (count.least, count.most) if limit is not None}
    near = {0, 1, *limits, *(limit + 1 for limit in limits), *(limit - 1 for limit in limits if limit)}
    numbers = sorted(number for number in near if number <= _LONGEST)
    for chosen in itertools.product(numbers, repeat=len(pools)):
        if all(pool or not number for pool, number in zip(pools, chosen, strict=True)):
            yield [
                value
                for pool, number in zip(pools, chosen, strict=True)
                for value in itertools.islice(itertools.cycle(pool), number)
            ]


def _memberships(counts: list[_Count]) -> Iterator[list[Schema]]:
    """Yield for each combination what an item of it must be: of a kind or not."""
    choices = [(count.kind, _other_than(count.kind)) for count in counts]
    for kinds in itertools.product(*choices):
        yield list(kinds)


def _count(keywords: JsonSchema, schema: Schema) -> _Count:
    kind = schema.sub(keywords["contains"])
    return _Count(kind, keywords.get("minContains", 1), keywords.get("maxContains"))


def _items(sender: Schema) -> list[Schema]:
    """Return what must hold for each numbered item and for the others."""
    return [sender.item(number) for number in (*range(sender.numbered()), None)]


def _bound(sender: Schema, keyword: str) -> int | None:
    """Return the strictest limit on the number of items."""
    stated = [part.keywords[keyword] for part in sender.parts() if keyword in part.keywords]
    return (max if keyword == "minItems" else min)(stated, default=None)


def _other_than(kind: Schema) -> Schema:
    return kind.sub({"not": kind.content})


def _within(wide: Schema, narrow: Schema, items: list[Schema], fits: Fits) -> bool:
    """Return whether each item that is of one kind is also of another."""
    return all(fits(wide, _conjunction([narrow, item])) for item in items)


def _conjunction(schemas: list[Schema]) -> Schema:
    novel = schemas[0].definitions.novel
    return Schema.of(conjunction([schema.bundle() for schema in schemas]), novel)
