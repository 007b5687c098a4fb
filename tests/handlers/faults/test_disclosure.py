"""Nothing tells what another project has from what nobody has, not even the time that the answer takes."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import time
from contextlib import closing
from typing import TYPE_CHECKING

import asyncpg
import pytest
from checkpoint_handlers.databases import schema_sqlite, statements
from checkpoint_handlers.databases.schema_postgres import migrate
from checkpoint_handlers.databases.statements import numbered
from checkpoint_handlers.ids import new_id
from checkpoint_handlers.seeding import seed

from handlers.postgres import Postgres

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable

    from checkpoint_handlers.store import Entry

    from handlers.running import RunningServer

OWN, FOREIGN, UNKNOWN = seed.PLAN_ID, seed.SECOND_PLAN_ID, new_id()


def catalogue() -> list[Entry]:
    """Return projects with their policies."""
    return seed.demonstration(seed.DemoTokens.new())


def steps(connection: sqlite3.Connection, policy_id: str) -> int:
    """Return how many instructions the database carries out to look a policy up for its project."""
    counted: list[None] = []
    connection.set_progress_handler(lambda: counted.append(None), 1)
    connection.execute(statements.POLICY, (policy_id, seed.PROJECT_ID)).fetchall()
    connection.set_progress_handler(None, 1)
    return len(counted)


@pytest.mark.parametrize(("versions", "same"), [(3, False), (None, True)])
def test_sqlite_does_the_same_for_another_projects_policy(
    monkeypatch: pytest.MonkeyPatch, versions: int | None, same: bool
) -> None:
    """Another project's policy takes the steps of an unknown one; before version 4 it took more."""
    monkeypatch.setattr(schema_sqlite, "MIGRATIONS", schema_sqlite.MIGRATIONS[:versions])
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema_sqlite.migrate(connection, catalogue)
        for _ in range(2):
            unknown, foreign, own = (steps(connection, each) for each in (UNKNOWN, FOREIGN, OWN))
            assert (unknown == foreign) is same
            assert unknown < own
            connection.execute("ANALYZE")  # the choice of an index may be another when the tables are known


def test_postgresql_does_the_same_for_another_projects_policy(postgres: Postgres) -> None:
    """The index leads by project and id, so that no other project's policy is read."""
    url = postgres.new_database()

    async def explain() -> str:
        connection = await asyncpg.connect(url)
        try:
            await migrate(connection, catalogue)
            await connection.execute(
                "SET enable_seqscan = off"
            )  # no index is worth its pages for so few rows
            plan = await connection.fetch("EXPLAIN " + numbered(statements.POLICY), UNKNOWN, seed.PROJECT_ID)
        finally:
            await connection.close()
        return "\n".join(row[0] for row in plan)

    plan = asyncio.run(explain())
    assert "using policies_by_project" in plan
    assert f"Index Cond: ((project_id = '{seed.PROJECT_ID}'::text) AND (id = '{UNKNOWN}'::text))" in plan
    assert "Filter" not in plan


@pytest.mark.matrix
def test_time_discloses_no_policy(
    start: Callable[..., RunningServer], url: str | None, record_property: Callable[[str, object], None]
) -> None:
    """Over interleaved calls the 404 of an unknown policy and of another project's take the same time."""
    server = start(url=url)
    seconds: dict[str, list[float]] = {UNKNOWN: [], FOREIGN: []}
    with closing(server.connect()) as connection:
        for turn in range(1000):
            for policy_id in (UNKNOWN, FOREIGN) if turn % 2 else (FOREIGN, UNKNOWN):
                seconds[policy_id].append(refusal(server, connection, policy_id))
    unknown, foreign = (statistics.median(seconds[each]) for each in (UNKNOWN, FOREIGN))
    assert abs(unknown - foreign) < 0.2 * unknown
    took = " and ".join(f"{each * 1000:.2f} ms" for each in (unknown, foreign))
    record_property("figure", f"{took}, medians of 1000 interleaved calls each")


def refusal(server: RunningServer, connection: http.client.HTTPConnection, policy_id: str) -> float:
    """Return the seconds until a policy is answered not to be there."""
    headers = {"X-Auth-Token": server.target["token"], "Content-Type": "application/json"}
    body = json.dumps(server.order(policy_id))
    began = time.perf_counter()
    connection.request("POST", server.path, body, headers)
    response = connection.getresponse()
    response.read()
    taken = time.perf_counter() - began
    assert response.status == 404
    return taken
