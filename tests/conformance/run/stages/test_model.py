"""The model-based run finds what no single call shows, and shows it by the shortest sequence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.probes.generated.sequences import generate_plans
from checkpoint_conformance.run.session import open_session
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.run.stages.model import model_run
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from mutants.framework.verifying import with_server
from mutants.service.server import Server
from mutants.service.world import POLICY, Checkpoint, Resource

from conformance.runs import Forgetting

if TYPE_CHECKING:
    from checkpoint_conformance.run.session import Session
    from checkpoint_conformance.transport.clock import Clock
    from mutants.framework.in_process import InProcess


class _ForgetsOnce(Forgetting):
    """The first deletion that leaves a checkpoint behind takes that along, and no later one does."""

    def __init__(self) -> None:
        super().__init__()
        self.forgot = False

    def remove(self, checkpoint: Checkpoint) -> None:
        if self.forgot:
            Server.remove(self, checkpoint)
        else:
            before = len(self.store.checkpoints)
            super().remove(checkpoint)
            self.forgot = len(self.store.checkpoints) < before - 1


class _Keeping(Server):
    """A deletion is answered 200 and does nothing."""

    def remove(self, checkpoint: Checkpoint) -> None:
        """Leave everything as it is."""


class _Returning(Server):
    """A deleted checkpoint is in the list again once another is made."""

    def __init__(self) -> None:
        super().__init__()
        self.removed: dict[str, int] = {}

    def remove(self, checkpoint: Checkpoint) -> None:
        """Hide it as long as it is the newest."""
        self.removed[checkpoint.id] = self.store.made

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        """Show nothing of what was removed, until a number was given since."""
        hidden = self.removed.get(checkpoint.id) == self.store.made
        return () if hidden else checkpoint.resources


def _run(
    behaviour: type[Server], max_creates: int = 120, lost: bytes | None = None
) -> tuple[list[Finding], list[tuple[str, str, bytes]]]:
    """Return the findings of a model-based run, and what was sent but for the looks at the list.

    A call with the body `lost` was sent twice before, and got a response only the second time.
    """

    def use(table: dict[str, Any], transport: InProcess | None, clock: Clock) -> Session:
        target = Target.from_table({**table, "patience": 0.3, "max_creates": max_creates})
        session = open_session(target, transport=transport, clock=clock)
        if lost is not None:
            request = session.calls.post(lost)
            session.recorder.exchanges.append(Exchange(request, None, None, 0.0, 0.0))
            session.client.send(request)
        model_run(session, Deletions(session), generate_plans(deletes=True))
        return session

    session = with_server(behaviour, use)
    sent = [
        (exchange.request.method, exchange.request.path.partition("?")[0], exchange.request.body)
        for exchange in session.recorder.exchanges
        if exchange.request.method == "POST"
    ]
    return session.ledger.findings, sent


def _calls(finding: Finding) -> list[tuple[str, int | None]]:
    return [(each.request.method, each.status) for each in finding.exchanges if each.request.method != "GET"]


def test_a_fault_of_sequences_is_found_and_shrunk() -> None:
    """Two calls and the deletion of the first are what it takes, and the evidence is no longer than that."""
    (finding,), _ = _run(Forgetting)
    assert (finding.requirement, finding.symptom, finding.confirmed) == ("DEL-1", "model-differs", True)
    assert _calls(finding) == [("POST", 200), ("POST", 200), ("DELETE", 200)]


@pytest.mark.parametrize("max_creates", [20, 30, 57])
def test_a_difference_is_shrunk_on_any_budget(max_creates: int) -> None:
    """A sequence has the same verdict at each look, although less of the budget is left then."""
    (finding,), _ = _run(_Keeping, max_creates)
    assert (finding.requirement, finding.confirmed) == ("DEL-1", True)
    assert _calls(finding) == [("POST", 200), ("DELETE", 200)]


def test_a_deletion_that_is_undone_later_is_the_deletions_fault() -> None:
    """What comes back after another call is charged to DEL-1, not to the call (OBS-1)."""
    (finding,), _ = _run(_Returning)
    assert (finding.requirement, finding.confirmed) == ("DEL-1", True)


def test_a_difference_that_shows_only_once_is_not_confirmed() -> None:
    """What another user of the project did is not held against the server."""
    (finding,), _ = _run(_ForgetsOnce)
    assert (finding.requirement, finding.confirmed) == ("DEL-1", False)


@pytest.mark.parametrize("behaviour", [Server, pytest.param(Forgetting, marks=pytest.mark.matrix)])
def test_the_same_sequences_are_drawn_each_time(behaviour: type[Server]) -> None:
    """Two runs against a server of the same behaviour create in the same way, in the same order."""
    assert _run(behaviour)[1] == _run(behaviour)[1]


def test_a_server_that_agrees_is_left_in_peace() -> None:
    """No finding comes of a server that does as the model does."""
    findings, sent = _run(Server)
    assert not findings
    assert len(sent) > 30


def test_a_lost_call_that_is_refused_otherwise_creates_nothing() -> None:
    """A server that closes a connection while an invalid call is under way is compared with the model."""
    (finding,), _ = _run(Forgetting, lost=b"{")
    assert (finding.requirement, finding.confirmed) == ("DEL-1", True)


def test_a_lost_call_that_may_have_created_leaves_the_list_unknown() -> None:
    """What the list should hold is unknown after a valid call without a response: no sequence is run."""
    body = json.dumps({"checkpoint": {"plan_id": POLICY.id, "parameters": {}}}).encode()
    findings, sent = _run(Forgetting, lost=body)
    assert not findings
    assert [each[2] for each in sent] == [body, body]
