"""DEL-1, and the clean-up: a deleted checkpoint leaves the list, and a run leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from checkpoint_conformance.probes.calls import ABSENT, Absent
from checkpoint_conformance.run.budget import BudgetSpent
from checkpoint_conformance.run.session import ServerGone, Session, creates
from checkpoint_conformance.run.stages.companions import ListError, checkpoint_items
from checkpoint_conformance.run.stages.observation import created_checkpoint
from checkpoint_conformance.run.stages.unauthorized import strangers
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["clean_up", "delete", "deletion"]

_LEAVING = frozenset({"waiting_delete", "deleting", "deleted"})
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0


def deletion(session: Session) -> None:
    """Delete the last checkpoint but one and then the last; they and no other leave the list.

    Before, those who may not delete are refused, and so is a deletion of nothing. Raises ServerGone.
    """
    oldest, *rest = created(session, ours=True) or [""]
    if rest and (finding := _delete_as_strangers(session, rest[-1])):
        session.ledger.add(finding)
        return
    _delete_nothing(session)
    for identifier in rest[-2:]:
        outer = dict.fromkeys((oldest, rest[-1]))
        others = [each for each in outer if each != identifier and _is_listed(session, each)]
        finding = _delete_and_look(session, identifier)
        lost = [each for each in others if not _is_listed(session, each)]
        if lost:
            actual = f"checkpoint {lost[0]} is gone too"
            finding = _finding(
                Symptom.ANOTHER_DELETED, "the other checkpoints stay", actual, session.exchanges[-1]
            )
            session.ledger.add(replace(finding, confirmed=True))
            return
        if finding:
            session.ledger.add(finding)


def _delete_as_strangers(session: Session, identifier: str) -> Finding | None:
    """Return a finding where a caller without a token of the project can delete the checkpoint."""
    own, second = session.target.project_id, session.target.second_project
    callers = [(who, own, token) for who, token in strangers(session).items()]
    if second and second.token and callers:
        callers.append(("another project on its own path", second.project_id, second.token))
    for who, project, token in callers:
        exchange = session.send(_deletion(session, identifier, token, project))
        if exchange.status in range(200, 300) and not _is_listed(session, identifier):
            session.deleted.add(identifier)
            finding = _finding(
                Symptom.DELETED_BY_STRANGERS, f"a refusal for {who}", "it was deleted", exchange
            )
            return replace(finding, confirmed=True)
    return None


def _delete_nothing(session: Session) -> None:
    """Advise where the deletion of an unknown checkpoint succeeds: it gets 404 (contract, errors)."""
    for _ in range(2):
        exchange = session.send(_deletion(session, session.calls.unknown_id("checkpoint")))
        if exchange.status not in range(200, 300):
            return
        finding = _finding(
            Symptom.NOTHING_DELETED, "404 for an unknown checkpoint", f"{exchange.status}", exchange
        )
        session.ledger.add(replace(finding, level="SHOULD"))


def _deletion(
    session: Session, identifier: str, token: str | Absent | None = ABSENT, project_id: str | None = None
) -> Request:
    """Return the request that deletes the checkpoint."""
    path = f"{session.calls.path(project_id)}/{quote(identifier, safe='')}"
    return session.calls.request("DELETE", path, token=token)


def _look_for_returned(session: Session, gone: set[str]) -> None:
    """Look whether one of the checkpoints that had left the list is in it again."""
    try:
        items, listing = checkpoint_items(session, policy_id=session.target.policy_id)
    except (ListError, ServerGone):
        return
    for item in items:
        if item["checkpoint_id"].casefold() in gone and item["status"] not in _LEAVING:
            actual = f"an item of it that is {item['status']}"
            finding = _finding(
                Symptom.DELETED_AGAIN_LISTED, "no item of a deleted checkpoint", actual, listing
            )
            session.ledger.add(replace(finding, confirmed=True))
            return


def _is_listed(session: Session, identifier: str) -> bool:
    """Whether the list holds an item of the checkpoint that is not on its way out."""
    try:
        return any(item["status"] not in _LEAVING for item in _items_of(session, identifier)[0])
    except ListError:
        return False


def _items_of(session: Session, identifier: str) -> tuple[list[dict[str, Any]], Exchange]:
    """Return the items of the checkpoint, even of a list that ignores the filter (OBS-1), and the list.

    Raises ListError.
    """
    items, listing = checkpoint_items(session, checkpoint_id=identifier)
    return [item for item in items if item["checkpoint_id"].casefold() == identifier.casefold()], listing


def clean_up(session: Session, announce: Callable[[str], None]) -> list[str]:
    """Delete every checkpoint that the run created; return the ids that could not be deleted.

    What was deleted before must not have come back by then.
    """
    gone = {identifier.casefold() for identifier in session.deleted}
    left: list[str] = []
    for identifier in created(session):
        try:
            if not delete(session, identifier):
                left.append(identifier)
        except (ServerGone, BudgetSpent):
            left.append(identifier)
    if gone:
        _look_for_returned(session, gone)
    if left:
        announce(f"{len(left)} checkpoints could not be deleted: {', '.join(left)}")
    return left


def created(session: Session, *, ours: bool = False) -> list[str]:
    """Return the ids that the run was given and has not deleted, in order, each once.

    With `ours` only those that our own token created: what another's did may be another project's.
    """
    ids: dict[str, None] = {}
    for exchange in list(session.exchanges):
        if ours and exchange.request.header("X-Auth-Token") != session.target.token:
            continue
        if creates(exchange.request) and exchange.status in range(200, 300):
            identifier = created_checkpoint(exchange)
            if identifier and identifier not in session.deleted:
                ids[identifier] = None
    return list(ids)


def delete(session: Session, identifier: str) -> Exchange | None:
    """Ask for the deletion, again while the checkpoint is protecting. Returns the exchange once accepted."""
    deadline = session.clock.monotonic() + session.target.patience
    pause = _FIRST_PAUSE
    while True:
        exchange = session.send(_deletion(session, identifier))
        if exchange.status == 200:
            session.deleted.add(identifier)
            return exchange
        if exchange.status != 400 or session.clock.monotonic() + pause > deadline:
            return None
        session.clock.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _delete_and_look(session: Session, identifier: str) -> Finding | None:
    session.ledger.exercise("DEL-1")
    exchange = delete(session, identifier)
    if exchange is None:
        last = session.exchanges[-1]
        actual = f"{last.status}" if last.status else (last.fault.detail if last.fault else "no answer")
        return _finding(Symptom.DELETION_REFUSED, "200", actual, last)
    deadline = session.clock.monotonic() + session.target.patience
    pause = _FIRST_PAUSE
    while True:
        try:
            items, listing = _items_of(session, identifier)
        except ListError as error:
            session.ledger.leave_undecided("DEL-1", str(error))
            return None
        if not items:
            return None
        if session.clock.monotonic() + pause > deadline:
            actual = f"after {session.target.patience:g} s an item that is {items[0]['status']}"
            return _finding(Symptom.ITEM_STAYS, "no item of a deleted checkpoint", actual, exchange, listing)
        session.clock.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _finding(symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> Finding:
    return Finding("DEL-1", symptom, "DEL-1/delete", expected, actual, exchanges)
