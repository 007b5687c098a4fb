"""One thread that writes: jobs wait in a bounded queue and are committed in groups.

A commit to disk costs the same for one row as for a hundred. So the thread takes whatever waits, runs it in
one transaction, and lets the callers go on only after the commit: what was answered is durable.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from checkpoint_handlers.store import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["GroupWriter", "unavailable"]

_T = TypeVar("_T")

_LONGEST_QUEUE = 1024
_LARGEST_GROUP = 256


class _Job(NamedTuple):
    run: Callable[[sqlite3.Connection], Any]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]


class GroupWriter:
    """Runs jobs on one connection, which it owns from now on, in the order of their arrival."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queue: queue.Queue[_Job | None] = queue.Queue(_LONGEST_QUEUE)
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[sqlite3.Connection], _T]) -> _T:
        """Return what the job returns, once it is committed.

        Raises `StoreUnavailableError` when the queue is full or the database refuses the job or the commit.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_T] = loop.create_future()
        try:
            self._queue.put_nowait(_Job(job, loop, answer))
        except queue.Full:
            raise StoreUnavailableError("the queue of writes is full") from None
        return await answer

    def close(self) -> None:
        """Commit what is queued, then end the thread and close the connection."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (group := self._next_group()) is not None:
            _deliver(group, self._outcomes(group))
        self._connection.close()

    def _next_group(self) -> list[_Job] | None:
        """Wait for a job and take those that wait behind it; None ends the thread."""
        first = self._queue.get()
        if first is None:
            return None
        group = [first]
        while len(group) < _LARGEST_GROUP:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            group.append(job)
        return group

    def _outcomes(self, group: list[_Job]) -> list[Any]:
        """Return what each job of the group returned or raised, all of it committed or rolled back."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            return [unavailable(error)] * len(group)
        try:
            outcomes = [job.run(self._connection) for job in group]
            self._connection.execute("COMMIT")
        except Exception as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if len(group) == 1:
                return [unavailable(error)]
            # One bad row must not fail its neighbours: each gets a transaction of its own.
            return [self._outcomes([job])[0] for job in group]
        return outcomes


def unavailable(error: Exception) -> Exception:
    """Return the error as `StoreUnavailableError` where the database, and not the caller, is at fault."""
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        return StoreUnavailableError(str(error))
    return error


def _deliver(group: list[_Job], outcomes: list[Any]) -> None:
    """Hand the outcomes to their event loops, one wake-up for each run of neighbours of the same loop."""
    pairs = zip(group, outcomes, strict=True)
    for loop, members in itertools.groupby(pairs, key=lambda pair: pair[0].loop):
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, [(job.answer, outcome) for job, outcome in members])


def _settle(answers: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for answer, outcome in answers:
        if answer.done():
            continue
        if isinstance(outcome, Exception):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)
