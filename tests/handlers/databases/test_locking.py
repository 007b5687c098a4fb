"""How a write waits for another process that holds the lock of the SQLite file."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from checkpoint_handlers.databases import store_sqlite
from checkpoint_handlers.store import CreateOutcome, ItemFilter, Page, Project, StoreUnavailableError

from handlers.storing import NOW, POLICY, PROJECT, TOKEN, checkpoint, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WITH_QUOTA = Project(PROJECT.id, verified=True, open=True, quota=5)
COMMIT = 0.001
"""Seconds that a small group takes to commit, on a fast disk."""


class Waiting:
    """A clock on which only pauses take time, and which calls a function in each of them."""

    def __init__(self, pausing: Callable[[], object]) -> None:
        self.pauses: list[float] = []
        self._pausing = pausing

    def monotonic(self) -> float:
        """Return the seconds of all pauses."""
        return sum(self.pauses)

    def sleep(self, seconds: float) -> None:
        """Pause."""
        self.pauses.append(seconds)
        self._pausing()


def create(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Project, *, release: bool
) -> tuple[list[float], CreateOutcome | None]:
    """Create a checkpoint while another connection holds the lock; return the pauses and the outcome.

    The lock is released in the third pause, or never; the outcome is None if the database is unavailable.
    """
    path = tmp_path / "store.sqlite3"

    async def run(waiting: Waiting, other: sqlite3.Connection) -> CreateOutcome | None:
        async with opened(str(path)) as store:
            other.execute("BEGIN IMMEDIATE")
            monkeypatch.setattr(store_sqlite, "time", waiting)
            try:
                return await store.create(checkpoint(project=project), exclusive=False)
            except StoreUnavailableError:
                return None
            finally:
                monkeypatch.undo()
                if other.in_transaction:
                    other.execute("ROLLBACK")

    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        waiting = Waiting(lambda: other.execute("ROLLBACK") if release and len(waiting.pauses) == 3 else None)
        outcome = asyncio.run(run(waiting, other))
    return waiting.pauses, outcome


@pytest.mark.parametrize("project", [PROJECT, WITH_QUOTA], ids=["one statement", "a transaction"])
def test_a_write_waits_no_longer_than_a_commit_takes(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is soon released delays a write by a fraction of a commit, and the write succeeds."""
    pauses, outcome = create(tmp_path, monkeypatch, project, release=True)
    assert outcome is CreateOutcome.CREATED
    assert len(pauses) == 3
    assert sum(pauses) < COMMIT / 2


@pytest.mark.parametrize("project", [PROJECT, WITH_QUOTA], ids=["one statement", "a transaction"])
def test_a_write_gives_up_a_lock_that_is_kept(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is not released makes the store unavailable after two seconds, without a busy loop."""
    pauses, outcome = create(tmp_path, monkeypatch, project, release=False)
    assert outcome is None
    assert 2.0 <= sum(pauses) < 2.1
    assert len(pauses) < 200


def test_reading_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    """While another process writes, each query is answered at once from what was committed before."""
    path = tmp_path / "store.sqlite3"

    async def read(other: sqlite3.Connection) -> list[object]:
        async with opened(str(path)) as store:
            await store.create(checkpoint(), exclusive=False)
            other.execute("BEGIN IMMEDIATE")
            for table in ("checkpoints", "tokens", "policies", "projects"):
                other.execute(f"DELETE FROM {table}")
            async with asyncio.timeout(1):
                caller, policy = await store.caller(TOKEN.digest), await store.policy(PROJECT.id, POLICY.id)
                policies = await store.policies(PROJECT.id, Page(10), None)
                items = await store.items(PROJECT.id, Page(10), ItemFilter(), NOW)
                found = [caller and caller.project, policy, policies, len(items)]
            other.execute("ROLLBACK")
            return found

    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        assert asyncio.run(read(other)) == [PROJECT, POLICY, [POLICY], 3]
