"""The budget: whatever the server does and whatever ends the run, no more is created than allowed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from checkpoint_conformance.run.limits.budget import Budget, BudgetSpent
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.run.stages import concurrency
from checkpoint_conformance.transport.in_process import InProcessTransport
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.verdict.outcome import Verdict
from mutants.framework.verifying import with_server
from mutants.service.server import Server, running

from conformance.runs import target_of, verify

if TYPE_CHECKING:
    from checkpoint_conformance.run.record import RunRecord
    from checkpoint_conformance.transport.clock import Clock
    from checkpoint_conformance.transport.exchange import Request
    from mutants.framework.in_process import InProcess
    from mutants.service.world import Checkpoint

CORE = frozenset[str]()


class Counting(Server):
    """The conforming server, which knows how many checkpoints it ever made."""

    made: list[str]

    def make(self, *arguments: Any) -> Checkpoint:
        """Count the creation."""
        checkpoint = super().make(*arguments)
        self.made.append(checkpoint.id)
        return checkpoint


class Gullible(Counting):
    """A server that creates a checkpoint for whatever is sent to it by a method that is not safe."""

    def respond(self, request: Any) -> Any:
        """Answer 200 with a new checkpoint that nobody asked for."""
        if request.method in ("GET", "HEAD", "OPTIONS", "DELETE"):
            return super().respond(request)
        number = self.store.next_number()
        self.made.append(str(number))
        return self.json(200, {"checkpoint": {"id": self.new_id(number)}})


class Losing(Counting):
    """A server that creates and drops the connection whenever a call is not the first on it."""

    def created(self, checkpoint: Checkpoint) -> Any:
        """Break off after the creation."""
        if checkpoint.call.request.connection.accepted:
            raise ConnectionAbortedError
        return super().created(checkpoint)


def counting(behaviour: type[Counting]) -> type[Counting]:
    """Return a server of the kind with a count of its own."""
    return type("Own", (behaviour,), {"made": []})


@pytest.mark.parametrize("behaviour", [Counting, Gullible, Losing])
@pytest.mark.parametrize("limit", [1, 2, 5, 20, 90])
def test_a_run_never_creates_more_than_it_may(behaviour: type[Counting], limit: int) -> None:
    """The server's own count stays within `max_creates`, and the run comes to an end."""
    server = counting(behaviour)

    def use(table: dict[str, Any], transport: InProcess | None, clock: Clock) -> RunRecord:
        server.made.clear()
        target = target_of(table, max_creates=limit, profiles=CORE)
        return run(target, Options(max_examples=1), transport=transport, clock=clock)

    result = with_server(server, use)
    assert 1 <= len(server.made) <= limit
    assert len(server.made) <= result.created <= limit
    if behaviour is Counting:
        assert result.verdict is (Verdict.CONFORMANT if limit == 90 else Verdict.PARTIAL)
    else:
        assert result.verdict is not Verdict.CONFORMANT


class Unframed(Server):
    """A server whose refusals have no end that a client could know, so that each may have been accepted."""

    def send(self, request: Any, response: Any) -> None:
        """Break off a refusal in the head."""
        if response.status < 400:
            super().send(request, response)
        else:
            request.connection.socket.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: -1\r\n\r\n")
            response.close = True


def test_a_group_of_refusals_may_spend_the_budget() -> None:
    """The lists are read all the same, without the valid call beside them, and the run comes to its end."""
    with running(Unframed) as table:
        target = target_of(table, max_creates=90, timeout=2, profiles=frozenset({"observation"}))
        result = run(target, Options(max_examples=1))
    assert (result.fault, result.ended, result.gone) == ("", "", "")
    assert result.created == 90
    assert result.verdict is Verdict.NOT_CONFORMANT


@pytest.mark.parametrize("after", [1, 4, 15])
def test_an_interruption_leaves_the_count_right(after: int) -> None:
    """An exception in the middle of the run gives no place back that was used."""
    server = counting(Counting)

    watched: list[Session] = []

    def watch(session: Session) -> None:
        watched.append(session)
        if len(session.recorder.exchanges) >= after:
            raise KeyboardInterrupt

    with running(server) as table:
        target = target_of(table, max_creates=20, profiles=CORE)
        record = run(target, Options(max_examples=1), watch=watch)
        assert record.ended == "interrupted"
        assert record.verdict is Verdict.INCONCLUSIVE
        session = watched[-1]
        assert len(server.made) <= session.budget.created <= 20
        assert session.budget.remaining == 20 - session.budget.created


def test_an_interruption_while_the_answer_is_awaited_counts_as_created() -> None:
    """Nobody knows what became of a call whose answer was not read, so it is counted."""
    server = counting(Counting)
    with running(server) as table:
        target = target_of(table, max_creates=2)

        def respond(request: Request) -> NoReturn:
            """Have the server do it, and be interrupted."""
            with SocketTransport(target.endpoint(), target.timeout).connect() as connection:
                connection.exchange(request)
            raise KeyboardInterrupt

        session = open_session(target, transport=InProcessTransport(respond))
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                session.client.transmit(session.calls.call(session.calls.documented))
        with pytest.raises(BudgetSpent, match="max_creates = 2 is used up"):
            session.client.transmit(session.calls.call(session.calls.documented))
    assert len(server.made) == session.budget.created == 2


def test_advice_costs_three_checkpoints_at_most() -> None:
    """A server that takes unknown members, as it may, creates for three of the requests that try it."""

    class Tolerant(Server):
        """A server that ignores unknown members."""

        def check_unknown(self, *_: Any) -> None:
            """Ignore them."""

    result = verify(Tolerant, profiles=CORE)
    assert result.verdict is Verdict.CONFORMANT
    assert result.ledger.accepted("REQ-14") == 3


def test_concurrent_calls_share_one_budget() -> None:
    """Thirty-two threads that ask at the same moment get exactly as many places as there are."""
    budget = Budget(7)
    barrier = threading.Barrier(32)

    def take(_: int) -> bool:
        barrier.wait()
        try:
            budget.reserve()
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(take, range(32))) == 7
    assert budget.remaining == 0
    budget.settle(created=False)
    assert (budget.remaining, budget.created) == (1, 0)
    budget.settle(created=True)
    assert (budget.remaining, budget.created) == (1, 1)


def test_what_appeared_beyond_the_limit_leaves_nothing() -> None:
    """Checkpoints that no accepted call explains may exceed the limit; what remains is then 0, not less."""
    budget = Budget(3)
    budget.charge(5)
    assert (budget.remaining, budget.spare, budget.has_spare) == (0, 0, False)
    with pytest.raises(BudgetSpent):
        budget.reserve()


def test_a_refused_call_costs_nothing() -> None:
    """Only what may have created a checkpoint is counted; a GET never does."""
    with running(Server) as table:
        session = open_session(target_of(table, max_creates=1))
        for _ in range(3):
            session.client.transmit(session.calls.post(b"{"))
            session.client.transmit(session.calls.request("GET", session.calls.path()))
        assert session.budget.remaining == 1
        assert session.client.transmit(session.calls.call(session.calls.documented)).status == 200
        assert session.budget.remaining == 0
        assert session.client.transmit(session.calls.request("GET", session.calls.path())).status == 405


class _Interrupted(ThreadPoolExecutor):
    """A pool in which Ctrl+C arrives while calls are being handed out."""

    def submit(self, *args: Any, **options: Any) -> NoReturn:
        """Hand out one call, and be interrupted."""
        super().submit(*args, **options)
        raise KeyboardInterrupt


def test_an_interrupt_ends_the_calls_that_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that are to start together do not wait for those that were never made."""
    monkeypatch.setattr(concurrency, "ThreadPoolExecutor", _Interrupted)
    with running(Server) as table, pytest.raises(KeyboardInterrupt):
        concurrency.concurrent_calls(open_session(target_of(table)))
