"""Fixtures: servers and databases to test against."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from checkpoint_handlers.databases.store_sqlite import SqliteStore
from checkpoint_handlers.databases.stores import tokens_path
from checkpoint_handlers.operations.service import Service
from checkpoint_handlers.seeding import seed

from handlers import running
from handlers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.RunningServer]:
    """Share one server among all tests of a worker that do not change its settings."""
    started = running.start(tmp_path_factory.mktemp("server"))
    yield started
    assert started.stop() == 0


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Share one PostgreSQL among all tests of a worker that do not stop it; each creates a database."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the name of a database that does not exist or is empty."""
    if request.param == "sqlite":
        return str(tmp_path / "db")
    return _new_database(request)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Return the URL of a new PostgreSQL database, or None for an SQLite file."""
    if request.param == "sqlite":
        return None
    return _new_database(request)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., running.RunningServer]]:
    """Yield a function that starts servers on one database; they stop at the end of the test."""
    with ExitStack() as started:

        def starter(*options: str, url: str | None = None) -> running.RunningServer:
            server = running.start(tmp_path, *options, url=url)
            started.callback(server.stop)
            return server

        yield starter


def _new_database(request: pytest.FixtureRequest) -> str:
    """Create a database in the worker's PostgreSQL, which starts on first use, and return its URL."""
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Give a service on a new database."""
    database = tmp_path / "db"
    store = SqliteStore(database, seed.seeder(tokens_path(str(database))))
    yield Service(store)
    asyncio.run(store.close())


@pytest.fixture
def token(service: Service, tmp_path: Path) -> str:
    """Give the demonstration project's token."""
    del service  # it has written the file
    tokens = seed.DemoTokens.read(tokens_path(str(tmp_path / "db")))
    assert tokens is not None
    return tokens.token
