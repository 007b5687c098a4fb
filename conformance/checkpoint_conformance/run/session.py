"""The conversation with a target: sends, waits where that is the answer, repeats what went wrong, records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import Lock

from checkpoint_openapi.load import ErrorCatalogue, advisory, errors

from checkpoint_conformance.checks.judge import Judge, Judgement, error_code_of, is_conflict
from checkpoint_conformance.probes.calls import Call, Calls
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.budget import Budget, BudgetSpent
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock
from checkpoint_conformance.transport.connection import Connection, Transport
from checkpoint_conformance.transport.exchange import Exchange, Fault, Request
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import Ledger, SkipReason
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Lost", "ServerGone", "Session", "creates"]

_LOST = (Fault.TIMEOUT, Fault.DROPPED)
_RUNNING = "the policy is already running (500, published conflict)"
_RESERVE = 8
_FOR_CONFLICT = 5
_CONNECT_ATTEMPTS = 5
_MOST_TIMEOUTS = 8
_MOST_REPEATS = 5
_ENOUGH_ADVICE = 3
"""Accepted faults after which no more are sent for a SHOULD: the advice is given, and each costs a backup."""
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0


class ServerGone(Exception):
    """The server stopped answering altogether; what is left of the run cannot be judged."""


@dataclass(frozen=True)
class Lost:
    """A request without an answer, and what its connection had carried before."""

    before: tuple[Request, ...]
    exchange: Exchange


class Session:
    """Everything that one run says to the target and hears from it."""

    def __init__(
        self,
        target: Target,
        announce: Callable[[str], None] = lambda _: None,
        transport: Transport | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """`announce` is told in a sentence whenever the run waits; sockets are the transport unless given."""
        self.clock = clock
        self.target = target
        self.calls = Calls(target)
        self.secrets = Secrets(target)
        self.errors: ErrorCatalogue = errors()
        self.ledger = Ledger()
        self.budget = Budget(target.max_creates)
        self.judge = Judge(target, self.errors, self.secrets)
        self.exchanges: list[Exchange] = []
        self.accepted: list[tuple[Exchange, Call]] = []
        """Valid calls that were accepted, with what they asked for."""
        self.item_statuses: dict[str, str] = {}
        """The status in which each item was seen last."""
        self.lost: list[Lost] = []
        """Requests that got no answer on a connection which had carried others, and were sent again."""
        self.strangers: set[str] | None = None
        """Checkpoints in the list that no call of the run was given, as far as they were seen."""
        self.refused: list[Exchange] = []
        """The group of refused requests after which nothing may appear in the list."""
        self.late: set[str] = set()
        """Checkpoints that calls without an answer may have created."""
        self.deleted: set[str] = set()
        """Ids of checkpoints that the run deleted again."""
        self.longest_pages: dict[str, int] = {}
        """The most entries that a page of each list has held, by the path of the list."""
        self.watch: Callable[[Session], None] = lambda _: None
        """Called after each exchange, from whichever thread made it."""
        self.reserve = _RESERVE + (_FOR_CONFLICT if "conflict" in target.profiles else 0)
        """Calls kept back from what only wants acceptance, for refusals that are accepted and for CONF-1."""
        self.until_idle: Callable[[float], None] | None = None
        """Waits, about so many seconds at the least, until the list shows that the policy no longer runs."""
        self._announce = announce
        self._transport = transport or SocketTransport(target.endpoint(), target.timeout, clock)
        self._lock = Lock()
        self._timeouts = 0
        self._hopeless: set[str] = set()
        self._next_slot = 0.0

    def connection(self) -> Connection:
        """Return a connection that is not open yet."""
        return self._transport.connect()

    def run(self, probe: Probe, connection: Connection | None = None) -> Exchange | None:
        """Send a probe, judge it, and repeat it until each finding is confirmed or stands alone.

        Returns the first exchange, or None where it was not sent. Raises ServerGone.
        """
        if self._pointless(probe):
            return None
        try:
            exchange = self.send(probe.request, connection)
        except BudgetSpent as spent:
            self.ledger.skip(probe.requirement, SkipReason.BUDGET_SPENT, str(spent))
            return None
        self.settle(probe, self.judged(probe, exchange))
        self._check_alive(exchange)
        if not probe.wants_acceptance and is_conflict(exchange, self.errors):
            self._question_conflict(probe, exchange)
        return exchange

    def _question_conflict(self, probe: Probe, exchange: Exchange) -> None:
        """Find out whether a fault is answered as a conflict although the policy does not run.

        The state is checked last (contract, errors), so a refusal for a fault never waits for it.
        """
        try:
            valid = self.transmit(self.calls.call(self.calls.documented))
        except BudgetSpent:
            return
        if valid.status != 200:
            return
        expected = " or ".join(str(status) for status in sorted(probe.allowed))
        actual = f"500 {error_code_of(exchange)}, though the policy was not running"
        self.ledger.add(
            Finding(
                "HTTP-3", Symptom.ANSWERED_5XX, probe.id, expected, actual, (exchange, valid), confirmed=True
            )
        )

    def judged(self, probe: Probe, exchange: Exchange) -> Judgement:
        """Judge the answer to a probe; remember a valid call that was accepted."""
        if probe.call and exchange.status is not None and 200 <= exchange.status < 300:
            with self._lock:
                self.accepted.append((exchange, probe.call))
        return self.judge.judge(probe, exchange)

    def settle(self, probe: Probe, judgement: Judgement) -> None:
        """Record a judgement, and repeat the probe until each finding is confirmed or stands alone."""
        self.record(probe.requirement, judgement)
        self._confirm(probe, judgement)

    def record(self, requirement: str, judgement: Judgement) -> None:
        """Put a judgement into the ledger."""
        self.ledger.exercise(*judgement.exercised)
        for finding in judgement.findings:
            self.ledger.add(finding)
        if judgement.undecided:
            self.ledger.leave_undecided(requirement, judgement.undecided)

    def send(self, request: Request, connection: Connection | None = None) -> Exchange:
        """Send a request; wait for a running policy, a 503 or a 429 to pass, within the target's patience.

        Raises BudgetSpent before a call that might exceed `max_creates`, and ServerGone.
        """
        exchange = self.transmit(request, connection)
        pause, waited = _FIRST_PAUSE, 0.0
        while (reason := self._passing(exchange)) and reason not in self._hopeless:
            asked = max(self._pause_asked(exchange, pause), pause / 5)
            if waited + asked > self.target.patience:
                self._hopeless.add(reason)
                self._announce(f"{reason}: still so after {waited:g} s, going on without")
                break
            waited += self._wait(reason, asked)
            pause = min(pause * 2, _LONGEST_PAUSE)
            exchange = self.transmit(request, None)
        return exchange

    def _wait(self, reason: str, pause: float) -> float:
        """Wait for the reason to pass; return the seconds that it took."""
        started = self.clock.monotonic()
        if reason == _RUNNING and self.until_idle:
            self._announce(f"{reason}: waiting until its items have ended")
            self.until_idle(pause)
        else:
            self._announce(f"{reason}: trying again in {pause:g} s")
            self.clock.sleep(pause)
        return self.clock.monotonic() - started

    def transmit(self, request: Request, connection: Connection | None = None) -> Exchange:
        """Send a request once, within budget and rate. Raises BudgetSpent and ServerGone."""
        may_create = creates(request)
        if may_create:
            self.budget.reserve()
        created = True
        try:
            self._keep_rate()
            exchange = self._exchange(request, connection)
            created = exchange.status is None or 200 <= exchange.status < 300
        except ServerGone:
            created = False
            raise
        finally:
            if may_create:
                self.budget.settle(created=created)
        return self._keep(exchange)

    def _keep(self, exchange: Exchange) -> Exchange:
        """Keep an exchange as evidence, under the next number."""
        with self._lock:
            exchange = replace(exchange, number=len(self.exchanges) + 1)
            self.exchanges.append(exchange)
        self.ledger.hear(exchange)
        self.watch(self)
        return exchange

    def _exchange(self, request: Request, connection: Connection | None) -> Exchange:
        """Exchange on the given connection or a fresh one; again where a kept one had been closed."""
        if connection is not None:
            before = tuple(connection.requests)
            exchange = connection.exchange(request)
            if not (before and exchange.fault and exchange.fault.kind is Fault.DROPPED):
                return exchange
            self.lost.append(Lost(before, self._keep(exchange)))
            if creates(request):  # the lost call may have created a checkpoint, and so may the next
                self.budget.reserve()
                self.budget.settle(created=True)
        pause, detail = 0.05, ""
        for attempt in range(_CONNECT_ATTEMPTS):
            with self.connection() as fresh:
                exchange = fresh.exchange(request)
            if not exchange.fault or exchange.fault.kind is not Fault.UNREACHABLE:
                return exchange
            detail = exchange.fault.detail
            if not self.exchanges:
                break  # nobody was ever there: no use in waiting
            if attempt + 1 < _CONNECT_ATTEMPTS:
                self.clock.sleep(pause)
                pause *= 2
        raise ServerGone(detail)

    def _confirm(self, probe: Probe, judgement: Judgement) -> None:
        """Repeat the probe until every new finding was seen twice, or often enough not to be."""
        doubtful = {finding.key for finding in judgement.findings if not self.ledger.confirmed(finding.key)}
        for repeat in range(_MOST_REPEATS):
            if not doubtful:
                return
            try:
                again = self.judged(probe, self.send(probe.request))
            except BudgetSpent:
                return
            self.record(probe.requirement, again)
            doubtful = {key for key in doubtful if not self.ledger.confirmed(key)}
            if repeat == 0 and any(finding.symptom is Symptom.NO_ANSWER for finding in again.findings):
                return

    def _pointless(self, probe: Probe) -> bool:
        """Whether it would find a known fault again, or cost a third timeout, or a backup for mere advice."""
        if any(self.ledger.failed(presumed) for presumed in probe.presumes):
            return True
        if probe.requirement in advisory() and self.ledger.accepted(probe.requirement) >= _ENOUGH_ADVICE:
            return True
        return not probe.wants_acceptance and any(
            finding.symptom is Symptom.NO_ANSWER and finding.confirmed and finding.probed == probe.requirement
            for finding in self.ledger.findings
        )

    def _check_alive(self, exchange: Exchange) -> None:
        """After a lost answer, find out whether the server still answers anything. Raises ServerGone."""
        if exchange.response or not exchange.fault or exchange.fault.kind not in _LOST:
            return
        self._timeouts += exchange.fault.kind is Fault.TIMEOUT
        if self._timeouts > _MOST_TIMEOUTS:
            raise ServerGone(f"{self._timeouts} requests got no answer within {self.target.timeout:g} s")
        check = self.transmit(self.calls.request("GET", self.calls.path()))
        if check.fault and check.fault.kind is Fault.TIMEOUT:
            raise ServerGone("the server answers nothing any more")

    def _passing(self, exchange: Exchange) -> str | None:
        """Return why waiting may help, or None."""
        if exchange.status == 503:
            return "the service is unavailable (503)"
        if exchange.status == 429:
            return "too many requests (429)"
        if exchange.status == 500 and is_conflict(exchange, self.errors):
            return _RUNNING
        return None

    def _pause_asked(self, exchange: Exchange, fallback: float) -> float:
        """Return the seconds of `Retry-After`, a number or a date (RFC 9110, 10.2.3), else the fallback."""
        value = exchange.response.header("Retry-After") if exchange.response else None
        if value is None:
            return fallback
        if value.isascii() and value.isdigit():
            return float(value)
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):  # a server may write anything there
            return fallback
        return max(0.0, moment.timestamp() - self.clock.time())

    def _keep_rate(self) -> None:
        if not self.target.rate:
            return
        with self._lock:
            slot = max(self._next_slot, self.clock.monotonic())
            self._next_slot = slot + 1 / self.target.rate
        self.clock.sleep(max(0.0, slot - self.clock.monotonic()))


def creates(request: Request) -> bool:
    """Whether a server, however odd, might create a checkpoint for the request."""
    return request.method in ("POST", "PUT", "PATCH")
