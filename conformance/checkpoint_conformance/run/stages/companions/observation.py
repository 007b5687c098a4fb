"""OBS-2: what refused requests leave in the lists of items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import is_unanswered, may_create
from checkpoint_conformance.run.sending.lanes import send_all
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.lists_elsewhere import ListsElsewhere
from checkpoint_conformance.run.stages.companions.statuses import Statuses
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Observation"]

_ORIGIN = Origin("OBS-2/items", "the list of items")
_PAUSE = 0.1
_LATE = 2.0
"""Seconds allowed for the item of a resent refused request to appear."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CONTROLS = 2
"""Readings that show whether others use a project: nothing is sent between them."""


class Observation:
    """Watches the lists of items during a run, for what refused requests leave there.

    Each reading of them shows statuses, too, which it passes on to `statuses`.
    """

    def __init__(self, session: Session, deleted: AbstractSet[str]) -> None:
        """Start with nothing seen; `deleted` is updated as the run deletes checkpoints."""
        self.statuses = Statuses(session, deleted)
        self._session = session
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
        """OBS-2: send a group of requests to be refused; items of unknown checkpoints must not appear.

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
        sent = [exchange for exchange in exchanges[first:] if _creates_nothing(exchange)]
        refused = [*self._refused, *sent]
        pages, received = self._first_pages(beside if self._session.budget.remaining else ())
        try:
            self._look_for_unexplained(name, refused, pages)
            if refused:
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
        if not appeared or self._session.ledger.confirmed(("OBS-2", Symptom.ITEM_OF_A_REFUSED_REQUEST)):
            return
        elsewhere = appeared <= self._elsewhere.shown
        if elsewhere:
            refused = [each for each in refused if self._elsewhere.concerns(each.request)]
            if self._is_used_by_others():
                return
            known = self._known
        if not refused:
            return
        again, new = self._send_again(refused, known)
        self._known = known | new
        if new:
            self._session.budget.charge(len(appeared | new))
        if (resumed or elsewhere) and not new:
            return
        is_repeated = bool(new and again)
        self._add_unexplained(name, new or appeared, again if is_repeated else refused, confirmed=is_repeated)

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
            self._session.clock.sleep(_PAUSE)
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
        self.statuses.watch(items, listing)
        here = {item["checkpoint_id"].casefold() for item in items}
        return (here | self._elsewhere.checkpoints(others, first=first)) - own

    def _beyond_lost_calls(self, appeared: set[str]) -> set[str]:
        """Return what appeared, minus one checkpoint for each call that may have created it anonymously."""
        if not appeared:
            return set()
        lost = self._session.recorder.anonymous()
        explained = sorted(appeared)[: max(lost - len(self._late), 0)]
        self._late.update(explained)
        return appeared.difference(explained)

    def _add_unexplained(
        self, name: str, unexplained: set[str], refused: list[Exchange], *, confirmed: bool
    ) -> None:
        actual = f"an item of checkpoint {min(unexplained)}, which no accepted call returned"
        finding = Finding(
            "OBS-2",
            Symptom.ITEM_OF_A_REFUSED_REQUEST,
            _ORIGIN,
            f"no item after {name}",
            actual,
            tuple(refused[-1:]),
            confirmed=confirmed,
        )
        self._session.ledger.add(finding)


def _creates_nothing(exchange: Exchange) -> bool:
    """Return whether the request was refused, or asks the operation by a safe method (RFC 9110, 9.2.1)."""
    if is_unanswered(exchange):
        return False
    safe = exchange.request.method in _SAFE and exchange.request.path.endswith("/checkpoints")
    return safe or (may_create(exchange.request) and (exchange.status or 0) >= 400)
