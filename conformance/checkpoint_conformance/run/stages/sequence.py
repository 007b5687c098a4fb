"""A sequence of calls, refusals and deletions: its requests, and the list contents that it should produce."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import unquote

from checkpoint_conformance.probes.calls import ABSENT, Call, Calls
from checkpoint_conformance.probes.generated.inputs import REFUSALS, SHAPES, Plan, PlanStep
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.transport.exchange import Exchange, Request

__all__ = ["Sequence", "Watch", "listed", "look_away", "plan_of"]

Watch = Callable[[list[dict[str, Any]], Exchange], None]
"""Is given the items of each list that is read, and its last exchange."""


def look_away(_items: list[dict[str, Any]], _listing: Exchange) -> None:
    """Take no notice of a list."""


class Sequence:
    """A plan being run, and the list contents it should produce."""

    def __init__(self, session: Session, deletions: Deletions, before: AbstractSet[str]) -> None:
        """Start with the checkpoints that the list showed before."""
        self.exchanges: list[Exchange] = []
        self.expected: dict[str, list[str]] = {}
        self._session = session
        self._deletions = deletions
        self._created: list[str | None] = []
        self._before = before

    def request(self, step: PlanStep) -> Request | None:
        """Return the request of a step, or None for the deletion of a checkpoint whose id is unknown."""
        if step.kind == "refuse":
            return refusal(self._session.calls, step.number)
        if step.kind == "create":
            return self._session.calls.call(shape(self._session.calls, step.number))
        identifier = self._created[step.number]
        return self._deletions.request(identifier) if identifier else None

    def conclude(self, step: PlanStep, received: Exchange | None = None) -> bool:
        """Take a step, whose request may have received an answer already; return whether the model holds.

        It does not if a request is accepted that must be refused, or a response lacks the id that it created;
        other requirements cover these. Raises BudgetSpent if the budget does not allow it.
        """
        if step.kind == "delete":
            self._delete(self._created[step.number], received)
            return True
        exchange = self._answer(step, received)
        self.exchanges.append(exchange)
        if not is_accepted(exchange):
            if step.kind == "create":
                self._created.append(None)
            return True
        identifier = created_checkpoint(exchange)
        if step.kind == "refuse" or identifier is None:
            return False
        self._created.append(identifier)
        call = shape(self._session.calls, step.number)
        selected = sorted(resource.casefold() for resource in call.selected(self._session.target))
        self.expected[identifier.casefold()] = selected
        return True

    def shown(self, *, doubt: bool, watch: Watch = look_away) -> dict[str, list[str]]:
        """Return the contents of the list, without the checkpoints that were there before."""
        items = listed(self._session, doubt=doubt, watch=watch)
        return {name: items for name, items in items.items() if name not in self._before}

    def _answer(self, step: PlanStep, received: Exchange | None) -> Exchange:
        client, request = self._session.client, self.request(step)
        assert request is not None
        return client.persist(received) if received else client.send(request)

    def _delete(self, identifier: str | None, received: Exchange | None) -> None:
        if identifier is None:
            return
        self.exchanges.append(self._deletions.delete(identifier, received))
        if identifier in self._deletions.deleted:
            self.expected.pop(identifier.casefold(), None)


def plan_of(calls: Calls, exchanges: list[Exchange]) -> Plan:
    """Return the plan that produced the exchanges."""
    steps = {calls.call(shape(calls, number)).body: PlanStep("create", number) for number in range(SHAPES)}
    refused = {refusal(calls, number): PlanStep("refuse", number) for number in range(REFUSALS)}
    plan: list[PlanStep] = []
    created: list[str | None] = []
    for exchange in exchanges:
        if exchange.request.method == "DELETE":
            identifier = unquote(exchange.request.path.rsplit("/", 1)[-1])
            plan.append(PlanStep("delete", created.index(identifier)))
        elif exchange.request in refused:
            plan.append(refused[exchange.request])
        elif exchange.request.method == "POST":
            plan.append(steps[exchange.request.body])
            created.append(created_checkpoint(exchange))
    return tuple(plan)


def shape(calls: Calls, number: int) -> Call:
    first = calls.target.resources[0]
    shapes = (calls.documented, Call(ABSENT, ABSENT), Call(True, (first,)), Call(False, None))
    assert len(shapes) == SHAPES
    return shapes[number]


def refusal(calls: Calls, number: int) -> Request:
    documented, first = calls.body(calls.documented), calls.target.resources[0]
    refusals = (
        calls.post(calls.changed(plan_id=None)),
        calls.post(documented, token=None),
        calls.post(calls.changed(plan_id=calls.unknown_id("policy"))),
        calls.post(documented, content_type="text/plain"),
        calls.post(calls.changed_parameters(resources=[first, calls.unknown_id("resource")])),
    )
    assert len(refusals) == REFUSALS
    return refusals[number]


def listed(session: Session, *, doubt: bool = True, watch: Watch = look_away) -> dict[str, list[str]]:
    """Return the resources of each checkpoint in the policy's list; empty if the list is unreadable.

    Without `doubt`, the list is taken to end with its first short page, as far as that has been true.
    """
    try:
        items, listing = session.lists.checkpoint_items(doubt=doubt, policy_id=session.target.policy_id)
    except ListError:
        return {}
    watch(items, listing)
    shown: dict[str, list[str]] = {}
    for item in sorted(items, key=lambda item: str(item["resource_id"]).casefold()):
        shown.setdefault(item["checkpoint_id"].casefold(), []).append(item["resource_id"].casefold())
    return shown
