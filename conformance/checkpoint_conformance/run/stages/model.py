"""The model-based run: compares sequences of calls, refusals and deletions with a model after every step.

Hypothesis draws the sequences, and shrinks one that shows a difference to the shortest that still does. Each
create may cost the owner money, so a sequence is planned first and then run once, however often Hypothesis
tries it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any
from urllib.parse import unquote

from checkpoint_conformance.probes.calls import ABSENT, Call, Calls
from checkpoint_conformance.probes.generated.inputs import REFUSALS, SHAPES, Plan, PlanStep
from checkpoint_conformance.run.backoff import Backoff
from checkpoint_conformance.run.budget import BudgetSpent
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted, may_create
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.deletion import Deletions
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["MODEL", "model_run", "repeat_sequence"]

_FIRST_PAUSE = 0.02
_APPEARANCE = 10.0
MODEL = {
    requirement: Origin(f"{requirement}/model", "sequences of calls, refusals and deletions")
    for requirement in ("OBS-1", "OBS-2", "DEL-1")
}
"""The origins of the findings of the model-based run, by the requirement that is broken."""


@dataclass(frozen=True)
class _Difference:
    """The result of running a plan."""

    requirement: str
    expected: str
    actual: str
    sequence: tuple[Exchange, ...]


def model_run(
    session: Session, deletions: Deletions, plans: Iterable[Plan], announce: Callable[[str], None]
) -> None:
    """Run the plans within the remaining budget, and add a finding for a difference.

    A difference seen only once, for example because of another user's call, stays unconfirmed. Raises
    ServerGone if the server stops answering.
    """
    if not session.budget.has_spare or any(map(session.ledger.failed, MODEL)):
        announce("no model-based run: the budget is used up, or single calls already differ")
        return
    rig = _Rig(session, deletions)
    if rig.unreliable:
        announce("no model-based run: a call got no response, and may create a checkpoint at any time")
        return
    if any(map(rig.differs, plans)):
        # Hypothesis is slow to import, and needed only for shrinking.
        from checkpoint_conformance.probes.generated.sequences import search

        search(rig.differs, deletes="deletion" in session.target.profiles)
        session.ledger.add(_finding(min(rig.found, key=lambda found: len(found.sequence)), confirmed=True))
        return
    for difference in rig.passing:
        session.ledger.add(_finding(difference, confirmed=False))


def repeat_sequence(session: Session, deletions: Deletions, exchanges: list[Exchange]) -> str:
    """Run the plan shown by recorded exchanges; return how the server differs from the model, or nothing.

    Raises BudgetSpent if the budget does not allow it, and ServerGone if the server stops answering.
    """
    difference = _Rig(session, deletions).carry_out(_plan_of(session.calls, exchanges))
    return difference.actual if difference else ""


@dataclass
class _Rig:
    """State shared by the sequences of one run."""

    session: Session
    deletions: Deletions
    found: list[_Difference] = field(default_factory=list[_Difference])
    """Differences, the first of which was seen twice."""
    passing: list[_Difference] = field(default_factory=list[_Difference])
    """Differences that did not show when repeated."""
    _known: dict[Plan, bool] = field(default_factory=dict[Plan, bool])
    _slowest: float = 0.0
    """The longest time in seconds before the list showed what was expected."""
    _looked_at: int = 0
    _unanswered: bool = False
    """Whether any exchange so far is a create without a response."""

    @property
    def unreliable(self) -> bool:
        """Whether a create got no response, so that the expected list is unknown."""
        exchanges = self.session.recorder.exchanges
        while not self._unanswered and self._looked_at < len(exchanges):
            exchange = exchanges[self._looked_at]
            self._unanswered = exchange.status is None and may_create(exchange.request)
            self._looked_at += 1
        return self._unanswered

    def differs(self, plan: Plan) -> bool:
        """Return whether the server differs from the model in a plan, run as far as the budget allows.

        Once a difference is found, shrinking uses the reserve; a plan that exceeds even this shows nothing.
        """
        if plan not in self._known:
            budget = self.session.budget
            available = budget.remaining - (0 if self.found else budget.kept_back)
            affordable = _affordable(plan, available)
            covered = affordable == plan or not self.found
            if covered and affordable not in self._known:
                self._known[affordable] = self._shows(affordable)
            # Hypothesis relies on the same result when it asks again, although less of the budget is left.
            self._known[plan] = covered and self._known[affordable]
        return self._known[plan]

    def _shows(self, plan: Plan) -> bool:
        try:
            difference = self.carry_out(plan)
            if difference and not self.found and not self.carry_out(plan):
                self.passing.append(difference)
                return False
        except BudgetSpent:  # a server that accepts what it must refuse, or refuses for a while
            return False
        if difference:
            self.found.append(difference)
        return difference is not None

    def carry_out(self, plan: Plan) -> _Difference | None:
        """Run a plan, and return the first difference. Raises BudgetSpent if the budget does not allow it."""
        run = _Sequence(self.session, self.deletions)
        for step in plan:
            requirement = run.take(step)
            if requirement is None or self.unreliable:
                return None
            started = self.session.clock.monotonic()
            backoff = Backoff(self.session.clock, self._patience(), _FIRST_PAUSE)
            while (shown := run.shown()) != run.expected:
                if not backoff.wait():
                    sequence = (*run.exchanges, self.session.recorder.exchanges[-1])
                    deleted = {identifier.casefold() for identifier in self.deletions.deleted}
                    blamed = "DEL-1" if deleted & shown.keys() else requirement
                    return _Difference(blamed, _text(run.expected), _text(shown), sequence)
            self._slowest = max(self._slowest, self.session.clock.monotonic() - started)
        return None

    def _patience(self) -> float:
        """Return the seconds that a difference must last, since creation and deletion are asynchronous."""
        whole = min(_APPEARANCE, self.session.target.patience)
        return min(whole, 4 * self._slowest + _FIRST_PAUSE) if self.found else whole


class _Sequence:
    """A plan being run, and the list contents it should produce."""

    def __init__(self, session: Session, deletions: Deletions) -> None:
        self.exchanges: list[Exchange] = []
        self.expected: dict[str, list[str]] = {}
        self._session = session
        self._deletions = deletions
        self._created: list[str | None] = []
        self._before = set(_listed(session))

    def take(self, step: PlanStep) -> str | None:
        """Take a step; return the requirement that a difference after it breaks.

        Returns None if a request is accepted that must be refused, or a response does not contain the id that
        it created; other requirements cover these. Raises BudgetSpent if the budget does not allow it.
        """
        calls = self._session.calls
        if step.kind == "refuse":
            refused = not is_accepted(self._send(_refusal(calls, step.number)))
            return "OBS-2" if refused else None
        if step.kind == "create":
            call = _shape(calls, step.number)
            exchange = self._send(calls.call(call))
            accepted = is_accepted(exchange)
            identifier = created_checkpoint(exchange) if accepted else None
            self._created.append(identifier)
            if accepted and identifier is None:
                return None
            if identifier:
                selected = sorted(resource.casefold() for resource in call.selected(self._session.target))
                self.expected[identifier.casefold()] = selected
            return "OBS-1"
        identifier = self._created[step.number]
        if identifier:
            deletion = self._deletions.delete(identifier)
            self.exchanges.append(deletion or self._session.recorder.exchanges[-1])
            if deletion:
                self.expected.pop(identifier.casefold(), None)
        return "DEL-1"

    def shown(self) -> dict[str, list[str]]:
        """Return the contents of the list, without the checkpoints that were there before."""
        listed = _listed(self._session)
        return {name: items for name, items in listed.items() if name not in self._before}

    def _send(self, request: Request) -> Exchange:
        exchange = self._session.client.send(request)
        self.exchanges.append(exchange)
        return exchange


def _plan_of(calls: Calls, exchanges: list[Exchange]) -> Plan:
    """Return the plan that produced the exchanges."""
    steps = {calls.call(_shape(calls, number)).body: PlanStep("create", number) for number in range(SHAPES)}
    refused = {_refusal(calls, number): PlanStep("refuse", number) for number in range(REFUSALS)}
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


def _affordable(plan: Plan, creates: int) -> Plan:
    """Return the steps of a plan before the first that exceeds `creates` creates."""
    spent = accumulate(step.kind == "create" for step in plan)
    return tuple(step for step, count in zip(plan, spent, strict=True) if count <= creates)


def _shape(calls: Calls, number: int) -> Call:
    first = calls.target.resources[0]
    shapes = (calls.documented, Call(ABSENT, ABSENT), Call(True, (first,)), Call(False, None))
    assert len(shapes) == SHAPES
    return shapes[number]


def _refusal(calls: Calls, number: int) -> Request:
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


def _finding(difference: _Difference, *, confirmed: bool) -> Finding:
    return Finding(
        difference.requirement,
        Symptom.MODEL_DIFFERS,
        MODEL[difference.requirement],
        difference.expected,
        difference.actual,
        difference.sequence,
        confirmed=confirmed,
    )


def _listed(session: Session) -> dict[str, list[str]]:
    """Return the resources of each checkpoint in the policy's list; empty if the list is unreadable."""
    try:
        items, _ = session.lists.checkpoint_items(policy_id=session.target.policy_id)
    except ListError:
        return {}
    shown: dict[str, list[str]] = {}
    for item in sorted(items, key=lambda item: str(item["resource_id"]).casefold()):
        shown.setdefault(item["checkpoint_id"].casefold(), []).append(item["resource_id"].casefold())
    return shown


def _text(model: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(items)}" for name, items in model.items()) or "no checkpoint"
