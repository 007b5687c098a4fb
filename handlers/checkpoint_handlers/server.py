"""The running server: socket, store, application, and the way they start and end."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from checkpoint_handlers import seed
from checkpoint_handlers.app import create_app
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.protocol import Protocol
from checkpoint_handlers.service import PROVIDER_ID, Service
from checkpoint_handlers.store_sqlite import SqliteStore
from checkpoint_handlers.target import target_text

if TYPE_CHECKING:
    from checkpoint_handlers.seed import DemoTokens

__all__ = ["Options", "bind", "run"]

_BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked for."""

    host: str
    database: Path
    protect_seconds: float = 0.0
    conflict: bool = False
    target_file: Path | None = None


class _Ending:
    """What SIGINT and SIGTERM do while uvicorn's own handlers are not in place: end the process with 0."""

    def __init__(self) -> None:
        self._served = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)

    def served(self) -> None:
        """Leave the ending to uvicorn, which raises its signal again when all is done."""
        self._served = True

    def _end(self, _number: int, _frame: object) -> None:
        if not self._served:
            sys.exit(0)


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, options: Options, ending: _Ending) -> None:
        super().__init__(config)
        self._options = options
        self._ending = ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then write the target file and print the line that scripts wait for."""
        self._ending.served()
        await super().startup(sockets)
        assert sockets
        _announce(self._options, _url(self._options.host, sockets[0]))


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise `StartError` for a port in use or an address that is not here."""
    try:
        (family, kind, _, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    # asyncio switches Nagle's algorithm off only where the socket names its protocol; with it on, each answer
    # waits 40 ms for an acknowledgement.
    listener = socket.socket(family, kind, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    listener.setblocking(False)
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> StartError:
    return StartError(
        f"Cannot listen on {host}:{port}: {error.strerror}. "
        "Choose another --port (0 takes a free one) or --host."
    )


def run(options: Options, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then finish the requests in flight.

    Raises `StartError` when the database, the documents or the target file are not usable.
    """
    try:
        options.database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(
            f"Cannot use the database {options.database}: its folder cannot be made ({error.strerror})."
        ) from error
    ending = _Ending()
    store = SqliteStore(options.database, seed.seeder(options.database))
    try:
        asyncio.run(_serve(options, store, listener, ending))
    finally:
        store.close()


async def _serve(options: Options, store: SqliteStore, listener: socket.socket, ending: _Ending) -> None:
    app = await create_app(Service(store, options.protect_seconds, options.conflict))
    config = uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType] - Connexion types its scope as a mutable mapping of its own
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="error",  # a warning is about a client, who could fill the log with it
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=10,
    )
    await _Server(config, options, ending).serve(sockets=[listener])


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(options: Options, url: str) -> None:
    tokens = seed.DemoTokens.read(seed.tokens_path(options.database))
    if options.target_file is not None:
        _write_target(options, url, tokens)
    print(f"Database {options.database}")
    if tokens is None:
        print(f"The demonstration tokens are gone from {seed.tokens_path(options.database)}.")
    else:
        print("Try it:\n" + _curl(url, tokens))
    print(f"Listening on {url}")
    sys.stdout.flush()


def _write_target(options: Options, url: str, tokens: DemoTokens | None) -> None:
    assert options.target_file is not None
    if tokens is None:
        raise StartError(
            f"Cannot write {options.target_file}: the demonstration tokens are gone from "
            f"{seed.tokens_path(options.database)}. Name a new --database."
        )
    try:
        seed.write_private(options.target_file, target_text(url, tokens, conflict=options.conflict))
    except OSError as error:
        raise StartError(f"Cannot write the target file {options.target_file}: {error.strerror}.") from error


def _curl(url: str, tokens: DemoTokens) -> str:
    resources = ", ".join(f'"{resource}"' for resource in seed.RESOURCE_IDS[:2])
    return (
        f"curl -X POST {url}/v1/{seed.PROJECT_ID}/providers/{PROVIDER_ID}/checkpoints "
        f"-H 'X-Auth-Token: {tokens.token}' -H 'Content-Type: application/json' "
        f'-d \'{{"checkpoint": {{"plan_id": "{seed.PLAN_ID}", '
        f'"parameters": {{"auto_trigger": false, "resources": [{resources}]}}}}}}\''
    )
