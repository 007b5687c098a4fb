"""DEL-1: what the clean-up of a run shows, which deletes checkpoints of every kind."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from checkpoint_openapi.load import errors

from checkpoint_conformance.checks.judge import answer_of, is_condition, is_failure
from checkpoint_conformance.probes.probe import DOCUMENTED
from checkpoint_conformance.run.companions import ENDED, ListError
from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.run.sending.client import ENDINGS
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.deletion import DELETION, LEAVING, Deletions
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding, is_error_in_success, told_status
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["clean_up"]

_GONE = "no item of a deleted checkpoint"
_NEVER_FIT = ("checkpoint-not-found", "invalid-request", "forbidden")
"""Refusals that fit no deletion of a checkpoint that is listed and has ended."""
_FAILS_ANYWHERE = ("HTTP-1", "HTTP-3", "HTTP-6")
"""Requirements whose failure may explain that a deletion fails."""
_LEAVES_DOUBT = (*_FAILS_ANYWHERE, "RESP-2", "RESP-11", "OBS-1", "OBS-3", "DEL-2")
"""Requirements whose failure may explain what else a deletion does."""


def clean_up(session: Session, deletions: Deletions, *, judged: bool) -> list[str]:
    """Delete what the run created; return the ids that could not be deleted.

    How it went is `judged` if the run is to judge deletions at all.
    """
    before = frozenset(deletions.deleted)
    left = deletions.clean_up(session.announce)
    try:
        if judged and deletions.deleted:
            _CleanedUp(session, deletions, before).judge()
    except (ListError, *ENDINGS):
        pass
    return left


@dataclass
class _CleanedUp:
    session: Session
    deletions: Deletions
    before: frozenset[str]
    """Ids of checkpoints that were deleted before the clean-up."""

    def judge(self) -> None:
        """Judge the deletions by one reading of the list, and by more only if something is wrong.

        Raises ListError if a list is malformed, and ServerGone if the server stops answering.
        """
        if not self._is_confirmed("DEL-1", *_FAILS_ANYWHERE):
            self._judge_failures()
        if self._is_open():
            self._judge_codes()
        items, listing = self._items()
        returned = self._shown(items, self.before)
        if returned:
            actual = f"one of its items that is {returned[0]['status']}"
            self._add(Symptom.DELETED_AGAIN_LISTED, _GONE, actual, listing)
        elif self._is_open():
            self._judge_refusals(items)
            self._judge_what_stays(items)

    def _is_open(self) -> bool:
        """Return whether no fault is known that may explain what a deletion does."""
        return not (self._is_confirmed("DEL-1") or any(map(self.session.ledger.failed, _LEAVES_DOUBT)))

    def _is_confirmed(self, *requirements: str) -> bool:
        """Return whether a confirmed finding counts against any of the requirements."""
        findings = self.session.ledger.findings
        return any(each.requirement in requirements and each.confirmed for each in findings)

    def _judge_failures(self) -> None:
        """Look for undocumented answers, in whatever state the checkpoint was; twice is no coincidence."""
        failed = [exchange for exchange in self._own_deletions if _is_undocumented(exchange)]
        if len(failed) == 1:
            failed.append(self.session.client.send(failed[0].request))
        if failed:
            self._add_refusal(*failed[:2], confirmed=_is_undocumented(failed[1]))

    def _judge_codes(self) -> None:
        """Look for a deletion that was refused as invalid, and accepted once the checkpoint had ended."""
        accepted = {self._path(identifier) for identifier in self.deletions.deleted}
        for exchange in self._own_deletions:
            if exchange.request.path in accepted and is_condition(exchange, "invalid-request"):
                fitting = errors().conditions["checkpoint-protecting"]
                told = (f"{fitting.status} {fitting.code}", answer_of(exchange))
                wrong = Symptom.CODE_OF_ANOTHER_CONDITION
                found = Finding("ERR-3", wrong, DELETION, *told, (exchange,), confirmed=True)
                self.session.ledger.add(found)
                return

    def _judge_refusals(self, items: list[dict[str, Any]]) -> None:
        """Look for a checkpoint that is listed and has ended, and cannot be deleted all the same."""
        unfinished = {item["checkpoint_id"].casefold() for item in items if item["status"] not in ENDED}
        listed = {item["checkpoint_id"].casefold() for item in items} - unfinished
        remaining = self._given - self.deletions.deleted
        left = {self._path(each) for each in remaining if each.casefold() in listed}
        for exchange in self._own_deletions:
            if exchange.request.path in left and is_condition(exchange, *_NEVER_FIT):
                again = self.session.client.send(exchange.request)
                self._add_refusal(exchange, again, confirmed=again.status == exchange.status)
                return

    def _judge_what_stays(self, items: list[dict[str, Any]]) -> None:
        """Look for what was deleted and neither leaves nor is on its way out, while no more of it leaves."""
        clock, patience = self.session.clock, self.session.target.patience
        backoff, progress = self.deletions.backoff(), clock.monotonic()
        deleted = (self.deletions.deleted - self.before) & self._given
        stays = self._shown(items, deleted)
        while stays and backoff.wait():
            items, _ = self._items()
            remaining = self._shown(items, deleted)
            progress = clock.monotonic() if len(remaining) < len(stays) else progress
            stays = remaining
        if stays and clock.monotonic() - progress > patience / 2:
            actual = f"after {patience:g} s an item that is {stays[0]['status']}"
            self._add(Symptom.ITEM_STAYS, _GONE, actual, self.session.recorder.exchanges[-1])

    @cached_property
    def _given(self) -> frozenset[str]:
        """The ids of the checkpoints that our own token has created."""
        deleted = self.deletions.deleted - self.deletions.of_second_project - self.deletions.removed
        return frozenset(deleted.union(self.deletions.created(ours=True)))

    @cached_property
    def _own_deletions(self) -> list[Exchange]:
        """Our deletions of these checkpoints, until the first that was accepted of each."""
        paths = {self._path(identifier) for identifier in self._given}
        token = self.session.target.token
        deletions = [
            exchange
            for exchange in self.session.recorder.exchanges
            if exchange.request.method == "DELETE"
            and exchange.request.path in paths
            and exchange.request.header("X-Auth-Token") == token
        ]
        accepted = {each.request.path: each.started for each in reversed(deletions) if is_accepted(each)}
        return [
            each
            for each in deletions
            if each.started + each.elapsed <= accepted.get(each.request.path, float("inf"))
        ]

    def _path(self, identifier: str) -> str:
        return self.deletions.request(identifier).path

    def _items(self) -> tuple[list[dict[str, Any]], Exchange]:
        return self.session.lists.checkpoint_items(policy_id=self.session.target.policy_id)

    def _shown(self, items: list[dict[str, Any]], identifiers: AbstractSet[str]) -> list[dict[str, Any]]:
        """Return those of the items that belong to the checkpoints and are not on their way out."""
        wanted = {identifier.casefold() for identifier in identifiers}
        mine = [item for item in items if item["checkpoint_id"].casefold() in wanted]
        return [item for item in mine if item["status"] not in LEAVING]

    def _add_refusal(self, first: Exchange, second: Exchange, *, confirmed: bool) -> None:
        exchanges = (first, second)
        self._add(Symptom.DELETION_REFUSED, "200", told_status(first), *exchanges, confirmed=confirmed)

    def _add(
        self, symptom: Symptom, expected: str, actual: str, *exchanges: Exchange, confirmed: bool = True
    ) -> None:
        finding = Finding("DEL-1", symptom, DELETION, expected, actual, exchanges, confirmed=confirmed)
        self.session.ledger.add(finding)


def _is_undocumented(exchange: Exchange) -> bool:
    """Return whether the server failed, or refused with a status that the contract does not have."""
    is_refusal = exchange.status in range(400, 500)
    undocumented = is_refusal and exchange.status not in DOCUMENTED
    return undocumented or is_failure(exchange) or is_error_in_success(exchange)
