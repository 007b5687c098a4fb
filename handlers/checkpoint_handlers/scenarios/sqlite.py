"""Scenarios in the SQLite file of the store, on a separate connection."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from checkpoint_handlers.databases.store_sqlite import connect, reachable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SqliteScenarios"]

_ADD = "INSERT INTO scenarios (project_id, status, code) VALUES (?, ?, ?)"
_TAKE = (
    "DELETE FROM scenarios WHERE seq = (SELECT min(seq) FROM scenarios WHERE project_id = ?) "
    "RETURNING status, code"
)


class SqliteScenarios:
    """`Scenarios` in a file that a store has created."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._thread = ThreadPoolExecutor(1, "scenarios")

    async def add(self, project_id: str, status: int, code: str) -> None:
        """Set this response for one more of the project's upcoming calls."""
        await self._execute(_ADD, project_id, status, code)

    async def take(self, project_id: str) -> tuple[int, str] | None:
        """Return and delete the status and code set for the project's next call, None if there are none."""
        return next(iter(await self._execute(_TAKE, project_id)), None)

    async def close(self) -> None:
        """Close the file."""
        self._thread.shutdown()
        self._connection.close()

    async def _execute(self, statement: str, *values: Any) -> list[tuple[int, str]]:
        def execute() -> list[tuple[int, str]]:
            return self._connection.execute(statement, values).fetchall()

        with reachable():
            return await asyncio.get_running_loop().run_in_executor(self._thread, execute)
