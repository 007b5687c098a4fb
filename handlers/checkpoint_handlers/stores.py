"""Which store a `--database` names: an SQLite file, or PostgreSQL by its URL."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoint_openapi.document.source import DocumentError

from checkpoint_handlers.database_url import SCHEMES, printable, require_well_formed
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.scenarios_sqlite import SqliteScenarios
from checkpoint_handlers.store_sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from checkpoint_handlers.scenarios import Scenarios
    from checkpoint_handlers.store import Entry, Store

__all__ = ["data_folder", "is_url", "named", "open_scenarios", "open_store", "shown", "tokens_path"]


def data_folder() -> Path:
    """Return the folder of this user's databases and tokens."""
    from platformdirs import user_data_path

    return user_data_path("checkpoint-contract")


def named(database: str | None) -> str:
    """Return the URL or the absolute path that a `--database` stands for.

    Raises `StartError` for a URL that is malformed or of another scheme than PostgreSQL's.
    """
    if database is not None and "://" in database:
        require_well_formed(database)
        return database
    return str((data_folder() / "checkpoints.sqlite3" if database is None else Path(database)).absolute())


def is_url(database: str) -> bool:
    """Return whether a database is named by a URL, and not as a file."""
    return database.startswith(SCHEMES)


def shown(database: str) -> str:
    """Return the name of a database as it may be printed: a URL without its user and its parameters."""
    return printable(database) if is_url(database) else database


def tokens_path(database: str) -> Path:
    """Return the file that holds the demonstration tokens: beside an SQLite file, else in the data folder."""
    if is_url(database):
        # Two databases of one server differ in what may not be printed, too, such as a socket's folder.
        digest = hashlib.sha256(database.encode()).hexdigest()[:16]
        return data_folder() / f"postgresql-{digest}.tokens"
    path = Path(database)
    return path.with_name(f"{path.name}.tokens")


async def open_store(database: str, initial: Callable[[], Iterable[Entry]]) -> Store:
    """Return the store of a database, made with the entries of `initial` when it is new.

    Raises `StartError` for a database that cannot be used, or a seed file whose entries it should begin with.
    """
    try:
        return await _open(database, initial)
    except DocumentError as error:
        raise StartError(str(error)) from error


async def _open(database: str, initial: Callable[[], Iterable[Entry]]) -> Store:
    if is_url(database):
        try:
            from checkpoint_handlers.store_postgres import PostgresStore
        except ModuleNotFoundError as error:
            raise StartError(
                f"PostgreSQL needs the package {error.name!r}: pip install 'checkpoint-contract[postgres]'."
            ) from error
        try:
            return await PostgresStore.open(database, initial)
        except StartError as error:
            raise StartError(f"Cannot use the database {shown(database)}: {error}.") from error
    path = Path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(
            f"Cannot use the database {path}: its folder cannot be made ({error.strerror})."
        ) from error
    return SqliteStore(path, initial)


async def open_scenarios(database: str) -> Scenarios:
    """Return what is ordered for coming calls in a database that `open_store` has made ready."""
    if is_url(database):
        from checkpoint_handlers.scenarios_postgres import PostgresScenarios

        return await PostgresScenarios.open(database)
    return SqliteScenarios(Path(database))
