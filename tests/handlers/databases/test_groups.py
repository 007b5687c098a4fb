"""Grouped writes: what waits together is committed together, and fails apart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_handlers.databases.groups import LONGEST_QUEUE, Groups
from checkpoint_handlers.store import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Commits:
    """Notes each group that is written, and holds the first until it is released."""

    def __init__(self) -> None:
        self.groups: list[list[Any]] = []
        self.begun = asyncio.Event()
        self.release = asyncio.Event()

    async def __call__(self, orders: Sequence[Any]) -> list[Any]:
        """Commit a group whole, or raise the error that stands in it."""
        self.begun.set()
        await self.release.wait()
        for order in orders:
            if isinstance(order, Exception):
                raise order
        self.groups.append(list(orders))
        return [str(order) for order in orders]


async def outcomes(*orders: Any) -> tuple[list[Any], Commits]:
    """Return what became of orders that wait while one is being committed, and the commits."""
    commits = Commits()
    groups: Groups[Any, Any] = Groups(commits)
    first = asyncio.create_task(groups.put("first"))
    await commits.begun.wait()
    tasks = [asyncio.create_task(groups.put(order)) for order in orders]
    await asyncio.sleep(0)
    commits.release.set()
    assert await first == "first"
    return await asyncio.gather(*tasks, return_exceptions=True), commits


def test_waiting_orders_share_a_commit() -> None:
    """A hundred orders that wait together are committed at once and answered each with its own outcome."""
    found, commits = asyncio.run(outcomes(*range(100)))
    assert found == [str(number) for number in range(100)]
    assert commits.groups == [["first"], list(range(100))]


def test_a_bad_order_does_not_fail_its_neighbours() -> None:
    """Of a group with one bad order only that one fails, and the others are committed."""
    bad = ValueError("bad")
    found, commits = asyncio.run(outcomes(1, bad, 3))
    assert found == ["1", bad, "3"]
    assert commits.groups[1:] == [[1], [3]]


def test_a_store_out_of_reach_is_asked_once() -> None:
    """When the database is unavailable the whole group fails at once, without an attempt for each order."""
    gone = StoreUnavailableError("gone")
    found, commits = asyncio.run(outcomes(1, gone, 3))
    assert found == [gone, gone, gone]
    assert commits.groups == [["first"]]


def test_a_full_queue_is_unavailable() -> None:
    """When more orders wait than the queue holds the rest is refused at once, and those waiting succeed."""
    found, commits = asyncio.run(outcomes(*range(2000)))
    refused = [outcome for outcome in found if isinstance(outcome, StoreUnavailableError)]
    assert len(refused) == 2000 - LONGEST_QUEUE
    assert len(commits.groups[1]) == LONGEST_QUEUE


def test_an_order_that_nobody_waits_for_is_committed() -> None:
    """A caller who leaves does not stop his order, nor those of others."""

    async def leave() -> list[list[Any]]:
        commits = Commits()
        groups: Groups[Any, Any] = Groups(commits)
        left = asyncio.create_task(groups.put("left"))
        stayed = asyncio.create_task(groups.put("stayed"))
        await commits.begun.wait()
        left.cancel()
        commits.release.set()
        assert await stayed == "stayed"
        with pytest.raises(asyncio.CancelledError):
            await left
        await groups.finish()
        return commits.groups

    assert asyncio.run(leave()) == [["left", "stayed"]]
