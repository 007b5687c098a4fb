"""The model-based run: sequences of calls, refusals and deletions, held against a model after every step.

Hypothesis draws the sequences and shrinks one that shows a difference to the shortest that still does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from checkpoint_conformance.budget import BudgetSpent
from checkpoint_conformance.calls import ABSENT, Call
from checkpoint_conformance.exchange import Exchange, Request
from checkpoint_conformance.finding import Finding
from checkpoint_conformance.profiles.lists import ListError, checkpoint_items
from checkpoint_conformance.profiles.observation import created_checkpoint
from checkpoint_conformance.session import Session

__all__ = ["model_run"]

_FEWEST, _MOST = 4, 40
"""Sequences that are drawn, by what the budget leaves."""
_STEPS = 8
_FIRST_PAUSE = 0.02
_APPEARANCE = 10.0
_REQUIREMENTS = ("OBS-1", "OBS-2", "DEL-1")


class _DifferenceError(AssertionError):
    """The server and the model disagree; Hypothesis shrinks what led to it."""


@dataclass
class _Difference:
    """The shortest sequence so far, and what it showed."""

    requirement: str
    expected: str
    actual: str
    sequence: tuple[Exchange, ...]


def model_run(session: Session, announce: Callable[[str], None]) -> None:
    """Run the state machine within what the budget leaves; add a finding for a difference.

    A difference that shows only once, such as another user's call, stays unconfirmed. Raises ServerGone.
    """
    if session.budget.remaining <= session.reserve or any(map(session.ledger.failed, _REQUIREMENTS)):
        announce("no model-based run: the budget is spent, or single calls already differ")
        return
    rig = _Rig.of(session)
    options = settings(
        max_examples=min(max((session.budget.remaining - session.reserve) // 2, _FEWEST), _MOST),
        stateful_step_count=_STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        print_blob=False,
    )
    try:
        run_state_machine_as_test(type("Sequences", (_Model,), {"rig": rig}), settings=options)
    except (_DifferenceError, Flaky):
        if not rig.found:
            raise
        difference = rig.found[-1]
        session.ledger.add(
            Finding(
                difference.requirement,
                "model-differs",
                f"{difference.requirement}/model",
                difference.expected,
                difference.actual,
                difference.sequence,
                confirmed=len(rig.found) > 1,
            )
        )


@dataclass(frozen=True)
class _Rig:
    """What every sequence of one run shares."""

    session: Session
    shapes: tuple[Call, ...]
    refused: dict[str, Request]
    found: list[_Difference]

    @classmethod
    def of(cls, session: Session) -> _Rig:
        calls = session.calls
        some, first = calls.documented, calls.target.resources[0]
        refused = {
            "wrong type": calls.post(calls.changed(plan_id=None)),
            "no token": calls.post(calls.body(some), token=None),
            "unknown policy": calls.post(calls.changed(plan_id=calls.unknown_id("policy"))),
            "another content type": calls.post(calls.body(some), content_type="text/plain"),
            "a resource outside": calls.post(
                calls.changed_parameters(resources=[first, calls.unknown_id("resource")])
            ),
        }
        shapes = (some, Call(ABSENT, ABSENT), Call(True, (first,)), Call(False, None))
        return cls(session, shapes, refused, [])


class _Model(RuleBasedStateMachine):
    """What the list shows, if every accepted call makes a checkpoint and nothing else does."""

    rig: ClassVar[_Rig]

    def __init__(self) -> None:
        super().__init__()
        self.sequence: list[Exchange] = []
        self.expected: dict[str, list[str]] = {}
        self.before = set(_listed(self.rig.session))

    # No rule depends on what is left of the budget: Hypothesis has to be able to draw a sequence twice.

    @rule(number=st.integers(0, 3))
    def create(self, number: int) -> None:
        call = self.rig.shapes[number]
        if self.rig.session.budget.remaining <= self.rig.session.reserve:
            return
        exchange = self._send(self.rig.session.calls.call(call))
        identifier = created_checkpoint(exchange) if exchange and exchange.status == 200 else None
        if identifier:
            selected = sorted(resource.casefold() for resource in call.selected(self.rig.session.target))
            self.expected[identifier.casefold()] = selected
        self._compare("OBS-1")

    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        self._send(self.rig.refused[data.draw(st.sampled_from(sorted(self.rig.refused)))])
        self._compare("OBS-2")

    @precondition(lambda self: "deletion" in self.rig.session.target.profiles)
    @rule(number=st.integers(0, _STEPS))
    def delete(self, number: int) -> None:
        if not self.expected:
            return
        identifier = list(self.expected)[number % len(self.expected)]
        calls = self.rig.session.calls
        exchange = self._send(calls.request("DELETE", f"{calls.path()}/{quote(identifier, safe='')}"))
        if exchange and exchange.status == 200:
            self.rig.session.deleted.add(identifier)
            del self.expected[identifier]
        self._compare("DEL-1")

    def _send(self, request: Request) -> Exchange | None:
        try:
            exchange = self.rig.session.send(request)
        except BudgetSpent:
            return None
        self.sequence.append(exchange)
        return exchange

    def _compare(self, requirement: str) -> None:
        """Compare, with patience: both creation and deletion are asynchronous."""
        session = self.rig.session
        deadline = time.monotonic() + min(_APPEARANCE, session.target.patience)
        pause = _FIRST_PAUSE
        while True:
            shown = {name: items for name, items in _listed(session).items() if name not in self.before}
            if shown == self.expected:
                return
            if time.monotonic() + pause > deadline:
                break
            time.sleep(pause)
            pause *= 2
        sequence = (*self.sequence, session.exchanges[-1])
        self.rig.found.append(_Difference(requirement, _shown(self.expected), _shown(shown), sequence))
        raise _DifferenceError


def _listed(session: Session) -> dict[str, list[str]]:
    """Return the resources of each checkpoint in the list of the policy; nothing where it is unreadable."""
    try:
        items, _ = checkpoint_items(session, policy_id=session.target.policy_id)
    except ListError:
        return {}
    shown: dict[str, list[str]] = {}
    for item in sorted(items, key=lambda item: str(item["resource_id"]).casefold()):
        shown.setdefault(item["checkpoint_id"].casefold(), []).append(item["resource_id"].casefold())
    return shown


def _shown(model: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(items)}" for name, items in model.items()) or "no checkpoint"
