"""The client of a run: respects budget and rate, waits when that may help, and notices a dead server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime

from checkpoint_conformance.checks.http_layer import is_page_of_gateway
from checkpoint_conformance.checks.judge import is_condition, is_conflict
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import Budget
from checkpoint_conformance.run.limits.pace import Pace
from checkpoint_conformance.run.recorder import Lost, Recorder, may_create, may_have_created
from checkpoint_conformance.run.sending.silence import Silence
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import LimitedClock, OutOfTime
from checkpoint_conformance.transport.connection import Connection, Transport
from checkpoint_conformance.transport.exchange import NOT_SENT, Exchange, FaultKind, Request
from checkpoint_conformance.verdict.finding import is_lost, is_lost_behind_gateway

__all__ = ["ENDINGS", "Client", "NotServed", "ServerGone", "TokenRefused", "reserve"]

_LOST = (FaultKind.TIMEOUT, FaultKind.DROPPED)
_RUNNING = "the policy is already running (500, published conflict)"
_RESERVE = 14
"""Three for each of two SHOULDs that a conforming server need not meet, a few for MUSTs, two for HTTP-6."""
_WAVE = 16
_FOR_CONFLICT = 5
_MOST_LOSSES = 5
"""How often a request that the network lost is repeated, where the response is needed to go on."""
_RETURN_WITHIN = 10.0
"""Seconds within which a supervisor will have restarted a server that ended."""
_CUT_SHORT = (FaultKind.TIMEOUT, FaultKind.UNREACHABLE)
"""Faults that may be due to the time limit of the run."""
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0
_DAY = 86400.0


class ServerGone(Exception):
    """The server stopped answering, so the rest of the run cannot be judged."""

    def at(self, url: str) -> str:
        """Return what happened at a URL and what to check, which the message may name itself."""
        gone = str(self)
        if gone.endswith("."):
            return f"{url}: {gone}"
        return f"{url}: {gone}. Check `url`, and that the server is running."


class NotServed(ServerGone):
    """The server answers, but no valid call any more, so the rest of the run cannot be judged."""


class TokenRefused(NotServed):
    """Calls with the token are answered 401, since it has expired or the server locks it."""


ENDINGS = (ServerGone, OutOfTime)
"""What ends a run before everything was sent."""


def reserve(target: Target) -> int:
    """Return how many creating calls are best kept for refused requests that are accepted, and for CONF-1."""
    return _RESERVE + (_FOR_CONFLICT if "conflict" in target.profiles else 0)


class Client:
    """Sends the requests of one run. May be used from any thread."""

    def __init__(
        self,
        target: Target,
        transport: Transport,
        clock: LimitedClock,
        recorder: Recorder,
        *,
        announce: Callable[[str], None] = lambda _: None,
        heard: Callable[[Exchange], None] = lambda _: None,
        until_idle: Callable[[float], None] | None = None,
        expect: Callable[[Request], None] = lambda _: None,
    ) -> None:
        """Send every exchange to the recorder, then pass it to `heard` in the thread that made it.

        `announce` gets a sentence whenever the client waits. `until_idle` takes a minimum wait in seconds
        (approximate), and waits until the policy is no longer running; without it, the client retries after a
        pause. `expect` is called with each request before it counts.
        """
        self.clock = clock
        self.lanes = target.connections
        """How many connections may carry independent requests at the same time."""
        self.wave = _WAVE
        """How many independent requests are planned at once; what is sent does not depend on the lanes."""
        self.narrowed = ""
        """Why there are fewer lanes than the target's `connections`; empty if there are not."""
        self.budget = Budget(target.max_creates, min(reserve(target), target.max_creates // 4))
        self._target = target
        self._reliable = target.has_reliable_network
        self._transport = transport
        self.recorder = recorder
        self._announce = announce
        self._heard = heard
        self._until_idle = until_idle
        self._expect = expect
        self._pace = Pace(clock, target.rate)
        self._silence = Silence(target.timeout)
        self._gone = ""
        """Why nothing more is sent; empty as long as the server answers."""
        self._given_up = False
        self._hopeless: set[str] = set()
        if "conflict" in target.profiles:
            self._one_at_a_time("the target declares the profile conflict")

    @property
    def parallel(self) -> bool:
        """Whether exchanges may overlap in time."""
        return self._transport.parallel

    @property
    def distrusts_connections(self) -> bool:
        """Whether a connection that had carried requests was closed, or suffered from them (HTTP-6)."""
        return bool(self.recorder.lost) or self.recorder.ledger.failed("HTTP-6")

    def connection(self) -> Connection:
        """Return a new connection that is not open yet."""
        return self._transport.connect()

    def send(self, request: Request, connection: Connection | None = None) -> Exchange:
        """Send a request, waiting within the target's patience for a running policy, a 503 or a 429 to pass.

        Raises BudgetSpent before a call that might exceed `max_creates`, ServerGone if the server stops
        answering, and OutOfTime when the time limit of the run is over.
        """
        return self.persist(self.transmit(request, connection))

    def persist(self, exchange: Exchange) -> Exchange:
        """Repeat a request until what made it wait has passed; return the last exchange.

        Raises BudgetSpent and ServerGone like `send`.
        """
        pause, waited = _FIRST_PAUSE, 0.0
        while (reason := self._passing(exchange)) and reason not in self._hopeless:
            asked = max(self._pause_asked(exchange, pause), pause / 5)
            if waited + asked > self._target.patience:
                self._hopeless.add(reason)
                self._announce(
                    f"{reason}: {self._impatience(exchange, asked, waited)}; continuing without it"
                )
                break
            waited += self._wait(reason, asked)
            pause = min(pause * 2, _LONGEST_PAUSE)
            exchange = self.transmit(exchange.request)
        return exchange

    def insist(self, exchange: Exchange) -> Exchange:
        """Repeat a request that an unreliable network or a gateway lost; return the last exchange.

        Raises BudgetSpent and ServerGone like `send`.
        """
        for _ in range(_MOST_LOSSES):
            if not (is_lost_behind_gateway(exchange) or (is_lost(exchange) and not self._reliable)):
                break
            exchange = self.send(exchange.request)
        return exchange

    def transmit(self, request: Request, connection: Connection | None = None) -> Exchange:
        """Send a request once, within budget and rate.

        Raises BudgetSpent before a call that might exceed `max_creates`, ServerGone if the server is
        unreachable or three requests in a row have timed out, and OutOfTime when the time limit of the run is
        over.
        """
        return self.keep(self.attempt(request, connection, self.keep_lost, patient=True))

    def attempt(
        self,
        request: Request,
        connection: Connection | None,
        lose: Callable[[Lost], None],
        *,
        patient: bool = False,
    ) -> Exchange:
        """Send a request once, as `transmit` does, and leave it to the caller to keep the exchange.

        `lose` gets the exchange that was lost on a connection which had been closed, before it is repeated.
        Only if `patient` does it wait for a server that cannot be reached to return.
        """
        if self._gone:
            raise ServerGone(self._gone)
        self.clock.check()
        self._expect(request)
        creating = may_create(request)
        if creating:
            self.budget.reserve()
        created = True
        try:
            self._pace.keep()
            exchange = self._exchange(request, connection, lose)
            if not _was_sent(exchange):
                exchange = self._exchange_after_return(request, exchange, patient=patient)
            created = may_have_created(exchange)
        except ENDINGS:  # it was not sent
            created = False
            self.clock.check()
            raise
        finally:
            if creating:
                self.budget.settle(created=created)
        self._hold_back(exchange)
        if exchange.fault and exchange.fault.kind in _CUT_SHORT:
            self.clock.check()
        self._gone = self._gone or self._silence.after(exchange)
        return exchange

    def keep(self, exchange: Exchange) -> Exchange:
        """Record an exchange; return it with its number."""
        exchange = self.recorder.keep(exchange)
        self.notify(exchange)
        return exchange

    def notify(self, exchange: Exchange) -> None:
        """Tell of a recorded exchange; what listens may send further requests."""
        self._heard(exchange)

    def keep_lost(self, lost: Lost) -> None:
        """Record a request that a closed connection lost."""
        self.recorder.lost.append(replace(lost, exchange=self.keep(lost.exchange)))

    def interferes(self, exchange: Exchange) -> bool:
        """Return whether the answer is a reason to send nothing else until this request is settled."""
        lost = exchange.response is None and exchange.fault is not None
        return lost or self._passing(exchange) is not None

    def check_alive(self, exchange: Exchange, harmless: Request) -> None:
        """Check after a lost response that the server still answers anything. Raises ServerGone if not."""
        if not exchange.fault or exchange.fault.kind not in _LOST:
            return
        if gone := self._silence.exceeds(exchange):
            raise ServerGone(gone)
        check = self.transmit(harmless)
        if check.fault and check.fault.kind is FaultKind.TIMEOUT:
            raise ServerGone("the server no longer responds")

    def try_again(self) -> None:
        """Send again, although three requests in a row have timed out."""
        self._gone, self._silence = "", Silence(self._target.timeout)

    def host_answers(self) -> bool:
        """Return whether the server's host accepts another connection by the same route."""
        return self._transport.host_answers()

    def speaks_tls(self) -> bool:
        """Return whether the port of an http:// URL completes a TLS handshake."""
        return self._transport.speaks_tls()

    def _exchange(
        self, request: Request, connection: Connection | None, lose: Callable[[Lost], None]
    ) -> Exchange:
        """Exchange on the given connection or a fresh one; retry if a kept connection had been closed."""
        if connection is not None:
            before = tuple(connection.requests)
            exchange = connection.exchange(request)
            if not (before and exchange.fault and exchange.fault.kind is FaultKind.DROPPED):
                return exchange
            lose(Lost(before, exchange))
            if may_create(request):  # the lost call and the next may each create a checkpoint
                self.budget.reserve()
                self.budget.settle(created=True)
        with self.connection() as fresh:
            return fresh.exchange(request)

    def _exchange_after_return(self, request: Request, failed: Exchange, *, patient: bool) -> Exchange:
        """Wait for the server to be reachable again, and exchange; raise ServerGone if it stays away."""
        assert failed.fault is not None
        if not patient or not self.recorder.exchanges or self._given_up:  # no use in waiting
            raise ServerGone(failed.fault.detail)
        refused = failed.fault.kind is FaultKind.REFUSED
        outage = self.recorder.note_outage(refused=refused, detail=failed.fault.detail)
        began = self.clock.monotonic()
        self._announce(f"waiting for the server to return: {failed.fault.detail}")
        backoff = Backoff(self.clock, min(self._target.patience, _RETURN_WITHIN), 0.05, 1.0)
        while backoff.wait():
            with self.connection() as fresh:
                exchange = fresh.exchange(request)
            if _was_sent(exchange):
                outage.back_after = self.clock.monotonic() - began
                return exchange
        self._given_up = True
        waited = self.clock.monotonic() - began
        raise ServerGone(f"the server did not return within {waited:.1f} s: {failed.fault.detail}")

    def _passing(self, exchange: Exchange) -> str | None:
        """Return the reason why waiting may help, or None."""
        if exchange.status == 503:
            return "the service is unavailable (503)"
        if exchange.status == 429:
            return "too many requests (429)"
        if exchange.status == 500 and is_conflict(exchange):
            return _RUNNING
        return None

    def _impatience(self, exchange: Exchange, asked: float, waited: float) -> str:
        """Return why no further attempt is made."""
        still = f"still the case after {round(waited, 1):g} s, and " if waited else ""
        said = exchange.response is not None and exchange.response.header("Retry-After") is not None
        wait = f"{asked:.3g} s more" if asked < _DAY else "more than a day"
        wanted = f"Retry-After asks for {wait}" if said else f"the next pause takes {wait}"
        return f"{still}{wanted}, which exceeds patience = {self._target.patience:g} s"

    def _wait(self, reason: str, pause: float) -> float:
        """Wait for the reason to pass; return the seconds it took."""
        started = self.clock.monotonic()
        if reason == _RUNNING and self._until_idle:
            self._announce(f"{reason}: waiting until its items are done")
            self._until_idle(pause)
        else:
            self._announce(f"{reason}: trying again in {pause:g} s")
            self.clock.sleep(pause)
        return self.clock.monotonic() - started

    def _pause_asked(self, exchange: Exchange, fallback: float) -> float:
        """Return the seconds in `Retry-After`, a number or a date (RFC 9110, 10.2.3), or the fallback."""
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

    def _hold_back(self, exchange: Exchange) -> None:
        """Send less after a conflict or a limit, and wait as long as a limit asks, within patience."""
        if is_condition(exchange, "running-by-hand", "running-by-schedule"):
            self._one_at_a_time("a running policy refused a call")
        if exchange.status != 429 and not is_page_of_gateway(exchange):
            return
        self._narrow(max(1, self.lanes // 2), f"the server limits requests ({exchange.status})")
        asked = self._pause_asked(exchange, 0.0)
        if self._passing(exchange) not in self._hopeless:
            self._pace.slow_down()
            if asked <= self._target.patience:
                self._pace.hold(asked)

    def _one_at_a_time(self, why: str) -> None:
        self.wave = 1
        self._narrow(1, why)

    def _narrow(self, lanes: int, why: str) -> None:
        if lanes < self.lanes:
            self.lanes, self.narrowed = lanes, why


def _was_sent(exchange: Exchange) -> bool:
    return exchange.fault is None or exchange.fault.kind not in NOT_SENT
