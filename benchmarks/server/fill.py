"""Adds checkpoints to a database that no server is using: `python fill.py DATABASE ROWS`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from checkpoint_handlers.clock import Clock
from checkpoint_handlers.databases.store_sqlite import SqliteStore
from checkpoint_handlers.ids import new_id
from checkpoint_handlers.seeding import seed
from checkpoint_handlers.store import NewCheckpoint, Project

__all__: list[str] = []


async def fill(database: Path, rows: int) -> None:
    """Store this many checkpoints of the demonstration policy."""
    store = SqliteStore(database, list)
    project = Project(seed.PROJECT_ID, verified=True, open=True, quota=None)
    now = Clock().stamp()
    for _ in range(rows // 500):
        new = [
            NewCheckpoint(new_id(), project, seed.PLAN_ID, False, now, now, seed.PLANS[0].servers[:2])
            for _ in range(500)
        ]
        await asyncio.gather(*(store.create(each, exclusive=False) for each in new))
    await store.close()


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1]), int(sys.argv[2])))
