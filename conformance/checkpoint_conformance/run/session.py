"""A session: the parts that every stage of a run needs, assembled for one target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checkpoint_openapi.load import errors

from checkpoint_conformance.checks.judge import Judge
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.run.companions import CompanionLists
from checkpoint_conformance.run.limits.budget import Budget
from checkpoint_conformance.run.recorder import Judges, Phase, Recorder
from checkpoint_conformance.run.sending.client import Client
from checkpoint_conformance.run.sending.monitor import Monitor
from checkpoint_conformance.run.sending.resumption import Resumption
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock, LimitedClock
from checkpoint_conformance.transport.connection import Transport
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.verdict.ledger import Ledger

__all__ = ["Session", "open_session"]


@dataclass(frozen=True)
class Session:
    """A conversation with one target; a stage stores any further observations itself."""

    target: Target
    secrets: Secrets
    calls: Calls
    """Builds valid requests, in the shape that the run has found to work."""
    client: Client
    recorder: Recorder
    lists: CompanionLists
    monitor: Monitor
    announce: Callable[[str], None]
    """Tells the user, in a sentence, what happens."""
    judges: Callable[[Target], Judges]
    """Returns what judges responses to the calls of a target, which may be the one of another policy."""
    thorough: bool = False
    """Whether a MUST gets all its probes although some have been accepted."""

    @property
    def ledger(self) -> Ledger:
        """What was exercised, found and skipped."""
        return self.recorder.ledger

    @property
    def budget(self) -> Budget:
        """The budget for creating checkpoints."""
        return self.client.budget

    @property
    def clock(self) -> LimitedClock:
        """The clock of the run, with its time limit."""
        return self.client.clock

    def begin(self, phase: str, about: str = "") -> None:
        """Announce a phase of the run, and note when it begins."""
        self.recorder.phases.append(Phase(phase, self.clock.time()))
        self.announce(f"{phase} ({about})" if about else phase)


def open_session(
    target: Target,
    announce: Callable[[str], None] = lambda _: None,
    watch: Callable[[Session], None] = lambda _: None,
    *,
    transport: Transport | None = None,
    clock: Clock = SYSTEM_CLOCK,
    judges: Callable[[Target], Judges] | None = None,
    resumption: Resumption | None = None,
    thorough: bool = False,
) -> Session:
    """Return a session in which nothing has been sent yet.

    `announce` gets a sentence whenever the client waits; `watch` is called after each exchange, in the thread
    that made it. By default, the transport uses sockets, and responses are judged by the contract. With a
    `resumption`, an earlier run is repeated from its record before anything is sent. In a `thorough` run, a
    MUST gets all its probes although some have been accepted.
    """
    secrets, limited = Secrets(target), resumption.replay.clock if resumption else LimitedClock(clock)
    calls = Calls(target)
    ledger = Ledger(reliable=target.has_reliable_network)

    def by_contract(judged: Target) -> Judges:
        return Judge(judged, errors(), secrets).judge

    judges = judges or by_contract
    recorder = Recorder(judges(target), ledger)

    def heard(exchange: Exchange) -> None:
        watch(session)
        session.monitor.look(exchange)

    def until_idle(pause: float) -> None:
        session.lists.wait_until_idle(pause)

    if transport is None:
        transport = SocketTransport(target.endpoint(), lambda: min(target.timeout, limited.left), limited)
    client = Client(
        target,
        resumption.replay.over(transport) if resumption else transport,
        limited,
        recorder,
        announce=announce,
        heard=heard,
        until_idle=until_idle if "observation" in target.profiles else None,
        expect=resumption.expect if resumption else lambda _: None,
    )
    if resumption:
        resumption.attach(recorder, client.budget)
    lists, monitor = CompanionLists(client, calls), Monitor(client, recorder, calls)
    session = Session(target, secrets, calls, client, recorder, lists, monitor, announce, judges, thorough)
    return session
