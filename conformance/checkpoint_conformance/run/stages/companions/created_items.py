"""OBS-1: the items of the checkpoints that the run created."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.recorder import created_checkpoint
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.unauthorized import look_as_unauthorized
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["items_of_created"]

_ORIGIN = Origin("OBS-1/items", "the list of items")
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_APPEARANCE = 10.0
"""Seconds allowed for an item to appear, since creation is asynchronous."""


def items_of_created(session: Session, removed: AbstractSet[str] = frozenset()) -> None:
    """OBS-1: each checkpoint of the run has an item for each selected resource.

    The list refuses unauthorized callers (AUTH-7). Checkpoints that an earlier part of the run may have
    `removed` are left out. Raises ServerGone if the server stops answering.
    """
    shown: list[tuple[str, Call, Exchange]] = []
    accepted = [
        (created_checkpoint(exchange), exchange, call) for exchange, call in session.recorder.accepted
    ]
    created = [
        (identifier, exchange, call)
        for identifier, exchange, call in accepted
        if identifier and identifier not in removed
    ]
    unknown = session.calls.unknown_id("checkpoint")
    pages = session.lists.first_pages(
        [*(identifier for identifier, _, _ in created), unknown], session.lists.first_of_policy()
    )
    for (identifier, exchange, call), page in zip(created, pages, strict=False):  # two more are left
        if identifier in removed:  # the record of the earlier part has ended in between
            continue
        session.ledger.exercise("OBS-1")
        found = _await_items(session, identifier, call, exchange, page)
        for finding in found:
            session.ledger.add(finding)
        if found and session.ledger.confirmed(found[0].key):
            return
        shown.append((identifier, call, exchange))
    if shown:
        _look_for_nothing(session, unknown, next(pages))
        _look_in_policy(session, shown, next(pages))
        _look_without_limit(session, shown)
        look_as_unauthorized(session, f"checkpoint_items?checkpoint_id={quote(shown[-1][0], safe='')}")


def _look_for_nothing(session: Session, unknown: str, page: Exchange | None) -> None:
    """OBS-1: a checkpoint that does not exist has no items, if it can be queried. Raises ServerGone.

    `page` is the list as it was requested first, if it was.
    """
    try:
        items, listing = session.lists.checkpoint_items(page, checkpoint_id=unknown)
    except ListError:
        return
    if items:
        actual = f"an item of checkpoint {items[0]['checkpoint_id']}"
        expected = "no item of a checkpoint that does not exist"
        finding = _finding(Symptom.ITEM_OF_ANOTHER_CHECKPOINT, expected, actual, listing)
        session.ledger.add(replace(finding, confirmed=True))


def _look_in_policy(session: Session, shown: list[tuple[str, Call, Exchange]], page: Exchange | None) -> None:
    """OBS-1: the list of the policy has every item that the lists of its checkpoints show.

    A server may show only so many items of a longer list, and none after them. `page` is the list as it was
    requested first, if it was. Raises ServerGone if the server stops answering.
    """
    expected = _items_of(session, shown)
    backoff = _until_shown(session)
    while True:
        try:
            items, listing = session.lists.checkpoint_items(page, policy_id=session.target.policy_id)
            page = None
        except ListError:
            return
        missing = expected - _listed(items)
        if not missing:
            return
        if not backoff.wait():
            break
    wanted = f"all {len(expected)} items that the lists of the checkpoints show, also in that of the policy"
    actual = f"{len(expected) - len(missing)} of them"
    finding = _finding(Symptom.ITEMS_NOT_THE_SELECTED, wanted, actual, listing)
    session.ledger.add(replace(finding, confirmed=True))


def _look_without_limit(session: Session, shown: list[tuple[str, Call, Exchange]]) -> None:
    """OBS-1: none of the items that were shown is missing where `limit` is left to its default.

    The list of the checkpoint with the most items may be short, that of the policy is the longest. Raises
    ServerGone if the server stops answering.
    """
    most = max(shown, key=lambda each: len(each[1].selected(session.target)))
    for among, filters in (
        ([most], {"checkpoint_id": most[0]}),
        (shown, {"policy_id": session.target.policy_id}),
    ):
        if not session.ledger.failed("OBS-1"):
            _look_by_default(session, among, filters)


def _look_by_default(
    session: Session, shown: list[tuple[str, Call, Exchange]], filters: dict[str, str]
) -> None:
    """Compare what was shown with the list without `limit`, and look twice for a problem to confirm it."""
    expected = _items_of(session, shown)
    for _ in range(2):
        try:
            page = session.lists.items_by_default(**filters)
        except ListError as error:
            finding = _finding(error.symptom, "the documented list of items", str(error), error.exchange)
            session.ledger.add(replace(finding, status=error.status))
            continue
        if page is None:
            return
        listed = _listed(page[1])
        if expected <= listed:
            return
        wanted = f"all {len(expected)} items that the list shows with `limit=1000`, also without `limit`"
        actual = f"{len(expected & listed)} of them"
        session.ledger.add(_finding(Symptom.ITEMS_NOT_THE_SELECTED, wanted, actual, page[0]))


def _items_of(session: Session, shown: list[tuple[str, Call, Exchange]]) -> set[tuple[str, str]]:
    """Return the checkpoint and the resource of each item of the checkpoints, in lower case."""
    return {
        (identifier.casefold(), resource.casefold())
        for identifier, call, _ in shown
        for resource in call.selected(session.target)
    }


def _listed(items: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return the checkpoint and the resource of each item of a list, in lower case."""
    return {(item["checkpoint_id"].casefold(), item["resource_id"].casefold()) for item in items}


def _until_shown(session: Session) -> Backoff:
    """Return the wait for items to appear."""
    patience = min(_APPEARANCE, session.target.patience)
    return Backoff(session.clock, patience, _FIRST_PAUSE, _LONGEST_PAUSE)


def _await_items(
    session: Session, identifier: str, call: Call, created: Exchange, page: Exchange | None
) -> list[Finding]:
    """Wait for the items of a checkpoint; `page` is the list as it was requested first, if it was."""
    selected = sorted(resource.casefold() for resource in call.selected(session.target))
    backoff = _until_shown(session)
    while True:
        try:
            items, exchange = session.lists.checkpoint_items(page, checkpoint_id=identifier)
            page = None
        except ListError as error:
            expected = "the documented list of items"
            finding = _finding(error.symptom, expected, str(error), error.exchange)
            return [replace(finding, status=error.status)]
        strange = [item for item in items if item["checkpoint_id"].casefold() != identifier.casefold()]
        if strange:
            actual = f"an item of checkpoint {strange[0]['checkpoint_id']}"
            expected = f"only items of checkpoint {identifier}"
            return [_finding(Symptom.ITEM_OF_ANOTHER_CHECKPOINT, expected, actual, created, exchange)]
        if len({item["id"] for item in items}) < len(items):
            actual = f"{len(items)} items with {len({item['id'] for item in items})} ids"
            return [_finding(Symptom.ITEM_ID_REPEATED, "an id for each item", actual, created, exchange)]
        listed = sorted(item["resource_id"].casefold() for item in items)
        if listed == selected:
            return []
        if not set(listed) <= set(selected) or not backoff.wait():
            expected = f"an item for each of {', '.join(selected)}"
            actual = ", ".join(listed) or "no item"
            return [_finding(Symptom.ITEMS_NOT_THE_SELECTED, expected, actual, created, exchange)]


def _finding(symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> Finding:
    return Finding("OBS-1", symptom, _ORIGIN, expected, actual, exchanges)
