"""Writes in groups: what waits while a group is committed is the next one.

A commit to disk costs the same for one row as for a hundred. So orders that arrive together are written in
one transaction, and their callers go on only after the commit: what was answered is durable.
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

_ENOUGH = 32
"""How many orders are worth a commit while others may still come."""
_QUIET_TURNS = 3
"""Turns of the loop from a request's bytes to its order."""


class Groups(Generic[_Order, _Outcome]):
    """Passes orders of one event loop to `write`, which commits a group whole or raises."""

    def __init__(self, write: Callable[[Sequence[_Order]], Awaitable[Sequence[_Outcome]]]) -> None:
        self._write = write
        self._waiting: list[tuple[_Order, asyncio.Future[_Outcome]]] = []
        self._work: asyncio.Task[None] | None = None

    async def put(self, order: _Order) -> _Outcome:
        """Return the outcome of an order, once it is committed.

        Raises `StoreUnavailableError` when the queue is full, and what `write` raises for this order alone.
        """
        if len(self._waiting) >= LONGEST_QUEUE:
            raise StoreUnavailableError("the queue of writes is full")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Outcome] = loop.create_future()
        self._waiting.append((order, answer))
        if self._work is None:
            # A task starts in the next turn of the loop: what this one still has to serve joins the group.
            self._work = loop.create_task(self._write_all())
        return await answer

    async def finish(self) -> None:
        """Wait until nothing is being written."""
        if self._work is not None:
            await self._work

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._let_others_join()
                group, self._waiting = self._waiting, []
                outcomes = await self._outcomes([order for order, _ in group])
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
        """Wait until enough orders wait, or none has come for a few turns of the loop.

        Small groups cost the processor more than the disk: each is a change of threads. Large ones leave the
        loop idle while all its clients wait. Whoever is alone waits for some ten microseconds.
        """
        quiet = 0
        while quiet < _QUIET_TURNS and (seen := len(self._waiting)) < _ENOUGH:
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == seen else 0

    async def _outcomes(self, orders: Sequence[_Order]) -> Sequence[_Outcome | Exception]:
        """Return what became of each order."""
        try:
            return await self._write(orders)
        except StoreUnavailableError as error:
            return [error] * len(orders)
        except Exception as error:
            if len(orders) == 1:
                return [error]
        # One bad order must not fail its neighbours: each gets a transaction of its own.
        return [(await self._outcomes([order]))[0] for order in orders]
