"""Open the store that `--database` names: an SQLite file or a PostgreSQL URL."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoint_openapi.document.source import DocumentError

from checkpoint_handlers.databases.database_url import SCHEMES, looks_like_url, printable, require_well_formed
from checkpoint_handlers.databases.store_sqlite import SqliteStore
from checkpoint_handlers.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from checkpoint_handlers.store import Entry, Store

__all__ = ["data_folder", "is_url", "named", "open_store", "shown", "tokens_path"]

_FOREIGN = re.compile(r"(file|sqlite[0-9]*):|:memory:$", re.IGNORECASE)
"""How other programs begin the name of an SQLite database that is not simply a path."""


def data_folder() -> Path:
    """Return the user's folder for databases and tokens."""
    from platformdirs import user_data_path

    return user_data_path("checkpoint-contract")


def named(database: str | None) -> str:
    """Return the URL or absolute path that `--database` names.

    Raises `StartError` if a URL is malformed or its scheme is not PostgreSQL's, and for SQLite's URIs.
    """
    if database is not None:
        foreign = _FOREIGN.match(database)
        if foreign:
            raise StartError(
                f"The name of the database begins with {foreign[0]}, which this server does not take. "
                f"Name an SQLite database by its path alone; ./{foreign[0]} begins a path, too."
            )
        if looks_like_url(database):
            require_well_formed(database)
            return database
    return str((data_folder() / "checkpoints.sqlite3" if database is None else Path(database)).absolute())


def is_url(database: str) -> bool:
    """Return whether a database is named by a URL rather than a path."""
    return database.startswith(SCHEMES)


def shown(database: str) -> str:
    """Return the printable name of a database: a URL without its user and parameters."""
    return printable(database) if is_url(database) else database


def tokens_path(database: str) -> Path:
    """Return the path of the demonstration tokens: next to an SQLite file, else in the data folder."""
    if is_url(database):
        # Hash the whole URL: two databases may differ only in unprintable parts, such as the socket's folder.
        digest = hashlib.sha256(database.encode()).hexdigest()[:16]
        return data_folder() / f"postgresql-{digest}.tokens"
    path = Path(database)
    return path.with_name(f"{path.name}.tokens")


async def open_store(database: str, initial: Callable[[], Iterable[Entry]]) -> Store:
    """Open the store of a database; a new one is created with the entries of `initial`.

    Raises `StartError` if the database, or the seed file for a new one, cannot be used.
    """
    try:
        return await _open(database, initial)
    except DocumentError as error:
        raise StartError(str(error)) from error


async def _open(database: str, initial: Callable[[], Iterable[Entry]]) -> Store:
    if is_url(database):
        try:
            from checkpoint_handlers.databases.store_postgres import PostgresStore
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
            f"Cannot use the database {path}: its folder cannot be created ({error.strerror}); name another."
        ) from error
    return SqliteStore(path, initial)
