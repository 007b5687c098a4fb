"""OBS-1 to OBS-3: what the list of items says of accepted calls, of refused ones, and of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from checkpoint_openapi.document.strict_json import StrictJsonError

from checkpoint_conformance.checks.http import read_body
from checkpoint_conformance.checks.success import checkpoint
from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.run.budget import BudgetSpent
from checkpoint_conformance.run.session import Session, creates
from checkpoint_conformance.run.stages.companions import ListError, checkpoint_items
from checkpoint_conformance.run.stages.unauthorized import look_as_strangers
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["items_of_created", "late_items", "progress", "refusals_leave_nothing", "wait_until_idle"]

_RANK = {"waiting_protect": 0, "protecting": 1, "available": 2, "error": 2}
_ENDED = frozenset({"available", "error"})
_UNDER_WAY = frozenset({"waiting_protect", "protecting"})
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_APPEARANCE = 10.0
"""Seconds that an item may take to appear: the creation is asynchronous."""
_LOOKS_AFTER_THE_END = 3
_LATE = 2.0
"""Seconds in which a refused request that is sent again may show its item."""
_OF_A_REFUSAL = ("OBS-2", Symptom.ITEM_OF_A_REFUSED_REQUEST)


def created_checkpoint(exchange: Exchange) -> str | None:
    """Return the id that an accepted call was given, or None where the answer holds none."""
    try:
        members = checkpoint(read_body(exchange)) if exchange.response else None
    except StrictJsonError:
        return None
    identifier = members.get("id") if members else None
    return identifier if isinstance(identifier, str) else None


def items_of_created(session: Session) -> None:
    """OBS-1: each checkpoint of the run shows an item for each selected resource, and to its project alone.

    Raises ServerGone.
    """
    shown = ""
    for exchange, call in list(session.accepted):
        identifier = created_checkpoint(exchange)
        if identifier is None:
            continue
        session.ledger.exercise("OBS-1")
        found = _await_items(session, identifier, call, exchange)
        for finding in found:
            session.ledger.add(finding)
        if found and session.ledger.confirmed(found[0].key):
            return
        shown = identifier
    if shown:
        _look_for_nothing(session)
        look_as_strangers(session, "OBS-1", f"checkpoint_items?checkpoint_id={quote(shown, safe='')}", shown)


def _look_for_nothing(session: Session) -> None:
    """OBS-1: a checkpoint that does not exist has no items, where one may ask for it. Raises ServerGone."""
    try:
        items, listing = checkpoint_items(session, checkpoint_id=session.calls.unknown_id("checkpoint"))
    except ListError:
        return
    if items:
        actual = f"an item of checkpoint {items[0]['checkpoint_id']}"
        expected = "no item of a checkpoint that does not exist"
        finding = _finding("OBS-1", Symptom.ITEM_OF_ANOTHER_CHECKPOINT, expected, actual, listing)
        session.ledger.add(_confirmed(finding))


def wait_until_idle(session: Session, pause: float) -> None:
    """Wait `pause` seconds, then until no item of the policy is under way or patience is out."""
    deadline = session.clock.monotonic() + session.target.patience
    while True:
        session.clock.sleep(min(pause, _LONGEST_PAUSE))
        try:
            items, _ = checkpoint_items(session, policy_id=session.target.policy_id)
        except ListError:
            return
        if all(item["status"] not in _UNDER_WAY for item in items) or session.clock.monotonic() > deadline:
            return


def progress(session: Session) -> None:
    """OBS-3: follow what the run created until all has ended, and a little beyond. Raises ServerGone."""
    given = [created_checkpoint(exchange) for exchange, _ in session.accepted]
    identifiers = {identifier.casefold() for identifier in given if identifier}
    deadline = session.clock.monotonic() + session.target.patience
    pause, looks = _FIRST_PAUSE, 0
    while identifiers:
        ended = _look(session, identifiers)
        if session.ledger.failed("OBS-3"):
            return
        looks += ended
        if looks >= _LOOKS_AFTER_THE_END:
            session.ledger.exercise("OBS-3")
            return
        if session.clock.monotonic() + pause > deadline:
            _still_running(session)
            return
        session.clock.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def refusals_leave_nothing(session: Session, name: str, send: Callable[[], None]) -> None:
    """OBS-2: send a group of requests that are refused; items of unknown checkpoints must not appear.

    Others may be using the project: what appears is held against the server only if the same group makes
    it appear again. Raises ServerGone.
    """
    if "observation" not in session.target.profiles:
        send()
        return
    try:
        _look_for_late_strangers(session)
        first = len(session.exchanges)
        send()
        sent = [exchange for exchange in session.exchanges[first:] if _is_refused(exchange)]
        session.ledger.exercise("OBS-2")
        _look_for_strangers(session, name, [*session.refused, *sent])
        session.refused = sent
    except ListError as error:
        session.ledger.leave_undecided("OBS-2", str(error))


def late_items(session: Session) -> None:
    """OBS-2: look once more for what refused requests made appear, in the time since. Raises ServerGone."""
    try:
        _look_for_late_strangers(session)
    except ListError as error:
        session.ledger.leave_undecided("OBS-2", str(error))


def _look_for_late_strangers(session: Session) -> None:
    if session.strangers is None:
        session.strangers = _strangers(session)
    else:
        _look_for_strangers(session, "refused requests, late", session.refused)


def _look_for_strangers(session: Session, name: str, refused: list[Exchange]) -> None:
    """Look for checkpoints that nobody was given; where there are any, send what was refused again."""
    known = session.strangers or set[str]()
    appeared = _unexplained(session, _strangers(session) - known)
    session.strangers = known = known | appeared | session.late
    if not appeared or session.ledger.confirmed(_OF_A_REFUSAL):
        return
    again, new = _send_again(session, refused, known)
    session.strangers = known | new
    if new:
        session.budget.charge(len(appeared | new))
    _add_stranger(session, name, new or appeared, again if new else refused, confirmed=bool(new))


def _send_again(
    session: Session, refused: list[Exchange], known: set[str]
) -> tuple[list[Exchange], set[str]]:
    """Return the requests that were refused again, up to the one that makes strangers appear, and those."""
    again: list[Exchange] = []
    for exchange in refused:
        try:
            again.append(session.transmit(exchange.request))
        except BudgetSpent:
            break
        if new := _unexplained(session, _strangers(session) - known):
            return again, new
    deadline = session.clock.monotonic() + min(_LATE, session.target.patience)
    while session.clock.monotonic() < deadline:
        session.clock.sleep(_FIRST_PAUSE * 2)
        if new := _unexplained(session, _strangers(session) - known):
            return again, new
    return again, set()


def _await_items(session: Session, identifier: str, call: Call, created: Exchange) -> list[Finding]:
    selected = sorted(resource.casefold() for resource in call.selected(session.target))
    deadline = session.clock.monotonic() + min(_APPEARANCE, session.target.patience)
    pause = _FIRST_PAUSE
    while True:
        try:
            items, exchange = checkpoint_items(session, checkpoint_id=identifier)
        except ListError as error:
            expected = "the documented list of items"
            finding = _finding("OBS-1", error.symptom, expected, str(error), error.exchange)
            return [replace(finding, status=error.status)]
        strange = [item for item in items if item["checkpoint_id"].casefold() != identifier.casefold()]
        if strange:
            actual = f"an item of checkpoint {strange[0]['checkpoint_id']}"
            expected = f"items of checkpoint {identifier} alone"
            return [
                _finding("OBS-1", Symptom.ITEM_OF_ANOTHER_CHECKPOINT, expected, actual, created, exchange)
            ]
        if len({item["id"] for item in items}) < len(items):
            actual = f"{len(items)} items with {len({item['id'] for item in items})} ids"
            return [
                _finding("OBS-1", Symptom.ITEM_ID_REPEATED, "an id for each item", actual, created, exchange)
            ]
        listed = sorted(item["resource_id"].casefold() for item in items)
        if listed == selected:
            return []
        if session.clock.monotonic() + pause > deadline or not set(listed) <= set(selected):
            expected = f"an item for each of {', '.join(selected)}"
            actual = ", ".join(listed) or "no item"
            return [_finding("OBS-1", Symptom.ITEMS_NOT_THE_SELECTED, expected, actual, created, exchange)]
        session.clock.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _look(session: Session, identifiers: set[str]) -> bool:
    """Compare each status with the last one seen. Returns whether these checkpoints have ended."""
    try:
        items, listing = checkpoint_items(session, policy_id=session.target.policy_id)
    except ListError as error:
        session.ledger.leave_undecided("OBS-3", str(error))
        return True
    _watch(session, items, listing)
    ours = [item for item in items if item["checkpoint_id"].casefold() in identifiers]
    return all(item["status"] not in _UNDER_WAY for item in ours)


def _watch(session: Session, items: list[dict[str, Any]], listing: Exchange) -> None:
    """Hold every status in a list against the one seen before."""
    for item in items:
        status, last = item["status"], session.item_statuses.get(item["id"])
        problem = _step_problem(last, status)
        if problem and item["checkpoint_id"] not in session.deleted:
            session.ledger.add(_confirmed(_finding("OBS-3", *problem, listing)))
        if last not in _ENDED or status in _RANK:  # a restoration after the end is no way back
            session.item_statuses[item["id"]] = status


def _step_problem(last: str | None, status: str) -> tuple[Symptom, str, str] | None:
    """Return symptom, expectation and what was seen where a step from one status to the next is none."""
    if last in _ENDED and status in _ENDED and last != status:
        return Symptom.STATUS_MOVED_ON, f"{last} for good", status
    if last is not None and last in _RANK and status in _RANK and _RANK[status] < _RANK[last]:
        return Symptom.STATUS_MOVED_BACK, f"no way back from {last}", status
    if status not in _RANK and last not in _ENDED:
        return Symptom.STATUS_ENDS_ELSEWHERE, "an end in available or error", status
    return None


def _still_running(session: Session) -> None:
    statuses = ", ".join(sorted(set(session.item_statuses.values()))) or "no item"
    why = f"after {session.target.patience:g} s: {statuses}"
    if session.target.settle_within and session.target.patience >= session.target.settle_within:
        last = session.exchanges[-1]
        expected = f"available or error within {session.target.settle_within:g} s"
        session.ledger.add(_confirmed(_finding("OBS-3", Symptom.STATUS_NEVER_ENDS, expected, why, last)))
    else:
        session.ledger.leave_undecided("OBS-3", f"not ended {why}; declare `settle_within` to have it judged")


def _strangers(session: Session) -> set[str]:
    """Return the checkpoints in the list that no accepted call of the run was given."""
    items, listing = checkpoint_items(session, policy_id=session.target.policy_id)
    _watch(session, items, listing)
    accepted = [exchange for exchange in session.exchanges if exchange.status in range(200, 300)]
    own = {created_checkpoint(exchange) for exchange in accepted}
    return {item["checkpoint_id"].casefold() for item in items} - {(name or "").casefold() for name in own}


def _unexplained(session: Session, appeared: set[str]) -> set[str]:
    """Return what appeared, less one checkpoint for each call that may have created it unnamed.

    That is a call without an answer, whose checkpoint may come late, or with one that does not tell the id.
    """
    lost = sum(creates(exchange.request) and _is_unnamed(exchange) for exchange in session.exchanges)
    explained = sorted(appeared)[: max(lost - len(session.late), 0)]
    session.late.update(explained)
    return appeared.difference(explained)


def _is_unnamed(exchange: Exchange) -> bool:
    accepted = exchange.status in range(200, 300)
    return exchange.status is None or (accepted and created_checkpoint(exchange) is None)


def _is_refused(exchange: Exchange) -> bool:
    return creates(exchange.request) and exchange.status is not None and exchange.status >= 400


def _add_stranger(
    session: Session, name: str, strangers: set[str], refused: list[Exchange], *, confirmed: bool
) -> None:
    actual = f"an item of checkpoint {min(strangers)}, which no accepted call was given"
    finding = _finding("OBS-2", _OF_A_REFUSAL[1], f"no item after {name}", actual, *refused[-1:])
    session.ledger.add(_confirmed(finding) if confirmed else finding)


def _finding(requirement: str, symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> Finding:
    return Finding(requirement, symptom, f"{requirement}/items", expected, actual, exchanges)


def _confirmed(finding: Finding) -> Finding:
    return replace(finding, confirmed=True)
