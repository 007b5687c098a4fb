"""DEL-1, DEL-2 and the clean-up: a deleted checkpoint leaves the list, and a run leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from checkpoint_conformance.probes.calls import ABSENT, Absent
from checkpoint_conformance.probes.probe import ANY_REFUSAL
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted, may_create
from checkpoint_conformance.run.sending.client import ENDINGS
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.unauthorized import (
    PASSING,
    Caller,
    callers_without_permission,
    judge_refusal,
    unauthorized_callers,
)
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Deletions"]

_ORIGIN = Origin("DEL-1/delete", "the list after a deletion")
_BY_STRANGERS = Origin("AUTH-7/delete", "a companion operation for a caller to refuse")
_OF_NOTHING = Origin("DEL-2/delete", "the deletion of what is not there")
_NOT_FOUND, _DELETED = frozenset({400, 404}), frozenset({200, 400, 404})
"""The statuses for an id that never existed, and for one that was deleted before."""
_LEAVING = frozenset({"waiting_delete", "deleting", "deleted"})
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0


@dataclass(frozen=True)
class Deletions:
    """Deletes checkpoints of a run, and keeps track of them."""

    session: Session
    deleted: set[str] = field(default_factory=set[str])
    """Ids of checkpoints that the run created and deleted."""
    of_second_project: set[str] = field(default_factory=set[str])
    """Ids of checkpoints that the run let the second project create, which that project alone can delete."""

    def judge(self) -> None:
        """Delete the last two checkpoints, the older first; they and no others must leave the list.

        Before that, unauthorized callers and the deletion of an unknown checkpoint must be refused. Raises
        ServerGone if the server stops answering.
        """
        oldest, *rest = self.created(ours=True) or [""]
        if rest:
            self._delete_as_unauthorized(rest[-1])
        rest = [identifier for identifier in rest if identifier not in self.deleted]
        self._delete_nothing()
        for identifier in rest[-2:]:
            outer = dict.fromkeys((oldest, rest[-1]))
            others = [each for each in outer if each != identifier and self._is_listed(each)]
            finding = self._delete_and_look(identifier)
            lost = [each for each in others if not self._is_listed(each)]
            if lost:
                actual = f"checkpoint {lost[0]} is gone too"
                last = self.session.recorder.exchanges[-1]
                finding = _finding(Symptom.ANOTHER_DELETED, "the other checkpoints stay", actual, last)
                self.session.ledger.add(replace(finding, confirmed=True))
                return
            if finding:
                self.session.ledger.add(finding)
        if rest and rest[-1] in self.deleted and not self.session.ledger.failed("DEL-1"):
            self._delete_again(rest[-1], oldest)

    def _delete_as_unauthorized(self, identifier: str) -> None:
        """AUTH-7: only a caller who may change the project can delete its checkpoint."""
        own, second = self.session.target.project_id, self.session.target.second_project
        strangers = unauthorized_callers(self.session)
        callers = [(caller, own) for caller in (*strangers, *callers_without_permission(self.session))]
        if second and second.token and strangers:
            theirs = Caller("another project on its own path", second.token, ANY_REFUSAL)
            callers.append((theirs, second.project_id))
        for caller, project in callers:
            exchange = self.session.client.send(self.request(identifier, caller.token, project))
            if is_accepted(exchange) and not self._is_listed(identifier):
                self.deleted.add(identifier)
                expected = f"a refusal for {caller.who}"
                finding = Finding(
                    "AUTH-7",
                    Symptom.DELETED_BY_STRANGERS,
                    _BY_STRANGERS,
                    expected,
                    "it was deleted",
                    (exchange,),
                )
                self.session.ledger.exercise("AUTH-7")
                self.session.ledger.add(replace(finding, confirmed=True))
                return
            if project == own:
                judge_refusal(self.session, caller, exchange)

    def _delete_nothing(self) -> None:
        """DEL-2: the deletion of a checkpoint that never existed is refused."""
        self._judge_repetition(
            self.session.calls.unknown_id("checkpoint"), _NOT_FOUND, "an id that never existed"
        )

    def _delete_again(self, identifier: str, other: str) -> None:
        """DEL-2: a second deletion does not fail, remove another checkpoint, or revive the deleted one."""
        listed = self._is_listed(other)
        self._judge_repetition(identifier, _DELETED, "a second deletion")
        last = self.session.recorder.exchanges[-1]
        if listed and not self._is_listed(other):
            actual = f"checkpoint {other} is gone"
            finding = _repeated(Symptom.ANOTHER_DELETED, "the other checkpoints stay", actual, last)
            self.session.ledger.add(replace(finding, confirmed=True))
        if self._is_listed(identifier):
            expected, actual = "no item of a deleted checkpoint", "an item of it"
            finding = _repeated(Symptom.DELETED_AGAIN_LISTED, expected, actual, last)
            self.session.ledger.add(replace(finding, confirmed=True))

    def _judge_repetition(self, identifier: str, allowed: frozenset[int], what: str) -> None:
        """Delete what is not there, twice if the status is not one of the allowed."""
        for _ in range(2):
            exchange = self.session.client.send(self.request(identifier))
            if exchange.status in PASSING:
                self.session.ledger.leave_undecided("DEL-2", f"the answer to {what} stayed {exchange.status}")
                return
            self.session.ledger.exercise("DEL-2")
            if exchange.status in allowed:
                return
            expected = f"{' or '.join(map(str, sorted(allowed)))} for {what}"
            accepted = is_accepted(exchange)
            symptom = Symptom.NOTHING_DELETED if accepted else Symptom.WRONG_STATUS
            finding = _repeated(symptom, expected, str(exchange.status), exchange)
            self.session.ledger.add(replace(finding, status=None if accepted else exchange.status))

    def request(
        self, identifier: str, token: str | Absent | None = ABSENT, project_id: str | None = None
    ) -> Request:
        """Return the request that deletes the checkpoint, by default in the name of its owner."""
        second = self.session.target.second_project
        if second and token is ABSENT and identifier in self.of_second_project:
            token, project_id = second.token, second.project_id
        path = f"{self.session.calls.path(project_id)}/{quote(identifier, safe='')}"
        return self.session.calls.request("DELETE", path, token=token)

    def _look_for_returned(self, gone: set[str]) -> None:
        """Check whether a checkpoint that had left the list is back."""
        try:
            items, listing = self.session.lists.checkpoint_items(policy_id=self.session.target.policy_id)
        except (ListError, *ENDINGS):
            return
        for item in items:
            if item["checkpoint_id"].casefold() in gone and item["status"] not in _LEAVING:
                actual = f"an item of it that is {item['status']}"
                finding = _finding(
                    Symptom.DELETED_AGAIN_LISTED, "no item of a deleted checkpoint", actual, listing
                )
                self.session.ledger.add(replace(finding, confirmed=True))
                return

    def _is_listed(self, identifier: str) -> bool:
        """Return whether the list contains an item of the checkpoint that is not being deleted."""
        try:
            return any(item["status"] not in _LEAVING for item in self._items_of(identifier)[0])
        except ListError:
            return False

    def _items_of(self, identifier: str) -> tuple[list[dict[str, Any]], Exchange]:
        """Return the items of the checkpoint, even if the list ignores the filter (OBS-1), and the exchange.

        Raises ListError if the list cannot be read.
        """
        items, listing = self.session.lists.checkpoint_items(checkpoint_id=identifier)
        return [item for item in items if item["checkpoint_id"].casefold() == identifier.casefold()], listing

    def clean_up(self, announce: Callable[[str], None]) -> list[str]:
        """Delete every checkpoint that the run created; return the ids that could not be deleted.

        It also checks that none deleted before has come back.
        """
        gone = {identifier.casefold() for identifier in self.deleted}
        left: list[str] = []
        created = self.created()
        with Lanes(self.session.client) as lanes:
            answers = lanes.carry([(self.request(identifier),) for identifier in created])
        for identifier, received in zip(created, answers, strict=True):
            try:
                if not self.delete(identifier, *received):
                    left.append(identifier)
            except (BudgetSpent, *ENDINGS):
                left.append(identifier)
        if gone:
            self._look_for_returned(gone)
        if left:
            announce(
                f"{len(left)} checkpoint{'s' * (len(left) != 1)} could not be deleted: {', '.join(left)}"
            )
        return left

    def created(self, *, ours: bool = False) -> list[str]:
        """Return the distinct ids that the run created and has not deleted, in order.

        With `ours`, return only those created with our own token; another token's may belong to another
        project.
        """
        ids: dict[str, None] = {}
        for exchange in list(self.session.recorder.exchanges):
            if ours and exchange.request.header("X-Auth-Token") != self.session.target.token:
                continue
            if may_create(exchange.request) and exchange.status in range(200, 300):
                identifier = created_checkpoint(exchange)
                if identifier and identifier not in self.deleted:
                    ids[identifier] = None
        return list(ids)

    def delete(self, identifier: str, first: Exchange | None = None) -> Exchange | None:
        """Request the deletion, retrying while the checkpoint is protecting; return the accepted exchange.

        `first` is the exchange of the first request, if it has been sent already. Raises ServerGone if the
        server stops answering.
        """
        client, backoff = self.session.client, self._backoff()
        while True:
            exchange = client.persist(first) if first else client.send(self.request(identifier))
            first = None
            if exchange.status == 200:
                self.deleted.add(identifier)
                return exchange
            if exchange.status != 400 or not backoff.wait():
                return None

    def remove(self, identifier: str) -> bool:
        """Delete a checkpoint, and return whether it is gone, also if it was gone before.

        Raises ServerGone if the server stops answering.
        """
        return self.delete(identifier) is not None or self.session.recorder.exchanges[-1].status == 404

    def _delete_and_look(self, identifier: str) -> Finding | None:
        session = self.session
        session.ledger.exercise("DEL-1")
        exchange = self.delete(identifier)
        if exchange is None:
            last = session.recorder.exchanges[-1]
            actual = f"{last.status}" if last.status else (last.fault.detail if last.fault else "no answer")
            return _finding(Symptom.DELETION_REFUSED, "200", actual, last)
        backoff = self._backoff()
        while True:
            try:
                items, listing = self._items_of(identifier)
            except ListError as error:
                session.ledger.leave_undecided("DEL-1", str(error))
                return None
            if not items:
                return None
            if not backoff.wait():
                actual = f"after {session.target.patience:g} s an item that is {items[0]['status']}"
                expected = "no item of a deleted checkpoint"
                return _finding(Symptom.ITEM_STAYS, expected, actual, exchange, listing)

    def _backoff(self) -> Backoff:
        return Backoff(self.session.clock, self.session.target.patience, _FIRST_PAUSE, _LONGEST_PAUSE)


def _repeated(symptom: Symptom, expected: str, actual: str, exchange: Exchange) -> Finding:
    return Finding("DEL-2", symptom, _OF_NOTHING, expected, actual, (exchange,))


def _finding(symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> Finding:
    return Finding("DEL-1", symptom, _ORIGIN, expected, actual, exchanges)
