"""DEL-1, DEL-2 and AUTH-7: what a deletion removes, what a second one does, and who may delete."""

from __future__ import annotations

from dataclasses import dataclass

from checkpoint_conformance.probes.probe import ANY_REFUSAL, Probe
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.probing import send_probe, settle
from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.run.sending.lanes import Lanes, send_all
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.deletion import DELETION, LEAVING, Deletions
from checkpoint_conformance.run.stages.companions.unauthorized import (
    BY_A_STRANGER,
    Caller,
    callers_without_permission,
    judge_refusal,
    unauthorized_callers,
)
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import PASSING, Finding, told_status
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["judge_deletions"]

_UNKNOWN = Origin("DEL-2/unknown", "the deletion of an id that never existed")
_AGAIN = Origin("DEL-2/again", "a second deletion of the same checkpoint")
_AT_ONCE = Origin("DEL-2/at-once", "two deletions at once")
_NOT_THERE = ("checkpoint-not-found", "checkpoint-protecting", "invalid-request")
"""The error conditions that fit the deletion of what is not there."""
_GONE = "no item of a deleted checkpoint"
_LATEST = 4
"""How many checkpoints, counted from the last, are looked for even if the policy's list lacks them."""
_LOOKS = 2
"""Repetitions of a list that could not be read."""


def judge_deletions(session: Session, deletions: Deletions) -> None:
    """Delete the last two checkpoints, the older first; they and no others must leave the list.

    Before that, unauthorized callers and the deletion of an unknown checkpoint must be refused. Raises
    ServerGone if the server stops answering.
    """
    _Judging(session, deletions).judge()


@dataclass(frozen=True)
class _Judging:
    session: Session
    deletions: Deletions

    def judge(self) -> None:
        """Judge all of it; a list that can no longer be read after a deletion is the deletion's fault."""
        oldest, *rest = self.deletions.created(ours=True) or [""]
        unknown = self._probe(_UNKNOWN, self.session.calls.unknown_id("checkpoint"))
        try:
            received = self._delete_as_unauthorized(rest[-1], unknown.request) if rest else []
            rest = [identifier for identifier in rest if identifier not in self.deletions.deleted]
            send_probe(self.session, unknown, received)  # DEL-2: what never existed cannot be deleted
            listed = self._ours()
            counts = {identifier: len(listed[identifier.casefold()]) for identifier in rest}
            for identifier in rest[-2:]:
                listed = self._delete(identifier, listed)
            if self._stays_once():
                self._delete_alike(rest[-2:], rest[:-2], counts, listed)
            if rest and rest[-1] in self.deletions.deleted and not self.session.ledger.failed("DEL-1"):
                self._delete_again(rest[-1], oldest)
                self._delete_at_once(rest[:-2])
        except ListError as error:
            self._judge_unreadable(error)

    def _delete_as_unauthorized(self, identifier: str, beside: Request) -> list[Exchange]:
        """AUTH-7: only a caller who may change the project can delete its checkpoint.

        Without a token, an id that does not exist must look like any other. The request `beside` travels with
        the others; returns its exchange.
        """
        session, deletions = self.session, self.deletions
        strangers = unauthorized_callers(session)
        anonymous = [caller for caller in strangers if caller.token is None]
        callers = [*strangers, *callers_without_permission(session)]
        second = session.target.second_project
        if second and second.token and strangers:
            on_its_path = Caller(
                "another project on its own path", second.token, ANY_REFUSAL, (), second.project_id
            )
            callers.append(on_its_path)
        unknown = session.calls.unknown_id("checkpoint")
        requests = [deletions.request(unknown, caller.token) for caller in anonymous]
        requests += [deletions.request(identifier, caller.token, caller.project_id) for caller in callers]
        *exchanges, received = send_all(session.client, [*requests, beside])
        answers = list(zip(callers, exchanges[len(anonymous) :], strict=True))
        accepted = [(caller, exchange) for caller, exchange in answers if is_accepted(exchange)]
        if accepted and not self._listed(identifier):
            deletions.deleted.add(identifier)
            caller, exchange = accepted[0]
            told = (f"a refusal for {caller.who}", "it was deleted")
            self._add("AUTH-7", Symptom.DELETED_BY_STRANGERS, BY_A_STRANGER, *told, exchange)
            return [received]
        for caller, exchange in [*zip(anonymous, exchanges, strict=False), *answers]:
            if caller.conditions:
                judge_refusal(session, caller, exchange)
        return [received]

    def _delete(self, identifier: str, before: dict[str, set[str]]) -> dict[str, set[str]]:
        """DEL-1: a deletion takes the checkpoint out of the list, and nothing of our others.

        `before` is what the list showed of ours; returns what it shows now.
        """
        exchange = self.deletions.delete(identifier)
        self._judge_answer(exchange)
        is_deleted = identifier in self.deletions.deleted
        own, ours = self._lists(identifier) if is_deleted else (None, None)
        if exchange.status in PASSING:
            self.session.ledger.doubt("DEL-1", f"the deletion stayed {exchange.status}")
        elif not is_deleted:
            missing = exchange.fault.detail if exchange.fault else "no response"
            actual = told_status(exchange) if exchange.status else missing
            self._add_unconfirmed(Symptom.DELETION_REFUSED, "200", actual, exchange)
        elif status := self._stays(identifier, own):
            actual = f"after {self.session.target.patience:g} s an item that is {status}"
            listing = self.session.recorder.exchanges[-1]
            self._add_unconfirmed(Symptom.ITEM_STAYS, _GONE, actual, exchange, listing)
        else:
            self.session.ledger.exercise("DEL-1")
        has_waited = ours is None or ours.number < self.session.recorder.exchanges[-1].number
        after = self._ours(None if has_waited else ours)
        for other, items in before.items():
            if other == identifier.casefold():
                continue
            if (items - after.get(other, set())) and (lost := items - self._listed(other)):
                actual = f"of checkpoint {other}, {len(lost)} of {len(items)} items are gone"
                told = ("the other checkpoints stay", actual)
                self._add("DEL-1", Symptom.ANOTHER_DELETED, DELETION, *told)
                break
        return after

    def _stays_once(self) -> bool:
        """Return whether items stayed after one of the deletions only."""
        ledger = self.session.ledger
        return ledger.times(Symptom.ITEM_STAYS) == 1 and not ledger.confirmed(("DEL-1", Symptom.ITEM_STAYS))

    def _delete_alike(
        self, deleted: list[str], others: list[str], counts: dict[str, int], listed: dict[str, set[str]]
    ) -> None:
        """Delete one of the others with as many items as the one that stays: their number may be the cause.

        `counts` are the numbers of items before the deletions, and `listed` is what the list showed last.
        """
        stays = {counts[identifier] for identifier in deleted if self.deletions.items_of(identifier)[0]}
        for identifier in [each for each in others if counts[each] in stays][-1:]:
            self._delete(identifier, listed)

    def _lists(self, identifier: str) -> list[Exchange]:
        """Return the first page of the items of the checkpoint, and of the policy, requested side by side."""
        lists = self.session.lists
        pages = [lists.first_page(checkpoint_id=identifier), lists.first_of_policy()]
        return send_all(self.session.client, pages)

    def _delete_again(self, identifier: str, other: str) -> None:
        """DEL-2: a second deletion does not fail, remove another checkpoint, or revive the deleted one."""
        (items, shown), (before, _) = self._listed_each(identifier, other)
        if items:
            told = (_GONE, "one of its items, after a while")
            self._add("DEL-1", Symptom.DELETED_AGAIN_LISTED, DELETION, *told, shown)
            return
        send_probe(self.session, self._probe(_AGAIN, identifier))
        (items, shown), (after, without) = self._listed_each(identifier, other)
        if before - after:
            told = ("the other checkpoints stay", f"items of checkpoint {other} are gone")
            self._add("DEL-2", Symptom.ANOTHER_DELETED, _AGAIN, *told, without)
        if items:
            self._add_revived(identifier, _AGAIN, shown)

    def _delete_at_once(self, identifiers: list[str]) -> None:
        """DEL-2: two deletions at once do not fail, and neither stops the other."""
        for identifier in identifiers[-1:]:
            probe = self._probe(_AT_ONCE, identifier)
            with Lanes(self.session.client) as lanes:
                answers = lanes.carry([(probe.request,)] * 2)
            received = [exchange for each in answers for exchange in each]
            for exchange in received:
                settle(self.session, probe, self.session.recorder.judged(probe, exchange))
            if any(map(is_accepted, received)):
                self.deletions.deleted.add(identifier)
            else:
                self.deletions.delete(identifier)
                if identifier not in self.deletions.deleted:
                    return
                send_probe(self.session, probe)
            if self._stays(identifier):
                self._add_revived(identifier, _AT_ONCE, self.session.recorder.exchanges[-1])

    def _judge_answer(self, exchange: Exchange) -> None:
        """Judge the rules for every response; that of a deletion that succeeds is an object (DEL-1)."""
        ledger = self.session.ledger
        probe = Probe(DELETION.id, "DEL-1", DELETION.summary, exchange.request, alone=True, open_outcome=True)
        judgement = self.session.recorder.judge(probe, exchange)
        ledger.exercise(*(judgement.exercised - {"DEL-1"}))
        for finding in judgement.findings:
            if finding.requirement != "DEL-1":
                ledger.add(finding)
        if exchange.status == 200 and judgement.readable and exchange.json_object is None:
            told = ("200 with an object, `{}`", "a body that is not an object")
            self._add_unconfirmed(Symptom.DELETION_IS_NO_OBJECT, *told, exchange)

    def _judge_unreadable(self, error: ListError) -> None:
        """DEL-1: the list can be read after a deletion if it could be read before."""
        if not self.deletions.deleted or self.session.ledger.failed("OBS-1"):
            self.session.ledger.leave_undecided("DEL-1", str(error))
            return
        again = [self.session.client.send(error.exchange.request) for _ in range(_LOOKS)]
        finding = Finding(
            "DEL-1",
            error.symptom,
            DELETION,
            "a list that can be read after a deletion, too",
            str(error),
            (error.exchange, *again),
            confirmed={each.status for each in again} == {error.exchange.status},
            status=error.status,
        )
        self.session.ledger.add(finding)

    def _probe(self, origin: Origin, identifier: str) -> Probe:
        """Return the probe of a deletion of what is not there, or not for long."""
        return Probe(
            origin.id,
            "DEL-2",
            origin.summary,
            self.deletions.request(identifier),
            frozenset({400, 404}),
            _NOT_THERE,
            alone=True,
            open_outcome=origin is not _UNKNOWN,
        )

    def _ours(self, first: Exchange | None = None) -> dict[str, set[str]]:
        """Return the ids of the items of our checkpoints, as `_listed` does. Raises ListError.

        `first` is the list of the policy as it was requested first, if it was. Of other policies it knows the
        latest checkpoints: no list of theirs tells which others a deletion takes.
        """
        created = self.deletions.created(ours=True)
        ours = {each.casefold(): set[str]() for each in created}
        items, _ = self.session.lists.checkpoint_items(first, policy_id=self.session.target.policy_id)
        for item in items:
            checkpoint = item["checkpoint_id"].casefold()
            if checkpoint in ours and item["status"] not in LEAVING:
                ours[checkpoint].add(item["id"])
        unlisted = [each for each in created[-_LATEST:] if not ours[each.casefold()]]
        for identifier, (found, _) in zip(unlisted, self._listed_each(*unlisted), strict=True):
            ours[identifier.casefold()] = found
        return ours

    def _listed(self, identifier: str) -> set[str]:
        """Return the ids of the items that are not on their way out. Raises ListError."""
        ((items, _),) = self._listed_each(identifier)
        return items

    def _listed_each(self, *identifiers: str) -> list[tuple[set[str], Exchange]]:
        """Return such ids of several checkpoints, requested side by side, each with its list."""
        listed: list[tuple[set[str], Exchange]] = []
        for identifier, page in zip(identifiers, self.session.lists.first_pages(identifiers), strict=True):
            items, listing = self.deletions.items_of(identifier, page)
            listed.append(({item["id"] for item in items if item["status"] not in LEAVING}, listing))
        return listed

    def _stays(self, identifier: str, first: Exchange | None = None) -> str:
        """Return the status of an item that is still there when patience ends, or an empty string.

        `first` is the list as it was requested first, if it was.
        """
        backoff = self.deletions.backoff()
        while items := self.deletions.items_of(identifier, first)[0]:
            first = None
            if not backoff.wait():
                return str(items[0]["status"])
        return ""

    def _add_revived(self, identifier: str, origin: Origin, shown: Exchange) -> None:
        self.deletions.deleted.discard(identifier)
        self._add("DEL-2", Symptom.DELETED_AGAIN_LISTED, origin, _GONE, "one of its items", shown)

    def _add(
        self,
        requirement: str,
        symptom: Symptom,
        origin: Origin,
        expected: str,
        actual: str,
        shown: Exchange | None = None,
    ) -> None:
        """Add a finding that is certain, by default shown by the last exchange."""
        evidence = (shown or self.session.recorder.exchanges[-1],)
        self.session.ledger.exercise(requirement)
        self.session.ledger.add(
            Finding(requirement, symptom, origin, expected, actual, evidence, confirmed=True)
        )

    def _add_unconfirmed(self, symptom: Symptom, expected: str, actual: str, *exchanges: Exchange) -> None:
        """Add a finding that the other deletion confirms."""
        self.session.ledger.exercise("DEL-1")
        self.session.ledger.add(Finding("DEL-1", symptom, DELETION, expected, actual, exchanges))
