"""A network that loses answers is told from a server that does not give them."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from checkpoint_conformance.run.record import Options, RunRecord
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange, FaultKind, Request, Response, TransportFault
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import Ledger
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from checkpoint_conformance.verdict.symptom import Symptom
from hypothesis import given
from hypothesis import strategies as st
from mutants.catalogue import mutant
from mutants.framework.lossy import LossyNetwork
from mutants.service.server import Server, running

from conformance.runs import PLENTY

pytestmark = pytest.mark.matrix

VALID = Request("POST", "/v1/x", body=b"valid")
OTHER = Request("POST", "/v1/x", body=b"other")
RESET = TransportFault(FaultKind.DROPPED, "the connection broke: Connection reset by peer")


def behind(behaviour: type[Server], seed: int, share: float, *, core: bool = False) -> RunRecord:
    """Return a run against a server behind a lossy network."""
    network = LossyNetwork(behaviour, seed, share)
    target = replace(Target.from_table(network.target), max_creates=PLENTY)
    target = replace(target, profiles=frozenset()) if core else target
    return run(target, Options(max_examples=1), transport=network, clock=network.clock)


def failed(record: RunRecord) -> list[str]:
    """Return the declared requirements that failed."""
    return [result.requirement.id for result in record.declared if result.outcome is Outcome.FAIL]


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(4))
def test_a_conforming_server_behind_a_lossy_network_is_undecided(seed: int, share: float) -> None:
    """Nothing fails however much is lost, and the verdict tells how much that was."""
    record = behind(Server, seed, share)
    assert failed(record) == []
    assert record.verdict is Verdict.INCONCLUSIVE
    told = [result.detail for result in record.declared if result.outcome is Outcome.INCONCLUSIVE]
    assert record.gone or [detail for detail in told if "requests got no complete response (" in detail]


@pytest.mark.parametrize("name", ["drop-on-invalid-utf8", "drop-on-empty-body", "ends-after-malformed-json"])
@pytest.mark.parametrize("seed", range(6))
def test_a_server_that_fails_each_time_is_found_behind_a_lossy_network(name: str, seed: int) -> None:
    """What is lost in each of so many tries is no coincidence, and is charged as on a reliable network."""
    broken = mutant(name)
    assert failed(behind(broken.behaviour, seed, 0.01, core=True)) == [broken.requirement]


def test_a_fault_in_an_answer_is_found_behind_a_lossy_network() -> None:
    """What arrives is judged as ever."""
    assert failed(behind(mutant("created").behaviour, 1, 0.02, core=True)) == ["HTTP-1"]


def lost(request: Request, number: int) -> Finding:
    """Return the finding of a request that was lost."""
    exchange = Exchange(request, None, RESET, 0.0, 0.0, number=number)
    origin = Origin("HTTP-3/x")
    return Finding("HTTP-3", Symptom.CONNECTION_DROPPED, origin, "a response", "none", (exchange,))


@pytest.mark.parametrize("reliable", [True, False])
def test_two_losses_confirm_each_other_on_a_reliable_network_alone(*, reliable: bool) -> None:
    """They fall on different requests, so elsewhere they prove nothing."""
    ledger = Ledger(reliable=reliable)
    ledger.add(lost(VALID, 1))
    ledger.add(lost(OTHER, 2))
    assert [finding.confirmed for finding in ledger.findings] == [reliable] * 2


@pytest.mark.parametrize("reliable", [True, False])
def test_a_loss_that_is_proven_counts_on_any_network(*, reliable: bool) -> None:
    """It confirms itself, and no other."""
    ledger = Ledger(reliable=reliable)
    ledger.add(replace(lost(VALID, 1), confirmed=True), proven=True)
    assert [finding.confirmed for finding in ledger.findings] == [True]


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 20))
def test_so_many_losses_in_a_row_are_no_coincidence(answered: int, others: int, own: int) -> None:
    """At the share that the other requests have lost, they happen less than once in a million runs."""
    ledger = Ledger(reliable=False)
    for number in range(answered):
        ledger.hear(Exchange(OTHER, Response(200, (), b""), None, 0.0, 0.0, number=number))
    for request in (*[OTHER] * others, *[VALID] * own):
        ledger.hear(Exchange(request, None, RESET, 0.0, 0.0))
    share = others / (answered + others)
    assert share ** ledger.tries_to_prove(VALID) <= 1e-6


# -- over sockets -------------------------------------------------------------------------------------


class _Forwarder:
    """Forwards connections to a port, and closes or resets some at random."""

    def __init__(self, port: int, seed: int, share: float) -> None:
        self._port = port
        self._random = random.Random(seed)
        self._share = share
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._threads = [threading.Thread(target=self._accept)]
        self._open: set[socket.socket] = set()
        self._closing = threading.Event()
        self.lost = 0
        self.port: int = self._listener.getsockname()[1]
        self._threads[0].start()

    def stop(self) -> None:
        """Close everything, and wait for the threads."""
        self._closing.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._threads[0].join()
        self._listener.close()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._closing.is_set():
                client.close()
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            self._open |= {client, server}
            for source, sink in ((client, server), (server, client)):
                self._threads.append(threading.Thread(target=self._pump, args=(source, sink)))
                self._threads[-1].start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Forward in one direction until an end, or a loss: the connection ends, in order or reset."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._random.random() < self._share:
                    self.lost += 1
                    sink.sendall(data[: self._random.randrange(len(data))])
                    if self._random.random() < 0.5:
                        for each in (source, sink):
                            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
            self._open.discard(each)


@contextmanager
def forwarding(port: int, seed: int, share: float) -> Iterator[_Forwarder]:
    """Run a forwarder that loses connections."""
    forwarder = _Forwarder(port, seed, share)
    try:
        yield forwarder
    finally:
        forwarder.stop()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_conforming_server_behind_a_lossy_forwarder_is_never_not_conformant(seed: int) -> None:
    """Connections that end or are reset in the middle of anything are held against nobody."""
    with running(Server) as table, forwarding(int(table["url"].rpartition(":")[2]), seed, 0.02) as forwarder:
        changes = {"url": f"http://127.0.0.1:{forwarder.port}", "network": "unreliable", "profiles": []}
        target = replace(Target.from_table(table | changes), max_creates=PLENTY, timeout=1.0)
        record = run(target, Options(max_examples=1))
        assert forwarder.lost > 0
    assert failed(record) == []
    assert record.verdict is not Verdict.NOT_CONFORMANT
