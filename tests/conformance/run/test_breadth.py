"""A small budget shows a little of everything, says what it left out, and never passes what it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.run.limits.allotment import Want, allot
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.schedule import enough
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from hypothesis import given
from hypothesis import strategies as st
from mutants.catalogue import mutant
from mutants.framework.in_process import InProcess
from mutants.framework.verifying import verify
from mutants.service.server import Server

from conformance.runs import target_of

if TYPE_CHECKING:
    from checkpoint_conformance.run.record import RunRecord

SMALL = 25
CORE = frozenset[str]()


def conforming(**changes: object) -> RunRecord:
    """Run the core of the suite against a conforming server."""
    transport = InProcess(Server)
    target = target_of(transport.target, profiles=CORE, **changes)
    return run(target, Options(max_examples=1), transport=transport, clock=transport.clock)


@given(
    wants=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=6), available=st.integers(0, 90)
)
def test_every_stage_gets_its_first_calls_before_any_gets_more(
    wants: list[tuple[int, int]], available: int
) -> None:
    """Nothing is lost or invented, and a stage has more than its least only if all have their least."""
    stages = [Want(str(place), calls, least) for place, (calls, least) in enumerate(wants)]
    given_calls = allot(stages, available)
    least = {stage.stage: min(stage.least, stage.calls) for stage in stages}
    assert sum(given_calls.values()) == min(available, sum(calls for calls, _ in wants))
    assert all(given_calls[stage.stage] <= stage.calls for stage in stages)
    if any(given_calls[name] > least[name] for name in least):
        assert all(given_calls[name] >= least[name] for name in least)
        rounds = [
            (given_calls[each.stage] - least[each.stage]) / max(each.least, 1)
            for each in stages
            if given_calls[each.stage] < each.calls
        ]
        assert not rounds or max(rounds) - min(rounds) <= 1


def test_every_must_of_core_is_exercised_with_a_small_budget() -> None:
    """On a conforming server 25 checkpoints suffice for a look at every MUST; the verdict is partial."""
    result = conforming(max_creates=SMALL)
    musts = [each for each in result.declared if each.requirement.level == "MUST"]
    assert [each.requirement.id for each in musts if not each.exercised] == []
    assert result.verdict is Verdict.PARTIAL
    assert result.created <= SMALL


def test_the_number_that_is_enough_is_enough_and_one_less_is_not() -> None:
    """What the report and `target check` name is computed, and holds to the last call."""
    needed = enough(target_of(InProcess(Server).target, profiles=CORE))
    assert conforming(max_creates=needed).verdict is Verdict.CONFORMANT
    less = conforming(max_creates=needed - 1)
    assert less.verdict is Verdict.PARTIAL
    assert less.enough == needed
    spent = [each for each in less.declared if each.reason is SkipReason.BUDGET_SPENT]
    assert spent
    assert all(each.detail.endswith(f"{needed} is enough") for each in spent)
    assert needed <= Target.max_creates


@pytest.mark.parametrize("name", ["auto-trigger-true-alone-refused", "any-list-refused"])
def test_a_fault_that_no_call_was_left_for_is_never_passed(name: str) -> None:
    """A requirement of which calls were left out is skipped as budget-spent, and the verdict is partial."""
    result = verify(mutant(name).behaviour, profiles=[], max_creates=SMALL)
    charged = {each.requirement.id: each for each in result.results}[mutant(name).requirement]
    assert (charged.outcome, charged.reason) == (Outcome.SKIP, SkipReason.BUDGET_SPENT)
    assert result.verdict is Verdict.PARTIAL
    assert verify(mutant(name).behaviour, profiles=[]).verdict is Verdict.NOT_CONFORMANT


def test_three_accepted_faults_are_enough_for_a_must() -> None:
    """Each that is accepted costs a backup, so no more are sent, unless all are asked for."""

    class Gullible(Server):
        """A server that takes any value for `auto_trigger`."""

        def read_auto_trigger(self, value: object) -> bool:
            """Take it for true or false."""
            return bool(value)

    accepted: list[int] = []
    for thorough in (False, True):
        transport = InProcess(Gullible)
        target = target_of(transport.target, profiles=CORE)
        options = Options(max_examples=1, thorough=thorough)
        result = run(target, options, transport=transport, clock=transport.clock)
        assert result.verdict is Verdict.NOT_CONFORMANT
        accepted.append(result.ledger.accepted("REQ-11"))
    assert accepted[0] == 3
    assert accepted[1] > 10
