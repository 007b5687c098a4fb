"""OBS-4: the lists of items keep the projects apart, whichever filter is used."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from checkpoint_conformance.checks.judge import is_failure
from checkpoint_conformance.data import as_list, as_object
from checkpoint_conformance.run.recorder import created_checkpoint
from checkpoint_conformance.run.sending.lanes import send_all
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.unauthorized import SAYS_NOTHING
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["lists_of_other_projects"]

_ORIGIN = Origin("OBS-4/lists", "a project's list of items, and checkpoints of another project")
_NEWEST = "limit=100"


def lists_of_other_projects(session: Session, theirs: Collection[str]) -> None:
    """Look for our checkpoints in the second project's lists, and for `theirs` in ours.

    Raises ServerGone if the server stops answering.
    """
    second, calls = session.target.second_project, session.calls
    if second is None or second.token is None or session.ledger.failed("AUTH-4"):
        return
    given = [created_checkpoint(exchange) for exchange, _ in session.recorder.accepted]
    ours = [identifier for identifier in given if identifier]
    looks: list[tuple[Request, Collection[str]]] = []
    filters = [_NEWEST, f"policy_id={session.target.policy_id}", *map(_of_checkpoint, ours[-1:])]
    for query in filters if ours else []:
        theirs_of_it = calls.listing(
            "checkpoint_items", query, project_id=second.project_id, token=second.token
        )
        looks.append((theirs_of_it, ours))
    for query in [_NEWEST, *map(_of_checkpoint, list(theirs)[:1])] if theirs else []:
        looks.append((calls.listing("checkpoint_items", query), theirs))
    exchanges = send_all(session.client, [request for request, _ in looks])
    for exchange, (_, hidden) in zip(exchanges, looks, strict=True):
        _judge(session, exchange, hidden)


def _of_checkpoint(identifier: str) -> str:
    return f"checkpoint_id={quote(identifier, safe='')}"


def _judge(session: Session, exchange: Exchange, hidden: Collection[str]) -> None:
    """Advise if the list shows one of the checkpoints, and still does when it is read again."""
    if exchange.status in SAYS_NOTHING:
        session.ledger.leave_undecided("OBS-4", f"the list stayed {exchange.status}")
        return
    if is_failure(exchange):
        actual = f"the list got {exchange.status}"
        failure = Finding(
            "OBS-1",
            Symptom.LIST_STATUS,
            _ORIGIN,
            "the documented list of items",
            actual,
            (exchange,),
            confirmed=is_failure(session.client.send(exchange.request)),
            status=exchange.status,
        )
        session.ledger.add(failure)
        return
    session.ledger.exercise("OBS-4")
    shown = _shown(exchange, hidden)
    if not shown or session.ledger.failed("OBS-4"):
        return
    finding = Finding(
        "OBS-4",
        Symptom.SHOWN_TO_STRANGERS,
        _ORIGIN,
        "no item of another project's checkpoint",
        f"an item of checkpoint {min(shown)}",
        (exchange,),
        confirmed=bool(_shown(session.client.send(exchange.request), hidden)),
    )
    session.ledger.add(finding)


def _shown(exchange: Exchange, hidden: Collection[str]) -> set[str]:
    """Return which of the checkpoints have an item in the list."""
    body = exchange.json_object if exchange.status == 200 else None
    items: list[Any] = as_list((body or {}).get("checkpoint_items")) or []
    listed = {str((as_object(item) or {}).get("checkpoint_id")).casefold() for item in items}
    return listed.intersection(identifier.casefold() for identifier in hidden)
