"""What only several accepted calls show: repeated ids (RESP-2, RESP-11), a time that stands still."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding, checkpoint_of
from checkpoint_conformance.verdict.ledger import Ledger
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["IDS_OF_THE_RUN", "distinct_checkpoints", "moving_time"]

IDS_OF_THE_RUN = Origin("the ids of the run", "accepted calls compared with each other")
"""The origin of a finding that compares the ids of accepted calls."""
_TIMES = Origin("RESP-4/times", "the times of accepted calls compared with each other")
_CALLS, _APART = 3, 2.0
"""How many calls, and how many seconds between them, show that the time stands still."""
_REPETITIONS = (("RESP-2", Symptom.ID_REPEATED), ("RESP-11", Symptom.SAME_CHECKPOINT_AGAIN))
"""The requirements and symptoms of ids that repeat."""


def distinct_checkpoints(exchanges: Sequence[Exchange], ledger: Ledger) -> None:
    """Compare all accepted calls so far with each other (RESP-2, RESP-11), unless an id is known to repeat.

    A checkpoint returned again to a later call counts against RESP-11, whatever else repeats then. An id that
    stands for two checkpoints, or that simultaneous calls share, counts against RESP-2.
    """
    if any(map(ledger.confirmed, _REPETITIONS)):
        return
    given: defaultdict[str, list[tuple[Exchange, object]]] = defaultdict(list)
    for exchange in exchanges:
        members = _checkpoint(exchange)
        identifier = members.get("id") if members else None
        if members and isinstance(identifier, str):
            given[identifier.casefold()].append((exchange, members.get("created_at")))
    if sum(len(uses) for uses in given.values()) >= 2:
        ledger.exercise("RESP-2", "RESP-11")
    pairs = [pair for uses in given.values() for pair in pairwise(uses)]
    again = any(created == then and _apart(one, two) for (one, created), (two, then) in pairs)
    requirement = "RESP-11" if again else "RESP-2"
    symptom = Symptom.SAME_CHECKPOINT_AGAIN if again else Symptom.ID_REPEATED
    expected = "a new checkpoint for each call" if again else "an id that was never returned before"
    for (first, _), (second, _) in pairs:
        actual = f"the same id in exchanges {first.number} and {second.number}"
        evidence = (first, second)
        ledger.add(Finding(requirement, symptom, IDS_OF_THE_RUN, expected, actual, evidence, confirmed=True))


def moving_time(exchanges: Sequence[Exchange], ledger: Ledger) -> None:
    """Advise if calls that lie seconds apart all have the same `created_at` (RESP-4).

    A run that is too short for that shows nothing.
    """
    chosen: list[tuple[Exchange, object]] = []
    for exchange in exchanges:
        created = (_checkpoint(exchange) or {}).get("created_at")
        if isinstance(created, str) and (
            not chosen or exchange.started >= chosen[-1][0].started + chosen[-1][0].elapsed + _APART
        ):
            chosen.append((exchange, created))
    if len(chosen) < _CALLS or len({created for _, created in chosen}) > 1:
        return
    first, last = chosen[0][0], chosen[-1][0]
    expected = "a `created_at` that follows the clock"
    actual = f"{chosen[0][1]} in {len(chosen)} calls within {last.started - first.started:.0f} s"
    evidence = tuple(exchange for exchange, _ in chosen[:_CALLS])
    symptom = Symptom.CREATED_AT_STANDS_STILL
    ledger.add(Finding("RESP-4", symptom, _TIMES, expected, actual, evidence, "SHOULD", confirmed=True))


def _apart(first: Exchange, second: Exchange) -> bool:
    """Return whether the second call was sent only after the first had been answered."""
    return first.started + first.elapsed <= second.started


def _checkpoint(exchange: Exchange) -> dict[str, object] | None:
    """Return the checkpoint of an accepted call, or None if the response has none."""
    if exchange.request.method != "POST" or not is_accepted(exchange):
        return None
    return checkpoint_of(exchange)
