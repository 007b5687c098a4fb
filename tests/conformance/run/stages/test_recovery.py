"""A server is locked only if valid calls go on failing (HTTP-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.verdict.outcome import Outcome
from mutants.framework.verifying import verify
from mutants.service.refusals import refuse
from mutants.service.server import Server

if TYPE_CHECKING:
    from mutants.service.refusals import Condition
    from mutants.service.schema import Call
    from mutants.service.wire import Request, Response
    from mutants.service.world import Checkpoint, Policy, Resource


class Stunned(Server):
    """After 40 refusals, as many valid calls fail as `failures` says."""

    failures = 0

    def __init__(self) -> None:
        super().__init__()
        self.refusals = 0
        self.left = self.failures

    def refused(self, request: Request, condition: Condition) -> Response:
        """Count the refusals."""
        self.refusals += 1
        return super().refused(request, condition)

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        """Fail while any failure is left."""
        if self.refusals >= 40 and self.left:
            self.left -= 1
            refuse("internal-error")
        return super().make(call, policy, resources)


@pytest.mark.parametrize(("failures", "ends"), [(3, False), (10_000, True)])
def test_a_run_ends_only_if_valid_calls_go_on_failing(failures: int, ends: bool) -> None:
    """Valid calls that fail after refusals count against HTTP-6; the run goes on once one is accepted."""
    behaviour = type("Behaviour", (Stunned,), {"failures": failures})
    record = verify(behaviour, profiles=[])
    outcomes = {result.requirement.id: result.outcome for result in record.results}
    assert (bool(record.gone), outcomes["HTTP-6"]) == (ends, Outcome.FAIL)
