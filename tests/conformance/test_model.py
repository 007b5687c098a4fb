"""The model-based run finds what no single call shows, and shows it by the shortest sequence."""

from __future__ import annotations

from checkpoint_conformance.outcome import Outcome, Verdict
from checkpoint_conformance.runner import run
from checkpoint_conformance.target import Target
from mutants.server import Server, running
from mutants.world import Checkpoint


class _ForgetsTheNext(Server):
    """The deletion of a checkpoint takes the items of the one created after it along."""

    def remove(self, checkpoint: Checkpoint) -> None:
        super().remove(checkpoint)
        for each in list(self.store.checkpoints):
            if each.number == checkpoint.number + 1:
                super().remove(each)


def test_a_fault_of_sequences_is_found_and_shrunk() -> None:
    """Two calls and the deletion of the first are what it takes, and the evidence is no longer than that."""
    with running(_ForgetsTheNext) as table:
        result = run(Target.from_table({**table, "patience": 0.3, "settle_within": 2.0, "max_creates": 200}))
    assert result.verdict is Verdict.NOT_CONFORMANT
    (failed,) = [each for each in result.results if each.outcome is Outcome.FAIL]
    assert failed.requirement.id == "DEL-1"
    (finding,) = [each for each in failed.findings if each.symptom == "model-differs"]
    calls = [(each.request.method, each.status) for each in finding.exchanges if each.request.method != "GET"]
    assert calls == [("POST", 200), ("POST", 200), ("DELETE", 200)]
