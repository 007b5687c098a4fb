"""One thread that writes: what waits while it commits is its next group.

A commit to disk costs the same for one row as for a hundred. So jobs that arrive together run in one
transaction, and their callers go on only after the commit: what was answered is durable.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from checkpoint_handlers.store import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LONGEST_QUEUE", "GroupWriter", "unavailable"]

_T = TypeVar("_T")

LONGEST_QUEUE = 1024
"""How many jobs may wait for the next commit."""


class _Job(NamedTuple):
    run: Callable[[sqlite3.Connection], Any]
    answer: asyncio.Future[Any]


class GroupWriter:
    """Runs jobs of one event loop on one connection, which it owns from now on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, "store-writer")
        self._waiting: list[_Job] = []
        self._busy = False

    async def run(self, job: Callable[[sqlite3.Connection], _T]) -> _T:
        """Return what the job returns, once it is committed.

        Raises `StoreUnavailableError` when the queue is full or the database refuses the job or the commit.
        """
        if len(self._waiting) >= LONGEST_QUEUE:
            raise StoreUnavailableError("the queue of writes is full")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_T] = loop.create_future()
        self._waiting.append(_Job(job, answer))
        if not self._busy:
            self._busy = True
            # Not at once: what this turn of the loop still has to serve joins the group.
            loop.call_soon(self._start_group, loop)
        return await answer

    def close(self) -> None:
        """Finish the group that is being written, then end the thread and close the connection."""
        self._thread.shutdown()
        self._connection.close()

    def _start_group(self, loop: asyncio.AbstractEventLoop) -> None:
        group, self._waiting = self._waiting, []
        written = loop.run_in_executor(self._thread, self._write, [job.run for job in group])
        written.add_done_callback(partial(self._end_group, loop, group))

    def _end_group(
        self, loop: asyncio.AbstractEventLoop, group: list[_Job], written: asyncio.Future[list[Any]]
    ) -> None:
        if self._waiting:
            self._start_group(loop)
        else:
            self._busy = False
        for job, outcome in zip(group, written.result(), strict=True):
            if job.answer.cancelled():
                continue
            if isinstance(outcome, Exception):
                job.answer.set_exception(outcome)
            else:
                job.answer.set_result(outcome)

    def _write(self, jobs: list[Callable[[sqlite3.Connection], Any]]) -> list[Any]:
        """Return what each job returned or raised, all of it committed or rolled back."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            return [unavailable(error)] * len(jobs)
        try:
            outcomes = [job(self._connection) for job in jobs]
            self._connection.execute("COMMIT")
        except Exception as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if len(jobs) == 1:
                return [unavailable(error)]
            # One bad row must not fail its neighbours: each gets a transaction of its own.
            return [self._write([job])[0] for job in jobs]
        return outcomes


def unavailable(error: Exception) -> Exception:
    """Return the error as `StoreUnavailableError` where the database, and not the caller, is at fault."""
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        return StoreUnavailableError(str(error))
    return error
