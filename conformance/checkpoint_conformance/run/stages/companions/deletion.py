"""DEL-1, DEL-2 and the clean-up: a deleted checkpoint leaves the list, and a run leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from checkpoint_conformance.checks.http import read_body
from checkpoint_conformance.data import as_object
from checkpoint_conformance.probes.calls import ABSENT, Absent
from checkpoint_conformance.probes.probe import ANY_REFUSAL, Probe
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted, may_create
from checkpoint_conformance.run.sending.client import ENDINGS
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.unauthorized import (
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

_ORIGIN = Origin("DEL-1/delete", "a deletion, and the list after it")
_BY_STRANGERS = Origin("AUTH-7/delete", "a deletion by a caller to refuse")
_UNKNOWN = Origin("DEL-2/unknown", "the deletion of an id that never existed")
_AGAIN = Origin("DEL-2/again", "the deletion of what was deleted before")
_AT_ONCE = Origin("DEL-2/at-once", "two deletions, one right after the other")
_NOT_THERE = ("checkpoint-not-found", "checkpoint-protecting", "invalid-request")
"""The error conditions that fit the deletion of what is not there."""
_UNKNOWN_TO_THE_FILTER = 404
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
    removed: set[str] = field(default_factory=set[str])
    """Ids of checkpoints that earlier parts of the run may have removed when they cleaned up."""

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
            if len(rest) > 2:
                self._delete_twice(rest[-3])

    def _delete_as_unauthorized(self, identifier: str) -> None:
        """AUTH-7: only a caller who may change the project can delete its checkpoint."""
        own, second = self.session.target.project_id, self.session.target.second_project
        strangers = unauthorized_callers(self.session)
        callers = [(caller, own) for caller in (*strangers, *callers_without_permission(self.session))]
        if second and second.token and strangers:
            theirs = Caller("another project on its own path", second.token, ANY_REFUSAL, ())
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
        self._judge_repetition(_UNKNOWN, self.session.calls.unknown_id("checkpoint"), may_succeed=False)

    def _delete_again(self, identifier: str, other: str) -> None:
        """DEL-2: a second deletion does not fail, remove another checkpoint, or revive the deleted one."""
        if self._is_listed(identifier):
            last = self.session.recorder.exchanges[-1]
            told = ("no item of a deleted checkpoint", "an item of it, after a while")
            finding = _finding(Symptom.DELETED_AGAIN_LISTED, *told, last)
            self.session.ledger.add(replace(finding, confirmed=True))
            return
        listed = self._is_listed(other)
        self._judge_repetition(_AGAIN, identifier)
        if listed and not self._is_listed(other):
            self._add(
                _AGAIN, Symptom.ANOTHER_DELETED, "the other checkpoints stay", f"checkpoint {other} is gone"
            )
        if self._is_listed(identifier):
            self._add_revived(_AGAIN, identifier)

    def _delete_twice(self, identifier: str) -> None:
        """DEL-2: a second deletion does not stop the first, which may be under way."""
        if self.delete(identifier) is None:
            return
        self._judge_repetition(_AT_ONCE, identifier)
        backoff = self._backoff()
        while self._is_listed(identifier, leaving=True):
            if not backoff.wait():
                self._add_revived(_AT_ONCE, identifier)
                return

    def _judge_repetition(self, origin: Origin, identifier: str, *, may_succeed: bool = True) -> None:
        """Delete what is not there, or not for long."""
        probe = Probe(
            origin.id,
            "DEL-2",
            origin.summary,
            self.request(identifier),
            frozenset({400, 404}),
            _NOT_THERE,
            alone=True,
            open_outcome=may_succeed,
        )
        send_probe(self.session, probe)

    def _add_revived(self, origin: Origin, identifier: str) -> None:
        self.deleted.discard(identifier)
        self._add(origin, Symptom.DELETED_AGAIN_LISTED, "no item of a deleted checkpoint", "an item of it")

    def _add(self, origin: Origin, symptom: Symptom, expected: str, actual: str) -> None:
        last = self.session.recorder.exchanges[-1]
        finding = Finding("DEL-2", symptom, origin, expected, actual, (last,), confirmed=True)
        self.session.ledger.add(finding)

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

    def _is_listed(self, identifier: str, *, leaving: bool = False) -> bool:
        """Return whether the list contains an item of the checkpoint, or only one that is not `leaving`."""
        try:
            items, _ = self._items_of(identifier)
            return any(leaving or item["status"] not in _LEAVING for item in items)
        except ListError:
            return False

    def _items_of(self, identifier: str) -> tuple[list[dict[str, Any]], Exchange]:
        """Return the items of the checkpoint, even if the list ignores the filter (OBS-1), and the exchange.

        A server may not find a checkpoint that it is to filter by; then the list of the policy tells. Raises
        ListError if the list cannot be read.
        """
        lists = self.session.lists
        try:
            items, listing = lists.checkpoint_items(checkpoint_id=identifier)
        except ListError as error:
            if error.status != _UNKNOWN_TO_THE_FILTER:
                raise
            items, listing = lists.checkpoint_items(policy_id=self.session.target.policy_id)
        return [item for item in items if item["checkpoint_id"].casefold() == identifier.casefold()], listing

    def clean_up(self, announce: Callable[[str], None]) -> list[str]:
        """Delete every checkpoint that the run created; return the ids that could not be deleted.

        It also checks that none deleted before has come back.
        """
        gone = {identifier.casefold() for identifier in self.deleted}
        left: list[str] = []
        patient = True
        created = self.created()
        with Lanes(self.session.client) as lanes:
            answers = lanes.carry([(self.request(identifier),) for identifier in created])
        for identifier, received in zip(created, answers, strict=True):
            try:
                if not self.delete(identifier, *received, patient=patient):
                    left.append(identifier)
                    patient = patient and self.session.recorder.exchanges[-1].status != 400
            except (BudgetSpent, *ENDINGS):
                left.append(identifier)
        if gone:
            self._look_for_returned(gone)
        if left:
            counted = "1 checkpoint" if len(left) == 1 else f"{len(left)} checkpoints"
            announce(f"{counted} could not be deleted: {', '.join(left)}")
        return left

    def created(self, *, ours: bool = False) -> list[str]:
        """Return the distinct ids that the run created and has not deleted, in order.

        With `ours`, return only those created with our own token, since another token's may belong to another
        project, and which no earlier part of the run has removed.
        """
        left_out = self.deleted | self.removed if ours else self.deleted
        ids: dict[str, None] = {}
        for exchange in list(self.session.recorder.exchanges):
            if ours and exchange.request.header("X-Auth-Token") != self.session.target.token:
                continue
            if may_create(exchange.request) and exchange.status in range(200, 300):
                identifier = created_checkpoint(exchange)
                if identifier and identifier not in left_out:
                    ids[identifier] = None
        return list(ids)

    def recognise(self) -> None:
        """Note what the exchanges show to be deleted, also if an interrupt came before the answer counted."""
        exchanges = self.session.recorder.exchanges
        deletions = [each for each in exchanges if each.request.method == "DELETE" and each.status == 200]
        accepted = {exchange.request.path for exchange in deletions}
        self.deleted.update(name for name in self.created() if self.request(name).path in accepted)

    def delete(
        self, identifier: str, first: Exchange | None = None, *, patient: bool = True
    ) -> Exchange | None:
        """Request the deletion, if `patient` again while it is protecting; return the accepted exchange.

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
            if exchange.status != 400 or not patient or not backoff.wait():
                return None

    def remove(self, identifier: str) -> bool:
        """Delete a checkpoint, and return whether it is gone, also if it was gone before.

        Raises ServerGone if the server stops answering.
        """
        return self.delete(identifier) is not None or self.session.recorder.exchanges[-1].status == 404

    def _delete_and_look(self, identifier: str) -> Finding | None:
        session = self.session
        exchange = self.delete(identifier)
        last = exchange or session.recorder.exchanges[-1]
        self._judge_answer(last)
        if exchange is None:
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
                session.ledger.exercise("DEL-1")
                return None
            if not backoff.wait():
                actual = f"after {session.target.patience:g} s an item that is {items[0]['status']}"
                expected = "no item of a deleted checkpoint"
                return _finding(Symptom.ITEM_STAYS, expected, actual, exchange, listing)

    def _judge_answer(self, exchange: Exchange) -> None:
        """Judge what every answer owes; that of a deletion that succeeds is an object (DEL-1)."""
        ledger = self.session.ledger
        probe = Probe(_ORIGIN.id, "DEL-1", _ORIGIN.summary, exchange.request, alone=True, open_outcome=True)
        judgement = self.session.recorder.judge(probe, exchange)
        ledger.exercise(*(judgement.exercised - {"DEL-1"}))
        for finding in judgement.findings:
            if finding.requirement != "DEL-1":
                ledger.add(finding)
        if exchange.status == 200 and judgement.readable and as_object(read_body(exchange)) is None:
            actual = "a body that is no object"
            ledger.add(_finding(Symptom.DELETION_IS_NO_OBJECT, "200 with an object, `{}`", actual, exchange))

    def _backoff(self) -> Backoff:
        return Backoff(self.session.clock, self.session.target.patience, _FIRST_PAUSE, _LONGEST_PAUSE)


def _finding(symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> Finding:
    return Finding("DEL-1", symptom, _ORIGIN, expected, actual, exchanges)
