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
"""The pair, of 240 tried, whose first sequences hold the most kinds of neighbouring steps for ten creates."""
_SEQUENCES = 20


class _DifferenceError(AssertionError):
    """The server and the model disagree; Hypothesis shrinks what led to it."""


def generate_plans(*, deletes: bool) -> tuple[Plan, ...]:
    """Return the plans that Hypothesis draws as long as none shows a difference."""
    plans: list[Plan] = []

    def keep(plan: Plan) -> bool:
        plans.append(plan)
        return False

    search(keep, deletes=deletes)
    return tuple(plans)


def search(differs: Callable[[Plan], bool], *, deletes: bool) -> None:
    """Draw plans until one differs, and shrink that one; `differs` gives a plan the same answer each time."""
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
    """Plans a sequence, step by step, and asks whether the server differs in it."""

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
        # Hypothesis also tears down where it breaks a sequence off, and takes no verdict on that.
        if sys.exception() is None and type(self).differs(tuple(self.plan)):
            raise _DifferenceError
