"""Scenarios in the PostgreSQL database of the store, on separate connections."""

from __future__ import annotations

from typing import Any

import asyncpg

from checkpoint_handlers.databases.store_postgres import CONNECTION, PATIENCE, reachable

__all__ = ["PostgresScenarios"]

_ADD = "INSERT INTO scenarios (project_id, status, code) VALUES ($1, $2, $3)"
# Concurrent calls each take a different row, whichever processes they are in.
_TAKE = (
    "DELETE FROM scenarios WHERE seq = ("
    "SELECT seq FROM scenarios WHERE project_id = $1 ORDER BY seq LIMIT 1 FOR UPDATE SKIP LOCKED"
    ") RETURNING status, code"
)
_CONNECTIONS = 4


class PostgresScenarios:
    """`Scenarios` in a database that a store has created; create one with `open`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str) -> PostgresScenarios:
        """Return the scenarios in the database of a URL; the first call connects to it."""
        return cls(await asyncpg.create_pool(url, min_size=0, max_size=_CONNECTIONS, **CONNECTION))

    async def add(self, project_id: str, status: int, code: str) -> None:
        """Set this response for one more of the project's upcoming calls."""
        await self._execute(_ADD, project_id, status, code)

    async def take(self, project_id: str) -> tuple[int, str] | None:
        """Return and delete the status and code set for the project's next call, None if there are none."""
        rows = await self._execute(_TAKE, project_id)
        return (rows[0][0], rows[0][1]) if rows else None

    async def close(self) -> None:
        """Close the database connections."""
        self._pool.terminate()

    async def _execute(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        with reachable():
            async with self._pool.acquire(timeout=PATIENCE) as connection:
                return await connection.fetch(statement, *values)
