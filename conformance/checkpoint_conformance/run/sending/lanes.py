"""Lanes: persistent connections that carry independent requests in parallel; the record stays the same.

Over a long distance, most of a run is waiting. Requests that do not depend on each other are therefore sent
together, and their exchanges are recorded in the order in which they were given, however they arrive. At
the first sign of trouble nothing more is sent, and the caller sends the rest one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import Event
from types import TracebackType
from typing import Self

from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import Lost, may_create
from checkpoint_conformance.run.sending.client import ENDINGS, Client
from checkpoint_conformance.transport.connection import Connection
from checkpoint_conformance.transport.exchange import Context, Exchange, Request

__all__ = ["Chain", "Lanes", "send_all"]

Chain = tuple[Request, ...]
"""Requests that follow each other on one connection of their own; a single one may share a connection."""
_Received = list[Exchange | Lost]


class Lanes:
    """A context manager that ends its threads, and closes the connections it has kept."""

    def __init__(self, client: Client) -> None:
        """Take the client whose budget, rate and number of connections apply."""
        self._client = client
        self._kept: list[Connection | None] = [None] * client.lanes
        self._threads: ThreadPoolExecutor | None = None
        self._trouble = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads, and close the connections."""
        if self._threads:
            self._threads.shutdown()
        for connection in filter(None, self._kept):
            connection.close()

    def carry(self, chains: Sequence[Chain]) -> list[list[Exchange]]:
        """Send the chains, and return the exchanges of each; fewer than it has requests if it was stopped.

        A chain ends early if its connection does. All end when a request gets no response, or one that asks
        to wait, so that nothing is in flight while that is settled.
        """
        received: list[_Received] = [[] for _ in chains]

        def carry(place: int, lane: int) -> None:
            chain = chains[place]
            if len(chain) == 1:
                self._send(chain[0], self._connection(lane), received[place], Context.NONE)
                return
            with self._client.connection() as own:
                for request in chain:
                    self._send(request, own, received[place], Context.CONNECTION)

        with self._recorded(received) as answers:
            self._spread(carry, [len(chain) for chain in chains], self._width(chains))
        return answers

    def carry_in_step(self, chains: Sequence[Chain]) -> list[list[Exchange]]:
        """Send the last request of each chain after all others of all chains.

        If the connection of a chain has been closed, its last request travels on a new one.
        """
        received: list[_Received] = [[] for _ in chains]
        with self._recorded(received) as answers, ExitStack() as opened:
            own = [opened.enter_context(self._client.connection()) for _ in chains]

            def begin(place: int, _: int) -> None:
                for request in chains[place][:-1]:
                    self._send(request, own[place], received[place], Context.CONNECTION)

            def end(place: int, _: int) -> None:
                usable = own[place].reusable or not own[place].used
                connection = own[place] if usable else opened.enter_context(self._client.connection())
                self._send(chains[place][-1], connection, received[place], Context.CONNECTION)

            for part, lengths in ((begin, [len(chain) - 1 for chain in chains]), (end, [1] * len(chains))):
                self._spread(part, lengths, self._width(chains))
        return answers

    @contextmanager
    def _recorded(self, received: list[_Received]) -> Generator[list[list[Exchange]]]:
        """Record what the block receives, whatever ends it, and then tell of it."""
        self._trouble.clear()
        answers: list[list[Exchange]] = []
        try:
            yield answers
        finally:
            answers += [self._record(each) for each in received]
        for exchange in (exchange for each in answers for exchange in each):
            self._client.notify(exchange)

    @property
    def stopped(self) -> bool:
        """Whether the last chains ended before their time, other than by a closed connection."""
        return self._trouble.is_set()

    def _width(self, chains: Sequence[Chain]) -> int:
        """Return the number of lanes to use: one if the budget might not cover all requests."""
        creating = sum(may_create(request) for chain in chains for request in chain)
        return min(self._client.lanes if creating <= self._client.budget.remaining else 1, len(chains))

    def _spread(self, carry: Callable[[int, int], None], lengths: Sequence[int], width: int) -> None:
        """Call `carry` with the place of each chain and its lane; in order, unless lanes can be parallel."""

        def follow(lane: int) -> None:
            for place in dealt[lane]:
                carry(place, lane)

        if width <= 1 or not self._client.parallel:
            for place in range(len(lengths)):
                carry(place, place % width)
            return
        dealt = _dealt(lengths, width)
        self._threads = self._threads or ThreadPoolExecutor(len(self._kept))
        carried = [self._threads.submit(follow, lane) for lane in range(width)]
        try:
            for future in carried:
                future.result()
        except BaseException:
            self._trouble.set()  # an interrupt: the other lanes end after the request in flight
            wait(carried)
            raise

    def _send(self, request: Request, connection: Connection, received: _Received, context: Context) -> None:
        """Send a request, unless there is trouble; the caller meets it by sending the rest."""
        if self._trouble.is_set() or (connection.used and not connection.reusable):
            return
        try:
            exchange = self._client.attempt(request, connection, received.append)
        except (BudgetSpent, *ENDINGS):
            self._trouble.set()
            return
        received.append(replace(exchange, context=context))
        if self._client.interferes(exchange):
            self._trouble.set()

    def _connection(self, lane: int) -> Connection:
        """Return the connection of a lane: the one kept, as long as the server keeps such connections."""
        kept = self._kept[lane]
        if kept and kept.reusable and not self._client.distrusts_connections:
            return kept
        if kept:
            kept.close()
        self._kept[lane] = fresh = self._client.connection()
        return fresh

    def _record(self, received: _Received) -> list[Exchange]:
        """Record what a chain received; return its exchanges without those that were lost and repeated."""
        recorder = self._client.recorder
        answers: list[Exchange] = []
        for each in received:
            if isinstance(each, Lost):
                recorder.lost.append(replace(each, exchange=recorder.keep(each.exchange)))
            else:
                answers.append(recorder.keep(each))
        return answers


def _dealt(lengths: Sequence[int], lanes: int) -> list[list[int]]:
    """Return the places of the chains that each lane carries: the longest first, so that all end together."""
    dealt: list[list[int]] = [[] for _ in range(lanes)]
    loads = [0] * lanes
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        lane = loads.index(min(loads))
        dealt[lane].append(place)
        loads[lane] += lengths[place]
    return dealt


def send_all(client: Client, requests: Sequence[Request]) -> list[Exchange]:
    """Send requests side by side, as `Client.send` sends each, and return the last exchange of each.

    Raises BudgetSpent, ServerGone and OutOfTime like it.
    """
    with Lanes(client) as lanes:
        answers = lanes.carry([(request,) for request in requests])
    return [
        client.persist(received[0]) if received else client.send(request)
        for request, received in zip(requests, answers, strict=True)
    ]
