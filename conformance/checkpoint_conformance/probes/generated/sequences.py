"""Plans of sequences of calls, refusals and deletions, drawn and shrunk by Hypothesis."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from checkpoint_conformance.probes.generated.hypothesis_settings import same_everywhere
from checkpoint_conformance.probes.generated.inputs import REFUSALS, SHAPES, Plan, PlanStep

__all__ = ["generate_plans", "search"]

_SEED, _STEPS = 11, 7
"""Of 240 pairs tried, the one whose first sequences cover the most kinds of adjacent steps in ten creates."""
_SEQUENCES = 20


class _DifferenceError(AssertionError):
    """The server and the model disagree; Hypothesis shrinks the steps that led to it."""


def generate_plans(*, deletes: bool) -> tuple[Plan, ...]:
    """Return the plans that Hypothesis draws if none shows a difference."""
    plans: list[Plan] = []

    def keep(plan: Plan) -> bool:
        plans.append(plan)
        return False

    search(keep, deletes=deletes)
    return tuple(plans)


def search(differs: Callable[[Plan], bool], *, deletes: bool) -> None:
    """Draw plans until one differs, and shrink it; `differs` must be consistent for the same plan."""
    options = settings(
        max_examples=_SEQUENCES,
        stateful_step_count=_STEPS,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        print_blob=False,
    )
    members = {"differs": staticmethod(differs), "deletes": deletes}
    machine = seed(_SEED)(type("Sequences", (_Machine,), members))
    try:
        with same_everywhere():
            run_state_machine_as_test(machine, settings=options)
    except _DifferenceError:
        return


class _Machine(RuleBasedStateMachine):
    """Plans a sequence step by step, and asks whether the server differs in it."""

    differs: ClassVar[Callable[[Plan], bool]]
    deletes: ClassVar[bool]

    def __init__(self) -> None:
        super().__init__()
        self.plan: list[PlanStep] = []

    @rule(number=st.integers(0, SHAPES - 1))
    def create(self, number: int) -> None:
        self.plan.append(PlanStep("create", number))

    @rule(number=st.integers(0, REFUSALS - 1))
    def refuse(self, number: int) -> None:
        self.plan.append(PlanStep("refuse", number))

    @precondition(lambda self: self.deletes)
    @rule(number=st.integers(0, _STEPS - 1))
    def delete(self, number: int) -> None:
        created = sum(step.kind == "create" for step in self.plan)
        if created:
            self.plan.append(PlanStep("delete", number % created))

    def teardown(self) -> None:
        # Hypothesis also calls this when it cuts a sequence short, and then ignores the result.
        if sys.exception() is None and type(self).differs(tuple(self.plan)):
            raise _DifferenceError
