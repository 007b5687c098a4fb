"""OBS-1 to OBS-3: what the list of items shows about accepted calls, refused calls, and changes over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.run.companions import UNDER_WAY, ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted, is_unanswered, may_create
from checkpoint_conformance.run.sending.lanes import send_all
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.lists_elsewhere import ListsElsewhere
from checkpoint_conformance.run.stages.companions.unauthorized import look_as_unauthorized
from checkpoint_conformance.transport.abridgement import abridged
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Observation", "items_of_created"]

_RANK = {"waiting_protect": 0, "protecting": 1, "available": 2, "error": 2}
_ENDED = frozenset({"available", "error"})
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_APPEARANCE = 10.0
"""Seconds allowed for an item to appear, since creation is asynchronous."""
_LOOKS_AFTER_THE_END = 3
_QUICK_READS = 4
"""Readings without a pause, enough to meet each of two copies even if every second one is of the other."""
_LATE = 2.0
"""Seconds allowed for the item of a resent refused request to appear."""
_CONTROLS = 2
"""Readings that show whether others use a project: nothing is sent between them."""
_OF_A_REFUSAL = ("OBS-2", Symptom.ITEM_OF_A_REFUSED_REQUEST)


def items_of_created(session: Session, removed: AbstractSet[str] = frozenset()) -> None:
    """OBS-1: each checkpoint of the run has an item for each selected resource.

    The list refuses unauthorized callers (AUTH-7). Checkpoints that an earlier part of the run may have
    `removed` are left out. Raises ServerGone if the server stops answering.
    """
    shown = ""
    accepted = [
        (created_checkpoint(exchange), exchange, call) for exchange, call in session.recorder.accepted
    ]
    created = [
        (identifier, exchange, call)
        for identifier, exchange, call in accepted
        if identifier and identifier not in removed
    ]
    unknown = session.calls.unknown_id("checkpoint")
    pages = session.lists.first_pages([*(identifier for identifier, _, _ in created), unknown])
    for (identifier, exchange, call), page in zip(created, pages, strict=False):  # the last is of `unknown`
        if identifier in removed:  # the record of the earlier part has ended in between
            continue
        session.ledger.exercise("OBS-1")
        found = _await_items(session, identifier, call, exchange, page)
        for finding in found:
            session.ledger.add(finding)
        if found and session.ledger.confirmed(found[0].key):
            return
        shown = identifier
    if shown:
        _look_for_nothing(session, unknown, next(pages))
        look_as_unauthorized(session, f"checkpoint_items?checkpoint_id={quote(shown, safe='')}")


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
        finding = _finding("OBS-1", Symptom.ITEM_OF_ANOTHER_CHECKPOINT, expected, actual, listing)
        session.ledger.add(_confirmed(finding))


def _await_items(
    session: Session, identifier: str, call: Call, created: Exchange, page: Exchange | None
) -> list[Finding]:
    """Wait for the items of a checkpoint; `page` is the list as it was requested first, if it was."""
    selected = sorted(resource.casefold() for resource in call.selected(session.target))
    patience = min(_APPEARANCE, session.target.patience)
    backoff = Backoff(session.clock, patience, _FIRST_PAUSE, _LONGEST_PAUSE)
    while True:
        try:
            items, exchange = session.lists.checkpoint_items(page, checkpoint_id=identifier)
            page = None
        except ListError as error:
            expected = "the documented list of items"
            finding = _finding("OBS-1", error.symptom, expected, str(error), error.exchange)
            return [replace(finding, status=error.status)]
        strange = [item for item in items if item["checkpoint_id"].casefold() != identifier.casefold()]
        if strange:
            actual = f"an item of checkpoint {strange[0]['checkpoint_id']}"
            expected = f"only items of checkpoint {identifier}"
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
        if not set(listed) <= set(selected) or not backoff.wait():
            expected = f"an item for each of {', '.join(selected)}"
            actual = ", ".join(listed) or "no item"
            return [_finding("OBS-1", Symptom.ITEMS_NOT_THE_SELECTED, expected, actual, created, exchange)]


class Observation:
    """Watches the list of items during a run: what refused requests leave there, and how statuses change."""

    def __init__(self, session: Session, deleted: AbstractSet[str]) -> None:
        """Start with nothing seen; `deleted` is updated as the run deletes checkpoints."""
        self._session = session
        self._deleted = deleted
        self._until_ended = max(session.target.patience, session.target.settle_within)
        """Seconds to wait for a checkpoint to end."""
        self._seen: dict[str, tuple[str, Exchange]] = {}
        """The last status seen of each item, and the list that showed it first."""
        self._known: set[str] | None = None
        """Checkpoints seen in the list that were created by no call of the run."""
        self._refused: list[Exchange] = []
        """The group of refused requests after which nothing may appear in the lists."""
        self._elsewhere = ListsElsewhere(session)
        self._late: set[str] = set()
        """Checkpoints that unanswered calls may have created."""
        self._joints = 0
        """How many parts of the run had ended when the list was last read."""

    def refusals_leave_nothing(
        self, name: str, send: Callable[[], None], beside: Sequence[Request] = ()
    ) -> list[Exchange]:
        """OBS-2: send a group of requests that are refused; items of unknown checkpoints must not appear.

        Others may be using the project, so what appears counts against the server only if the same group
        makes it appear again. The requests `beside` travel with those that then read the lists, unless the
        budget is spent; returns their exchanges, or none if they were not sent. Raises ServerGone if the
        server stops answering.
        """
        exchanges = self._session.recorder.exchanges
        try:
            if self._known is None:
                self._joints = len(self._session.recorder.joints)
                self._known = self._not_ours(doubt=True, first=True)
        except ListError as error:
            self._session.ledger.leave_undecided("OBS-2", str(error))
        first = len(exchanges)
        send()
        if self._known is None:
            return []
        sent = [exchange for exchange in exchanges[first:] if _is_refused(exchange)]
        pages, received = self._first_pages(beside if self._session.budget.remaining else ())
        try:
            self._look_for_unexplained(name, [*self._refused, *sent], pages)
            self._session.ledger.exercise("OBS-2")
        except ListError as error:
            self._session.ledger.leave_undecided("OBS-2", str(error))
        self._refused = sent
        return received

    def late_items(self) -> None:
        """OBS-2: check again for what refused requests have made appear since.

        Raises ServerGone if the server stops answering.
        """
        try:
            if self._known is not None:
                pages, _ = self._first_pages()
                self._look_for_unexplained("refused requests, late", self._refused, pages, doubt=True)
        except ListError as error:
            self._session.ledger.leave_undecided("OBS-2", str(error))

    def progress(self) -> None:
        """OBS-3: follow what the run created until all has ended, and slightly longer.

        Raises ServerGone if the server stops answering.
        """
        given = [created_checkpoint(exchange) for exchange, _ in self._session.recorder.accepted]
        named = [identifier for identifier in given if identifier]
        identifiers = {identifier.casefold() for identifier in named}
        page: Exchange | None = self._read_quickly(named[-1:])
        looks = 0
        backoff = Backoff(self._session.clock, self._until_ended, _FIRST_PAUSE, _LONGEST_PAUSE, factor=1.5)
        while identifiers:
            ended = self._follow(identifiers, page)
            if self._session.ledger.failed("OBS-3"):
                return
            looks += ended
            if looks < _LOOKS_AFTER_THE_END and backoff.wait():
                is_last = looks == _LOOKS_AFTER_THE_END - 1
                page = self._read_quickly(named[-1:]) if is_last else None
                continue
            if looks:
                self._session.ledger.exercise("OBS-3")
            else:
                self._still_running()
            return

    def _read_quickly(self, identifiers: list[str]) -> Exchange:
        """Read the items of each checkpoint several times at once, which may come from different copies.

        Returns the first page of the list of the policy, which is requested beside them.
        """
        again, lists = identifiers * _QUICK_READS, self._session.lists
        wanted = [lists.first_page(checkpoint_id=identifier) for identifier in again]
        *pages, of_policy = send_all(self._session.client, [*wanted, lists.first_of_policy()])
        try:
            for identifier, page in zip(again, pages, strict=True):
                items, listing = lists.checkpoint_items(page, checkpoint_id=identifier)
                self.watch(items, listing, {identifier.casefold()})
        except ListError as error:
            self._session.ledger.leave_undecided("OBS-3", str(error))
        return of_policy

    def _look_for_unexplained(
        self, name: str, refused: list[Exchange], pages: list[Exchange], *, doubt: bool = False
    ) -> None:
        """Look for unexplained checkpoints, and if there are any, resend the refused requests.

        `pages` are the first ones of the lists. What has appeared between two parts of the run counts against
        nobody.
        """
        known, joints = self._known or set[str](), len(self._session.recorder.joints)
        resumed, self._joints = self._joints < joints, joints
        appeared = self._beyond_lost_calls(self._not_ours(pages, doubt=doubt) - known)
        self._known = known = known | appeared | self._late
        if not appeared or self._session.ledger.confirmed(_OF_A_REFUSAL):
            return
        elsewhere = appeared <= self._elsewhere.shown
        if elsewhere:
            refused = [each for each in refused if self._elsewhere.concerns(each.request)]
            if self._is_used_by_others():
                return
            known = self._known
        again, new = self._send_again(refused, known)
        self._known = known | new
        if new:
            self._session.budget.charge(len(appeared | new))
        if (resumed or elsewhere) and not new:
            return
        self._add_unexplained(name, new or appeared, again if new else refused, confirmed=bool(new))

    def _is_used_by_others(self) -> bool:
        """Return whether checkpoints appear elsewhere without any request of ours."""
        before = self._known or set[str]()
        self._known = before.union(*(self._not_ours() for _ in range(_CONTROLS)))
        return self._known > before

    def _send_again(self, refused: list[Exchange], known: set[str]) -> tuple[list[Exchange], set[str]]:
        """Resend the requests until checkpoints appear; return those refused again, and the checkpoints."""
        again: list[Exchange] = []
        for exchange in refused:
            try:
                again.append(self._session.client.transmit(exchange.request))
            except BudgetSpent:
                break
            if new := self._beyond_lost_calls(self._not_ours() - known):
                return again, new
        deadline = self._session.clock.monotonic() + min(_LATE, self._session.target.patience)
        while self._session.clock.monotonic() < deadline:
            self._session.clock.sleep(_FIRST_PAUSE * 2)
            if new := self._beyond_lost_calls(self._not_ours() - known):
                return again, new
        return again, set()

    def _first_pages(self, beside: Sequence[Request] = ()) -> tuple[list[Exchange], list[Exchange]]:
        """Request the first page of every list side by side, and what else is to be sent beside them."""
        pages = [self._session.lists.first_of_policy(), *self._elsewhere.first_pages()]
        exchanges = send_all(self._session.client, [*pages, *beside])
        return exchanges[: len(pages)], exchanges[len(pages) :]

    def _not_ours(
        self, pages: list[Exchange] | None = None, *, doubt: bool = False, first: bool = False
    ) -> set[str]:
        """Return the checkpoints in the list, and elsewhere, that no accepted call of the run created.

        `pages` are the first ones of the lists, if they have been requested. Those that the `first` reading
        shows to have ended are left out from then on: there may be many.
        """
        page, *others = pages or self._first_pages()[0]
        own = self._session.recorder.own()
        lists = self._session.lists
        items, listing = lists.items_of_policy(page, doubt=doubt, leave_out=own if first else None)
        self.watch(items, listing)
        here = {item["checkpoint_id"].casefold() for item in items}
        return (here | self._elsewhere.checkpoints(others, first=first)) - own

    def _beyond_lost_calls(self, appeared: set[str]) -> set[str]:
        """Return what appeared, minus one checkpoint for each call that may have created it anonymously.

        Such a call got no response, so that its checkpoint may come late, or a response without an id.
        """
        exchanges = self._session.recorder.exchanges
        lost = sum(may_create(exchange.request) and _is_unnamed(exchange) for exchange in exchanges)
        explained = sorted(appeared)[: max(lost - len(self._late), 0)]
        self._late.update(explained)
        return appeared.difference(explained)

    def _add_unexplained(
        self, name: str, unexplained: set[str], refused: list[Exchange], *, confirmed: bool
    ) -> None:
        actual = f"an item of checkpoint {min(unexplained)}, which no accepted call returned"
        finding = _finding("OBS-2", _OF_A_REFUSAL[1], f"no item after {name}", actual, *refused[-1:])
        self._session.ledger.add(_confirmed(finding) if confirmed else finding)

    def _follow(self, identifiers: set[str], page: Exchange | None) -> bool:
        """Compare each status with the last one seen; return whether these checkpoints have ended.

        `page` is the first one of the list, if it has been requested.
        """
        try:
            items, listing = self._session.lists.items_of_policy(page, doubt=False)
        except ListError as error:
            self._session.ledger.leave_undecided("OBS-3", str(error))
            return True
        self.watch(items, listing, identifiers)
        ours = [item for item in items if item["checkpoint_id"].casefold() in identifiers]
        return all(item["status"] not in UNDER_WAY for item in ours)

    def watch(
        self, items: list[dict[str, Any]], listing: Exchange, only: AbstractSet[str] | None = None
    ) -> None:
        """OBS-3: compare each status of our items, or of `only` these checkpoints, with the one before."""
        ours = self._session.recorder.own() if only is None else only
        deleted = {identifier.casefold() for identifier in self._deleted}
        for item in items:
            checkpoint = item["checkpoint_id"].casefold()
            if checkpoint not in ours or checkpoint in deleted:  # others may restore or delete theirs
                continue
            status, (last, shown) = item["status"], self._seen.get(item["id"], (None, None))
            problem = _status_problem(last, status)
            if problem and shown and shown.overlaps(listing):
                continue  # the server may have read this one before the other
            if problem and not self._session.ledger.confirmed(("OBS-3", problem[0].value)):
                lists = (shown, listing) if shown else (listing,)
                self._session.ledger.add(_confirmed(_finding("OBS-3", *problem, *lists)))
            # Restoring after the end is not a step back.
            if status != last and (last not in _ENDED or status in _RANK):
                self._seen[item["id"]] = status, abridged(listing)

    def _still_running(self) -> None:
        session, target = self._session, self._session.target
        statuses = ", ".join(sorted({status for status, _ in self._seen.values()})) or "no item"
        why = f"after {self._until_ended:g} s: {statuses}"
        if target.settle_within:
            last = session.recorder.exchanges[-1]
            expected = f"available or error within {target.settle_within:g} s"
            finding = _finding("OBS-3", Symptom.STATUS_NEVER_ENDS, expected, why, last)
            session.ledger.add(_confirmed(finding))
        else:
            advice = "declare `settle_within` to have it judged"
            session.ledger.leave_undecided("OBS-3", f"not ended {why}; {advice}")


def _status_problem(last: str | None, status: str) -> tuple[Symptom, str, str] | None:
    """Return symptom, expectation and observation if the step between the statuses is invalid."""
    if last in _ENDED and status in _ENDED and last != status:
        return Symptom.STATUS_MOVED_ON, f"{last} for good", status
    if last is not None and last in _RANK and status in _RANK and _RANK[status] < _RANK[last]:
        return Symptom.STATUS_MOVED_BACK, f"no way back from {last}", status
    if status not in _RANK and last not in _ENDED:
        return Symptom.STATUS_ENDS_ELSEWHERE, "a final status of available or error", status
    return None


def _is_unnamed(exchange: Exchange) -> bool:
    return is_unanswered(exchange) or (is_accepted(exchange) and created_checkpoint(exchange) is None)


def _is_refused(exchange: Exchange) -> bool:
    return may_create(exchange.request) and not is_unanswered(exchange) and (exchange.status or 0) >= 400


def _finding(requirement: str, symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> Finding:
    return Finding(
        requirement, symptom, Origin(f"{requirement}/items", "the list of items"), expected, actual, exchanges
    )


def _confirmed(finding: Finding) -> Finding:
    return replace(finding, confirmed=True)
