"""The model-based run: compares the result of sequences of calls, refusals and deletions with a model.

Hypothesis draws the sequences. All of them take their steps side by side, since most of the time is spent on
waiting; only if the list then differs from the model are the same steps taken again one after another, and
Hypothesis shrinks them to the shortest sequence that still shows a difference. Each create may cost the owner
money, so a sequence is planned first and then run once, however often Hypothesis tries it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from checkpoint_conformance.probes.generated.inputs import Plan, PlanStep
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import is_unanswered, may_create
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.run.stages.sequence import Sequence, Watch, listed, look_away, plan_of
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["MODEL", "model_run", "repeat_sequence"]

_TURNS = 2
"""The turns after which the list is compared: reading it takes as long as taking a turn."""
_FIRST_PAUSE = 0.02
_REFUSALS = range(400, 500)
"""The statuses after which a request is known to have created nothing."""
_APPEARANCE = 10.0
_BREAKS = {"create": "OBS-1", "refuse": "OBS-2", "delete": "DEL-1"}
"""The requirement that a difference breaks, by the kind of step after which it shows."""
_List = dict[str, list[str]]
"""The resources of each checkpoint in a list of items."""
MODEL = {
    requirement: Origin(f"{requirement}/model", "sequences of calls, refusals and deletions")
    for requirement in _BREAKS.values()
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
    session: Session, deletions: Deletions, plans: Iterable[Plan], watch: Watch = look_away
) -> None:
    """Run the plans within the remaining budget, and add a finding for a difference.

    Each list that is compared is given to `watch`: calls have just been made, which may change what others
    had left. A difference seen only once, for example because of another user's call, stays unconfirmed.
    Raises ServerGone if the server stops answering.
    """
    if not session.budget.has_spare or any(map(session.ledger.failed, MODEL)):
        session.announce(
            "no model-based sequences: the budget is used up, or single calls already differ from the model"
        )
        return
    rig = _Rig(session, deletions, watch)
    if rig.unreliable:
        session.announce(
            "no model-based sequences: a call got no response, and may create a checkpoint at any time"
        )
        return
    first = rig.side_by_side(list(dict.fromkeys(plans)))
    if first and rig.differs(first[1]):
        # Hypothesis is slow to import, and needed only for shrinking.
        from checkpoint_conformance.probes.generated.sequences import search

        search(rig.differs, deletes="deletion" in session.target.profiles)
        session.ledger.add(_finding(min(rig.found, key=lambda found: len(found.sequence)), confirmed=True))
        return
    if first:
        session.ledger.add(_finding(first[0], confirmed=False))


def repeat_sequence(session: Session, deletions: Deletions, exchanges: list[Exchange]) -> str:
    """Run the plan shown by recorded exchanges; return how the server differs from the model, or nothing.

    Raises BudgetSpent if the budget does not allow it, and ServerGone if the server stops answering.
    """
    difference = _Rig(session, deletions).carry_out(plan_of(session.calls, exchanges))
    return difference.actual if difference else ""


@dataclass
class _Rig:
    """State shared by the sequences of one run."""

    session: Session
    deletions: Deletions
    watch: Watch = look_away
    found: list[_Difference] = field(default_factory=list[_Difference])
    """Differences in steps taken one after another."""
    _known: dict[Plan, bool] = field(default_factory=dict[Plan, bool])
    _slowest: float = 0.0
    """The longest time in seconds before the list showed what was expected."""
    _looked_at: int = 0
    _unanswered: bool = False
    """Whether any exchange so far is a create without a response."""

    @property
    def unreliable(self) -> bool:
        """Whether a create got no response, so that the expected list is unknown.

        A request that was refused whenever it got a response creates nothing.
        """
        exchanges = self.session.recorder.exchanges
        while not self._unanswered and self._looked_at < len(exchanges):
            exchange = exchanges[self._looked_at]
            lost = is_unanswered(exchange) and may_create(exchange.request)
            self._unanswered = lost and not self._is_refused(exchange.request)
            self._looked_at += 1
        return self._unanswered

    def _is_refused(self, request: Request) -> bool:
        """Return whether the request got a response at other times, and each was a refusal."""
        statuses = self.session.ledger.answers.get(request, set())
        return bool(statuses) and statuses.issubset(_REFUSALS)

    def side_by_side(self, plans: list[Plan]) -> tuple[_Difference, Plan] | None:
        """Take the steps of all plans side by side, as far as the budget allows.

        Returns the first difference, and the steps taken until then as one plan.
        """
        budget, before = self.session.budget, self._before()
        affordable = _affordable(_turns(plans), budget.remaining - budget.kept_back)
        sequences = [Sequence(self.session, self.deletions, before) for _ in plans]
        taken: list[tuple[int, PlanStep]] = []
        kinds = set[str]()
        with Lanes(self.session.client) as lanes:
            for number, turn in enumerate(affordable, 1):
                requests = [sequences[place].request(step) for place, step in turn]
                answers = lanes.carry([(request,) if request else () for request in requests])
                try:
                    for (place, step), received in zip(turn, answers, strict=True):
                        comparable = sequences[place].conclude(step, received[0] if received else None)
                        if not comparable or self.unreliable:
                            return None
                except BudgetSpent:  # a server that accepts what it must refuse, or refuses for a while
                    return None
                taken += turn
                kinds.update(step.kind for _, step in turn)
                last = number == len(affordable)
                if number % _TURNS and not last:
                    continue
                if difference := self._compare(kinds, *sequences, doubt=last):
                    return difference, _one_after_another(taken)
                kinds.clear()
        return None

    def differs(self, plan: Plan) -> bool:
        """Return whether the server differs from the model in a plan, if the budget allows to run it."""
        if plan not in self._known:
            covered = _creates(plan) <= self.session.budget.remaining
            # Hypothesis relies on the same result when it asks again, although less of the budget is left.
            self._known[plan] = covered and self._shows(plan)
        return self._known[plan]

    def _shows(self, plan: Plan) -> bool:
        try:
            difference = self.carry_out(plan)
        except BudgetSpent:
            return False
        if difference:
            self.found.append(difference)
        return difference is not None

    def carry_out(self, plan: Plan) -> _Difference | None:
        """Run a plan, and return the first difference. Raises BudgetSpent if the budget does not allow it."""
        run = Sequence(self.session, self.deletions, self._before())
        for step in plan:
            if not run.conclude(step) or self.unreliable:
                return None
            if difference := self._compare({step.kind}, run, doubt=True):
                return difference
        return None

    def _before(self) -> set[str]:
        """Return the checkpoints that are listed, and those of earlier calls that may only appear later."""
        earlier = {identifier.casefold() for identifier in self.deletions.created()}
        return earlier | set(listed(self.session))

    def _compare(self, kinds: set[str], *sequences: Sequence, doubt: bool) -> _Difference | None:
        """Return how the list differs, for good, from what the sequences should have produced together.

        `kinds` are those of the steps just taken. Without `doubt`, a first reading that agrees may be short.
        """
        started = self.session.clock.monotonic()
        expected = {name: items for each in sequences for name, items in each.expected.items()}
        backoff = Backoff(self.session.clock, self._patience(), _FIRST_PAUSE)
        while (shown := sequences[0].shown(doubt=doubt, watch=self.watch)) != expected:
            doubt = True
            if not backoff.wait():
                exchanges = [exchange for each in sequences for exchange in each.exchanges]
                exchanges.sort(key=lambda exchange: exchange.number)
                evidence = (*exchanges, self.session.recorder.exchanges[-1])
                deleted = {identifier.casefold() for identifier in self.deletions.deleted}
                blamed = "delete" if deleted & shown.keys() else _culprit(kinds, expected, shown)
                return _Difference(_BREAKS[blamed], _text(expected), _text(shown), evidence)
        self._slowest = max(self._slowest, self.session.clock.monotonic() - started)
        return None

    def _patience(self) -> float:
        """Return the seconds that a difference must last, since creation and deletion are asynchronous."""
        whole = min(_APPEARANCE, self.session.target.patience)
        return min(whole, 4 * self._slowest + _FIRST_PAUSE) if self.found else whole


def _turns(plans: list[Plan]) -> list[list[tuple[int, PlanStep]]]:
    """Return the first step of each plan, then the second of each, and so on, each with its plan's place."""
    return [[(place, step) for place, step in enumerate(steps) if step] for steps in zip_longest(*plans)]


def _affordable(turns: list[list[tuple[int, PlanStep]]], creates: int) -> list[list[tuple[int, PlanStep]]]:
    """Return the turns without the plans from the step at which they exceed `creates` creates in all."""
    ended = set[int]()
    affordable: list[list[tuple[int, PlanStep]]] = []
    for turn in turns:
        kept: list[tuple[int, PlanStep]] = []
        for place, step in turn:
            creates -= step.kind == "create" and place not in ended
            if creates < 0 and step.kind == "create":
                ended.add(place)
            if place not in ended:
                kept.append((place, step))
        affordable.append(kept)
    return [turn for turn in affordable if turn]


def _one_after_another(taken: list[tuple[int, PlanStep]]) -> Plan:
    """Return steps of several plans as one plan, in which a deletion names the same create as before."""
    steps: list[PlanStep] = []
    created: defaultdict[int, list[int]] = defaultdict(list)
    for place, step in taken:
        if step.kind == "create":
            created[place].append(_creates(steps))
        number = created[place][step.number] if step.kind == "delete" else step.number
        steps.append(PlanStep(step.kind, number))
    return tuple(steps)


def _culprit(kinds: set[str], expected: _List, shown: _List) -> str:
    """Return the kind of step that most likely caused a difference."""
    surplus = shown.keys() - expected.keys()
    order = ("refuse", "create", "delete") if surplus else ("delete", "create", "refuse")
    return next(kind for kind in order if kind in kinds)


def _creates(steps: Iterable[PlanStep]) -> int:
    return sum(step.kind == "create" for step in steps)


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


def _text(model: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(items)}" for name, items in model.items()) or "no checkpoint"
