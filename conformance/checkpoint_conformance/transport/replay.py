"""A transport that repeats recorded exchanges, and switches to another one where the record ends.

A run depends only on its target, its options and the responses that it gets. Given the responses of an
earlier run, it therefore sends the same requests, reaches the same judgements, and arrives where that run
ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from threading import Lock, local
from typing import Self

from checkpoint_conformance.transport.clock import ReplayClock
from checkpoint_conformance.transport.connection import Connection, Transport
from checkpoint_conformance.transport.exchange import Exchange, FaultKind, Request, TransportFault

__all__ = ["RecordedOutage", "Replay", "ReplayConnection"]

_REACH = 64
"""How far a request may be from its place in the record: as many as travel side by side, and more."""
_WAVE = 16
"""The most requests that were under way together when the record ended."""


@dataclass(frozen=True)
class RecordedOutage:
    """An outage in the record: the server could not be reached."""

    before: int
    """The number of exchanges before it."""
    refused: bool
    """Whether the address itself refused connections."""
    detail: str


class _Phase(Enum):
    REPEATING = auto()
    DRAINING = auto()
    """Requests are sent, unless they were under way when the record ended and got an answer then."""
    LIVE = auto()


class Replay:
    """Connections that repeat the exchanges of a record as long as the requests are the recorded ones."""

    def __init__(
        self,
        record: Sequence[Exchange],
        outages: Sequence[RecordedOutage],
        clock: ReplayClock,
        *,
        noticed: Callable[[], int],
        go_on: Callable[[Sequence[Exchange]], None],
        leave: Callable[[Sequence[Exchange]], None],
        used: int = 0,
    ) -> None:
        """Take the record and its clock.

        `noticed` returns how many outages the client has noticed. `go_on` is called before the first request
        that is sent, with the recorded exchanges that may still be used, and `leave` with those that no
        request has asked for. `used` is the number of connections that have been used before.
        """
        self._record = record
        self._outages = outages
        self.clock = clock
        self._noticed = noticed
        self._go_on = go_on
        self._leave = leave
        self.used = used
        self._live: Transport | None = None
        self._phase = _Phase.REPEATING
        self._taken = set[int]()
        self._first = 0
        """The first place that has not been taken."""
        self._last = -1
        """The last place that has been taken."""
        self._drained = 0
        self._lock = Lock()
        self._claimed = local()
        carried = [exchange.connection for exchange in record]
        self._final = {connection: place for place, connection in enumerate(carried)}
        """The place of the last exchange of each connection."""
        self._keeps_connections = len(self._final) < len(carried)

    def over(self, live: Transport) -> Self:
        """Go over to this transport where the record ends."""
        self._live = live
        return self

    @property
    def live(self) -> Transport:
        """The other transport."""
        assert self._live is not None
        return self._live

    @property
    def parallel(self) -> bool:
        """Whether exchanges may overlap: those of the record are repeated one after another."""
        return self.sends and self.live.parallel

    @property
    def sends(self) -> bool:
        """Whether the record has come to its end."""
        return self._phase is not _Phase.REPEATING

    @property
    def position(self) -> int:
        """How many exchanges have been repeated."""
        return len(self._taken)

    def connect(self) -> ReplayConnection:
        """Return a new connection that is not open yet."""
        return ReplayConnection(self)

    def host_answers(self) -> bool:
        """Return whether the server's host still accepts another connection by the same route."""
        return self.live.host_answers()

    def speaks_tls(self) -> bool:
        """Return whether the port of an http:// URL completes a TLS handshake."""
        return self.live.speaks_tls()

    def expect(self, request: Request) -> None:
        """Claim the recorded answer for the next request of this thread, or else begin to send."""
        with self._lock:
            self._claimed.exchange = self._take(request)

    def take(self, request: Request) -> Exchange | None:
        """Return the recorded exchange of a request, or None if it must be sent."""
        with self._lock:
            claimed: Exchange | None = getattr(self._claimed, "exchange", None)
            self._claimed.exchange = None
            return claimed or self._take(request)

    def settle(self) -> None:
        """Begin to send if the whole record has been repeated."""
        with self._lock:
            if len(self._taken) == len(self._record):
                self._begin()

    def finish(self) -> None:
        """Leave whatever has not been repeated."""
        with self._lock:
            self._begin()
            self._end()

    def keeps_open(self, exchange: Exchange) -> bool:
        """Return whether a connection was left open after a recorded exchange, as far as the record shows."""
        if self._final.get(exchange.connection, -1) > self._last:
            return True
        response = exchange.response
        closed = response is None or exchange.fault is not None or response.http_version != "1.1"
        said = response.values("Connection") if response else []
        return self._keeps_connections and not closed and not any("close" in value.lower() for value in said)

    def _take(self, request: Request) -> Exchange | None:
        if self._phase is _Phase.LIVE:
            return None
        if failure := self._outage(request):
            return failure
        place = self._place_of(request)
        if place is None:
            if self._phase is _Phase.DRAINING and (request.method == "GET" or self._drained >= _WAVE):
                self._end()
            self._begin()
            self._drained += 1
            return None
        self._taken.add(place)
        self._last = max(self._last, place)
        while self._first in self._taken:
            self._first += 1
        exchange = self._record[place]
        self.clock.pass_to(exchange.started + exchange.elapsed)
        return replace(exchange, request=request, number=0)

    def _outage(self, request: Request) -> Exchange | None:
        """Return the failure to reach the server, until the client has noticed it."""
        noticed = self._noticed()
        if noticed >= len(self._outages) or len(self._taken) < self._outages[noticed].before:
            return None
        outage = self._outages[noticed]
        kind = FaultKind.REFUSED if outage.refused else FaultKind.UNREACHABLE
        return Exchange(request, None, TransportFault(kind, outage.detail), self.clock.time(), 0.0)

    def _place_of(self, request: Request) -> int | None:
        """Return the place of a request in the record; no read gets an older answer than those before."""
        begin = self._last + 1 if request.method == "GET" else self._first
        if self._phase is _Phase.DRAINING and request.method == "GET":
            return None
        for place in range(begin, min(max(self._first, self._last + 1) + _REACH, len(self._record))):
            if place not in self._taken and self._record[place].request == request:
                return place
        return None

    def _rest(self) -> list[Exchange]:
        return [each for place, each in enumerate(self._record) if place not in self._taken]

    def _begin(self) -> None:
        """Begin to send, unless that has begun."""
        if self._phase is not _Phase.REPEATING:
            return
        rest = self._rest()
        self._phase = _Phase.DRAINING
        self.clock.go_on()
        self._go_on(rest)
        if not 0 < len(rest) <= _WAVE:
            self._end()

    def _end(self) -> None:
        """Use the record no more."""
        if self._phase is _Phase.DRAINING:
            self._phase = _Phase.LIVE
            self._leave(self._rest())


class ReplayConnection:
    """A connection of a replay; the first request that is sent opens one of the other transport."""

    def __init__(self, replay: Replay) -> None:
        """Take the record from its replay."""
        self.requests: list[Request] = []
        """The requests that it has carried so far."""
        self._replay = replay
        self._last: Exchange | None = None
        self._live: Connection | None = None
        self._wait: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def number(self) -> int:
        """Its number among the connections of all parts of the run; 0 before the first exchange."""
        return self._last.connection if self._last else 0

    @property
    def used(self) -> bool:
        """Whether it has carried a request."""
        return bool(self.requests)

    @property
    def reusable(self) -> bool:
        """Whether both sides have left it open for another exchange, as far as can be told."""
        if self._live:
            return self._live.reusable
        return self._last is not None and self._replay.keeps_open(self._last)

    def hold_last_byte(self, wait: Callable[[], None]) -> None:
        """Call `wait` before the last byte of the next request, if it is sent."""
        self._wait = wait

    def exchange(self, request: Request) -> Exchange:
        """Return the recorded exchange, or send the request."""
        exchange = self._replay.take(request) or self._send(request)
        self._wait = None
        self.requests.append(request)
        self._last = exchange
        return exchange

    def stays_open(self, seconds: float) -> bool:
        """Return whether it is still reusable after the given number of seconds without a request."""
        return self._live.stays_open(seconds) if self._live else self.reusable

    def close(self) -> None:
        """Close the connection for good."""
        if self._live:
            self._live.close()

    def _send(self, request: Request) -> Exchange:
        if self._live is None:
            self._live = self._replay.live.connect()
        if self._wait:
            self._live.hold_last_byte(self._wait)
        exchange = self._live.exchange(request)
        return replace(exchange, connection=exchange.connection + self._replay.used)
