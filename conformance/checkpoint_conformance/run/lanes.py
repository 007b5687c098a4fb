"""Lanes: kept connections that carry independent requests side by side, without changing what is recorded.

Over a long distance, most of a run is waiting. Requests that do not depend on each other therefore travel
together, and their exchanges are recorded in the order in which they were given, however they arrive. At the
first sign of trouble nothing more is sent, and the caller sends the rest one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from threading import Event
from types import TracebackType
from typing import Self

from checkpoint_conformance.run.budget import BudgetSpent
from checkpoint_conformance.run.client import ENDINGS, Client
from checkpoint_conformance.run.recorder import Lost, may_create
from checkpoint_conformance.transport.connection import Connection
from checkpoint_conformance.transport.exchange import Context, Exchange, Request

__all__ = ["Chain", "Lanes", "send_all"]

Chain = tuple[Request, ...]
"""Requests that follow each other on one connection of their own; a single one may share a connection."""
_Received = list[Exchange | Lost]


class Lanes:
    """A context manager that closes the connections it has kept."""

    def __init__(self, client: Client) -> None:
        """Take the client whose budget, rate and number of connections apply."""
        self._client = client
        self._kept: list[Connection | None] = [None] * client.lanes
        self._trouble = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        for connection in filter(None, self._kept):
            connection.close()

    def carry(self, chains: Sequence[Chain]) -> list[list[Exchange]]:
        """Send the chains, and return the exchanges of each; fewer than it has requests if it was stopped.

        A chain ends early if its connection does. All end when a request gets no response, or one that asks
        to wait, so that nothing is in flight while that is settled.
        """
        received: list[_Received] = [[] for _ in chains]
        self._trouble.clear()
        width = min(self._width(chains), len(chains))
        try:
            if width > 1 and self._client.parallel:
                self._side_by_side(chains, received, width)
            else:
                for index, chain in enumerate(chains):
                    self._carry(chain, index % max(width, 1), received[index])
        finally:
            answers = [self._record(each) for each in received]
        for exchange in (exchange for each in answers for exchange in each):
            self._client.notify(exchange)
        return answers

    def _width(self, chains: Sequence[Chain]) -> int:
        """Return the number of lanes to use: one if the budget might not cover all requests."""
        creating = sum(may_create(request) for chain in chains for request in chain)
        return self._client.lanes if creating <= self._client.budget.remaining else 1

    def _side_by_side(self, chains: Sequence[Chain], received: list[_Received], width: int) -> None:
        def carry(lane: int) -> None:
            for index in range(lane, len(chains), width):
                self._carry(chains[index], lane, received[index])

        with ThreadPoolExecutor(width) as pool:
            try:
                for future in [pool.submit(carry, lane) for lane in range(width)]:
                    future.result()
            finally:
                self._trouble.set()  # an interrupt: the other lanes end after the request in flight

    def _carry(self, chain: Chain, lane: int, received: _Received) -> None:
        """Send a chain, unless there is trouble; the caller meets it by sending the rest."""
        with ExitStack() as own:
            connection = self._connection(lane) if len(chain) == 1 else own.enter_context(self._open())
            context = Context.NONE if len(chain) == 1 else Context.CONNECTION
            for request in chain:
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
        self._kept[lane] = fresh = self._open()
        return fresh

    def _open(self) -> Connection:
        return self._client.connection()

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
