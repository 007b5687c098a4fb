"""OBS-3: how the statuses of items change, from one reading of a list to the next."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from checkpoint_conformance.run.companions import ENDED, UNDER_WAY, ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.recorder import created_checkpoint
from checkpoint_conformance.run.sending.lanes import send_all
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.abridgement import abridged
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Statuses"]

_ORIGIN = Origin("OBS-3/items", "the list of items")
_RANK = {"waiting_protect": 0, "protecting": 1, "available": 2, "error": 2}
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_LOOKS_AFTER_THE_END = 3
_QUICK_READS = 4
"""Readings without a pause, enough to meet each of two copies even if every second one is of the other."""


class Statuses:
    """The statuses of items that the run created, as its readings of the lists have shown them."""

    def __init__(self, session: Session, deleted: AbstractSet[str]) -> None:
        """Start with nothing seen; `deleted` is updated as the run deletes checkpoints."""
        self._session = session
        self._deleted = deleted
        self._until_ended = max(session.target.patience, session.target.settle_within)
        """Seconds to wait for a checkpoint to end."""
        self._seen: dict[str, tuple[str, Exchange]] = {}
        """The last status seen of each item, and the list that showed it first."""

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
            if problem and shown and not shown.ended_before(listing):
                continue  # the server may have read this one first
            if problem and not self._session.ledger.confirmed(("OBS-3", problem[0].value)):
                lists = (shown, listing) if shown else (listing,)
                self._session.ledger.add(_finding(*problem, *lists))
            # Restoring after the end is not a step back.
            if status != last and (last not in ENDED or status in _RANK):
                self._seen[item["id"]] = status, abridged(listing)

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

    def _still_running(self) -> None:
        session, target = self._session, self._session.target
        statuses = ", ".join(sorted({status for status, _ in self._seen.values()})) or "no item"
        why = f"after {self._until_ended:g} s: {statuses}"
        if target.settle_within:
            last = session.recorder.exchanges[-1]
            expected = f"available or error within {target.settle_within:g} s"
            finding = _finding(Symptom.STATUS_NEVER_ENDS, expected, why, last)
            session.ledger.add(finding)
        else:
            advice = "declare `settle_within` to have it judged"
            session.ledger.leave_undecided("OBS-3", f"not ended {why}; {advice}")


def _status_problem(last: str | None, status: str) -> tuple[Symptom, str, str] | None:
    """Return symptom, expectation and observation if the step between the statuses is invalid."""
    if last in ENDED and status in ENDED and last != status:
        return Symptom.STATUS_MOVED_ON, f"{last} for good", status
    if last is not None and last in _RANK and status in _RANK and _RANK[status] < _RANK[last]:
        return Symptom.STATUS_MOVED_BACK, f"no way back from {last}", status
    if status not in _RANK and last not in ENDED:
        return Symptom.STATUS_ENDS_ELSEWHERE, "a final status of available or error", status
    return None


def _finding(symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> Finding:
    return Finding("OBS-3", symptom, _ORIGIN, expected, actual, exchanges, confirmed=True)
