"""Deletions: what a run has deleted, and the clean-up, which leaves nothing of it behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from checkpoint_conformance.probes.calls import ABSENT, Absent
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted, is_unanswered, may_create
from checkpoint_conformance.run.sending.client import ENDINGS
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.origin import Origin

__all__ = ["DELETION", "LEAVING", "Deletions"]

DELETION = Origin("DEL-1/delete", "a deletion, and the list after it")
"""The origin of findings in deletions of the run."""

_NOT_FOUND = 404
LEAVING = frozenset({"waiting_delete", "deleting", "deleted"})
"""The statuses of an item that is on its way out of the list."""
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

    def request(
        self, identifier: str, token: str | Absent | None = ABSENT, project_id: str | None = None
    ) -> Request:
        """Return the request that deletes the checkpoint, by default in the name of its owner."""
        second = self.session.target.second_project
        if second and token is ABSENT and identifier in self.of_second_project:
            token, project_id = second.token, second.project_id
        path = f"{self.session.calls.path(project_id)}/{quote(identifier, safe='')}"
        return self.session.calls.request("DELETE", path, token=token)

    def items_of(
        self, identifier: str, first: Exchange | None = None
    ) -> tuple[list[dict[str, Any]], Exchange]:
        """Return the items of the checkpoint, even if the list ignores the filter (OBS-1), and the exchange.

        `first` is the list as it was requested first, if it was. A server may not find a checkpoint that it
        is to filter by; then the list of the policy tells. Raises ListError if the list cannot be read.
        """
        lists = self.session.lists
        try:
            items, listing = lists.checkpoint_items(first, checkpoint_id=identifier)
        except ListError as error:
            if error.status != _NOT_FOUND:
                raise
            items, listing = lists.checkpoint_items(policy_id=self.session.target.policy_id)
        return [item for item in items if item["checkpoint_id"].casefold() == identifier.casefold()], listing

    def clean_up(self, announce: Callable[[str], None]) -> list[str]:
        """Delete every checkpoint that the run created; return the ids that could not be deleted."""
        left: list[str] = []
        patient = True
        created = self.created()
        with Lanes(self.session.client) as lanes:
            answers = lanes.carry([(self.request(identifier),) for identifier in created])
        for identifier, received in zip(created, answers, strict=True):
            try:
                last = self.delete(identifier, *received, patient=patient)
                if identifier not in self.deleted:
                    left.append(identifier)
                    patient = patient and last.status != 400
            except (BudgetSpent, *ENDINGS):
                left.append(identifier)
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
            if not (may_create(exchange.request) and is_accepted(exchange)):
                continue
            if ours and exchange.request.header("X-Auth-Token") != self.session.target.token:
                continue
            identifier = created_checkpoint(exchange)
            if identifier and identifier not in left_out:
                ids[identifier] = None
        return list(ids)

    def recognise(self) -> None:
        """Note what the exchanges show to be deleted, also if an interrupt came before the answer counted."""
        exchanges = self.session.recorder.exchanges
        deletions = [each for each in exchanges if each.request.method == "DELETE" and _is_done(each)]
        accepted = {exchange.request.path for exchange in deletions}
        self.deleted.update(name for name in self.created() if self.request(name).path in accepted)

    def delete(self, identifier: str, first: Exchange | None = None, *, patient: bool = True) -> Exchange:
        """Request the deletion, if `patient` again while it is protecting; return the last exchange.

        If it succeeds, the checkpoint is one of the `deleted`. `first` is the exchange of the first request,
        if it has been sent already. Raises ServerGone if the server stops answering.
        """
        client, backoff = self.session.client, self.backoff()
        while True:
            exchange = client.persist(first) if first else client.send(self.request(identifier))
            exchange, first = client.insist(exchange), None
            if _is_done(exchange) or self._is_gone_unseen(exchange):
                self.deleted.add(identifier)
                return exchange
            if exchange.status != 400 or not patient or not backoff.wait():
                return exchange

    def _is_gone_unseen(self, exchange: Exchange) -> bool:
        """Return whether an earlier deletion, whose response was lost, explains that nothing is found."""
        earlier = self.session.recorder.exchanges if exchange.status == _NOT_FOUND else []
        return any(each.request == exchange.request and is_unanswered(each) for each in earlier)

    def remove(self, identifier: str) -> bool:
        """Delete a checkpoint, and return whether it is gone, also if it was gone before.

        Raises ServerGone if the server stops answering.
        """
        return self.delete(identifier).status == _NOT_FOUND or identifier in self.deleted

    def backoff(self) -> Backoff:
        """Return the pauses within the patience of the target."""
        return Backoff(self.session.clock, self.session.target.patience, _FIRST_PAUSE, _LONGEST_PAUSE)


def _is_done(exchange: Exchange) -> bool:
    """Return whether the response says that the deletion has begun."""
    return exchange.status == 200 and is_accepted(exchange)
