"""Requests that do not depend on each other travel side by side, and nothing but the time shows it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.reports.report import build_report
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import open_session
from checkpoint_conformance.run.stages.concurrency import MOST_AT_ONCE
from checkpoint_conformance.transport.exchange import Context
from hypothesis import given, settings
from hypothesis import strategies as st
from mutants.catalogue import mutant
from mutants.framework.in_process import InProcess
from mutants.framework.verifying import verify
from mutants.service.refusals import CONDITIONS
from mutants.service.server import Server, running

from conformance.runs import target_of

if TYPE_CHECKING:
    from checkpoint_conformance.run.record import RunRecord
    from mutants.service.wire import Request, Response

CORE = frozenset[str]()
MANY = (1, 4, 16)
SAMPLE = (
    "body-unread-after-unauthorised",
    "auto-trigger-false-alone-refused",
    "allow-absent",
    "put-like-post",
)
"""Mutants over a socket and in process, of faults in connections, acceptance, refusal and advice."""


def record(behaviour: type[Server], connections: int, **changes: Any) -> RunRecord:
    """Run the core of the suite over a socket, with that many connections."""
    with running(behaviour) as table:
        target = target_of(table, profiles=CORE, connections=connections, **changes)
        return run(target, Options(max_examples=1))


def outcomes(result: RunRecord) -> dict[str, str]:
    """Return the outcome of each requirement."""
    return {each.requirement.id: each.outcome.value for each in result.results}


def test_the_same_bytes_are_sent_on_any_number_of_connections() -> None:
    """One, four and sixteen connections carry the same requests, recorded in the same order."""
    runs = [record(Server, connections) for connections in MANY]
    first = [exchange.request for exchange in runs[0].exchanges]
    for other in runs[1:]:
        sent = [exchange.request for exchange in other.exchanges]
        assert Counter(sent) == Counter(first)
        alone = [each.context is not Context.CONNECTION_AND_TIME for each in other.exchanges]
        assert [sent for sent, side in zip(sent, alone, strict=True) if side] == [
            each.request for each in runs[0].exchanges if each.context is not Context.CONNECTION_AND_TIME
        ]
        assert outcomes(other) == outcomes(runs[0])


def test_few_requests_travel_alone() -> None:
    """Of a run with every profile, only what depends on the answer before it waits for that answer."""
    contexts = Counter(exchange.context for exchange in verify(Server, connections=8).exchanges)
    assert contexts[Context.CONNECTION_AND_TIME] - MOST_AT_ONCE <= 28
    assert contexts.total() > 900


@pytest.mark.parametrize("name", SAMPLE)
def test_the_verdict_does_not_depend_on_the_connections(name: str) -> None:
    """A server whose answers do not depend on counting calls is charged alike with 1, 4 and 16."""
    told = [outcomes(verify(mutant(name).behaviour, connections=each, profiles=[])) for each in MANY]
    assert told[0] == told[1] == told[2]


def posts(session: Any, count: int) -> list[tuple[Any, ...]]:
    """Return that many refused calls, each a chain of its own."""
    return [(session.calls.post({"number": number}),) for number in range(count)]


def test_exchanges_are_recorded_in_the_order_of_the_plan() -> None:
    """However the answers arrive, the exchanges are numbered as their requests were given."""
    with running(Server) as table:
        session = open_session(target_of(table, connections=8))
        chains = posts(session, 30)
        with Lanes(session.client) as lanes:
            answers = lanes.carry(chains)
    assert [received[0].request for received in answers] == [chain[0] for chain in chains]
    assert [received[0].number for received in answers] == list(range(1, 31))
    assert 2 <= len({received[0].connection for received in answers}) <= 8


class Limiting(Server):
    """A server that allows no call for a while after the tenth."""

    def __init__(self) -> None:
        """Start counting."""
        super().__init__()
        self.calls = 0

    def respond(self, request: Request) -> Response:
        """Answer the tenth call with a 429."""
        self.calls += 1
        if self.calls == 10:
            response = self.refused(request, CONDITIONS["too-many-requests"])
            response.header("Retry-After", "7")
            return response
        return super().respond(request)


def test_a_429_stops_all_lanes_and_halves_them() -> None:
    """Nothing follows before the time that the server asked for, and then on half as many connections."""
    transport = InProcess(Limiting)
    target = target_of(transport.target, connections=8)
    session = open_session(target, transport=transport, clock=transport.clock)
    with Lanes(session.client) as lanes:
        answers = lanes.carry(posts(session, 30))
        assert [len(received) for received in answers] == [1] * 10 + [0] * 20
        before = transport.clock.monotonic()
        lanes.carry(posts(session, 1))
    assert transport.clock.monotonic() - before >= 7
    assert (session.client.lanes, session.client.narrowed) == (4, "the server limits requests (429)")


@settings(max_examples=20)
@given(limit=st.integers(1, 40), connections=st.integers(1, 16), chains=st.integers(1, 40))
def test_the_budget_holds_on_any_number_of_connections(limit: int, connections: int, chains: int) -> None:
    """As many calls are accepted as there are places, and not one more."""
    transport = InProcess(Server)
    target = target_of(transport.target, connections=connections, max_creates=limit)
    session = open_session(target, transport=transport, clock=transport.clock)
    valid = session.calls.call(session.calls.documented)
    with Lanes(session.client) as lanes:
        answers = lanes.carry([(valid,)] * chains)
    assert sum(len(received) for received in answers) == min(limit, chains)
    assert session.budget.created == min(limit, chains)


def test_a_conflict_leaves_one_connection_and_the_report_says_so() -> None:
    """A target that declares the profile conflict is never asked two things at once."""
    with running(Server) as table:
        target = target_of(table, connections=8, profiles=frozenset({"conflict"}))
        session = open_session(target)
    assert (session.client.lanes, session.client.wave) == (1, 1)
    assert session.client.narrowed == "the target declares the profile conflict"


def test_the_terminal_says_why_there_is_one_connection() -> None:
    """A policy found to be running gets one request at a time from then on, and the reader learns why."""

    class Running(Server):
        """A server that refuses the second call, as of a policy that is running."""

        calls = 0

        def respond(self, request: Request) -> Response:
            """Refuse the second call once."""
            self.calls += 1
            return (
                self.refused(request, CONDITIONS["running-by-hand"])
                if self.calls == 2
                else super().respond(request)
            )

    transport = InProcess(Running)
    target = target_of(transport.target, profiles=CORE)
    built = build_report(run(target, Options(max_examples=1), transport=transport, clock=transport.clock))
    assert built["connections"] | {"side_by_side": 0} == {
        "allowed": 4,
        "used": 1,
        "reason": "a running policy refused a call",
        "side_by_side": 0,
    }
    told = terminal(built)
    assert "Parallel connections: 1, because a running policy refused a call" in told
