"""Open the scenarios in the database that `--database` names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from checkpoint_handlers.databases.stores import is_url
from checkpoint_handlers.scenarios.sqlite import SqliteScenarios

if TYPE_CHECKING:
    from checkpoint_handlers.scenarios.injection import Scenarios

__all__ = ["open_scenarios"]


async def open_scenarios(database: str) -> Scenarios:
    """Open the scenarios in a database that `open_store` has prepared."""
    if is_url(database):
        from checkpoint_handlers.scenarios.postgres import PostgresScenarios

        return await PostgresScenarios.open(database)
    return SqliteScenarios(Path(database))
