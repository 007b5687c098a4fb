"""Group commit: writes that arrive during a commit form the next group.

A commit to disk costs the same for one row as for a hundred, so orders that arrive together are written in
one transaction. Their callers continue only after the commit: every confirmed write is durable.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from checkpoint_handlers.store import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

__all__ = ["LONGEST_QUEUE", "Groups"]

_Order = TypeVar("_Order")
_Outcome = TypeVar("_Outcome")

LONGEST_QUEUE = 1024
"""How many orders may wait for the next commit."""

_ENOUGH = 0.625
"""The share of the callers that makes a group; the loop serves the others during its commit."""
_QUIET_TURNS = 8
"""Event loop iterations without a new order after which the callers that are missing are not waited for."""


class Groups(Generic[_Order, _Outcome]):
    """Passes the orders of one event loop to `write`, which commits a whole group or raises."""

    def __init__(self, write: Callable[[Sequence[_Order]], Awaitable[Sequence[_Outcome]]]) -> None:
        self._write = write
        self._waiting: list[tuple[_Order, asyncio.Future[_Outcome]]] = []
        self._work: asyncio.Task[None] | None = None
        self._callers = 0

    async def put(self, order: _Order) -> _Outcome:
        """Return the outcome of an order once it is committed.

        Raises `StoreUnavailableError` if the queue is full, and whatever `write` raises for this order alone.
        """
        if len(self._waiting) >= LONGEST_QUEUE:
            raise StoreUnavailableError("the queue of writes is full")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Outcome] = loop.create_future()
        self._waiting.append((order, answer))
        if self._work is None:
            # The task starts in the next loop iteration: requests served in this one still join the group.
            self._work = loop.create_task(self._write_all())
        return await answer

    async def finish(self) -> None:
        """Wait until all pending writes are done."""
        if self._work is not None:
            await self._work

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._let_others_join()
                group, self._waiting = self._waiting, []
                outcomes = await self._outcomes([order for order, _ in group])
                self._callers = max(self._callers - 1, len(group) + len(self._waiting))
                for (_, answer), outcome in zip(group, outcomes, strict=True):
                    if answer.cancelled():
                        continue
                    if isinstance(outcome, Exception):
                        answer.set_exception(outcome)
                    else:
                        answer.set_result(outcome)
        finally:
            self._work = None

    async def _let_others_join(self) -> None:
        """Wait until enough orders are queued, or none has arrived for a few loop iterations.

        Small groups cost more CPU than disk time, because each one switches threads. Large ones leave the
        loop idle while all callers wait. A lone caller's order does not wait.
        """
        quiet = 0
        while quiet < _QUIET_TURNS and (seen := len(self._waiting)) < _ENOUGH * self._callers:
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == seen else 0

    async def _outcomes(self, orders: Sequence[_Order]) -> Sequence[_Outcome | Exception]:
        """Return the outcome or the exception of each order."""
        try:
            return await self._write(orders)
        except StoreUnavailableError as error:
            return [error] * len(orders)
        except Exception as error:
            if len(orders) == 1:
                return [error]
        # One bad order must not fail the others: run each in its own transaction.
        return [(await self._outcomes([order]))[0] for order in orders]
