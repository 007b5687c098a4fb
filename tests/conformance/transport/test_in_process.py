"""The in-process transport and the virtual clock: what a run sees of them is what it sees of sockets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.transport.clock import VirtualClock
from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.exchange import Exchange, FaultKind, Request, Response, TransportFault
from checkpoint_conformance.transport.in_process import InProcessTransport
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.verdict.outcome import Outcome
from mutants.service.server import Server, running

from conformance.runs import target_of

if TYPE_CHECKING:
    from checkpoint_conformance.transport.connection import Connection, Transport

GET = Request("GET", "/v1/x")
OK = Response(200, (), b"{}")
UNAVAILABLE = Response(503, (("Content-Type", "application/json"),), b"{}")


def history(transport: Transport) -> list[tuple[int, int, bool, bool]]:
    """Return number, length, use and reuse of two connections, before and after what they carry."""

    def state(connection: Connection) -> tuple[int, int, bool, bool]:
        return connection.number, len(connection.requests), connection.used, connection.reusable

    seen = []
    with transport.connect() as first, transport.connect() as second:
        seen.append(state(first))
        for connection in (first, first, second):
            exchange = connection.exchange(GET)
            assert (exchange.status, exchange.connection) == (404, connection.number)
            seen.append(state(connection))
        assert first.stays_open(0.01)
        first.close()
        seen.append((second.number, len(second.requests), second.used, second.reusable))
    return seen


def test_both_transports_keep_the_same_of_their_connections() -> None:
    """Numbers begin with 1 in each transport, whatever was connected before."""
    with running(Server) as table:
        endpoint = Endpoint(table["url"], proxy="")
        expected = history(SocketTransport(endpoint, 10))
        assert history(SocketTransport(endpoint, 10)) == expected
    assert history(InProcessTransport(lambda _: Response(404, (), b"{}"))) == expected


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, (("Connection", "close"),), b"{}"),
        Response(200, (("connection", "x, Close"),), b"{}"),
        Response(200, (), b"{}", http_version="1.0"),
        TransportFault(FaultKind.DROPPED, "the connection was closed without a response"),
    ],
    ids=["close", "among-others", "http-1.0", "fault"],
)
def test_an_answer_may_end_an_in_process_connection(answer: Response | TransportFault) -> None:
    """It carries nothing more then (RFC 9112, 9.3)."""
    with InProcessTransport(lambda _: answer).connect() as connection:
        exchange = connection.exchange(GET)
        assert answer in (exchange.response, exchange.fault)
        assert connection.used
        assert not connection.reusable
        assert not connection.stays_open(0)


def exchanged(needed: float, timeout: float) -> Exchange:
    """Return an exchange for which a function lets so many seconds pass, on a clock that begins at 1000."""
    clock = VirtualClock(1000.0)

    def respond(_: Request) -> Response:
        clock.sleep(needed)
        return OK

    return InProcessTransport(respond, timeout, clock).connect().exchange(GET)


@pytest.mark.parametrize("needed", [0.0, 2.5, 5.0])
def test_an_in_process_answer_takes_the_time_of_the_clock(needed: float) -> None:
    """Within the timeout it is an answer."""
    exchange = exchanged(needed, 5.0)
    assert (exchange.response, exchange.started, exchange.elapsed) == (OK, 1000.0, needed)


def test_an_in_process_answer_may_come_too_late() -> None:
    """The clock decides, and what came late is not shown."""
    exchange = exchanged(5.1, 5.0)
    assert exchange.response is None
    assert exchange.fault is not None
    assert exchange.fault.kind is FaultKind.TIMEOUT
    assert exchange.elapsed == 5.0


def test_a_virtual_clock_counts_the_sleeps_of_all_threads() -> None:
    """No sleep is lost, and none takes time."""
    clock = VirtualClock(7.0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(clock.sleep, [0.25] * 4000))
    assert (clock.monotonic(), clock.time()) == (1000.0, 1007.0)
    with pytest.raises(ValueError, match="negative"):
        clock.sleep(-1)


def test_a_run_needs_neither_socket_nor_time() -> None:
    """It waits for a server that is never available, as long as its patience says, and sends nothing."""
    with running(Server) as table:
        target = target_of(table, patience=3600.0, url="http://nobody.invalid")
    clock = VirtualClock()
    transport = InProcessTransport(lambda _: UNAVAILABLE, target.timeout, clock)
    result = run(target, Options(max_examples=1), transport=transport, clock=clock)
    assert 1800 < result.elapsed <= 3600
    (documented,) = [each for each in result.results if each.requirement.id == "REQ-1"]
    assert (documented.outcome, documented.findings) == (Outcome.INCONCLUSIVE, ())
