"""The running server: how socket, store and application start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from checkpoint_openapi.load import document

from checkpoint_handlers.app import DOCUMENTS, create_app
from checkpoint_handlers.databases import stores
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.middleware.cors import Cors
from checkpoint_handlers.operations.service import Service
from checkpoint_handlers.scenarios.opening import open_scenarios
from checkpoint_handlers.seeding import seed
from checkpoint_handlers.seeding.seedfile import read_seed
from checkpoint_handlers.serving.administration import administered
from checkpoint_handlers.serving.announce import announce
from checkpoint_handlers.serving.ending import Ending
from checkpoint_handlers.serving.exhaustion import Exhaustion
from checkpoint_handlers.serving.protocol import IDLE_SECONDS, with_limit
from checkpoint_handlers.serving.telemetry import REGISTRY, AccessLog, Telemetry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from starlette.types import ASGIApp

    from checkpoint_handlers.serving.options import Options
    from checkpoint_handlers.store import Entry, Store

__all__ = ["Server", "application", "bind", "initial", "run", "serve", "tune_interpreter"]

_BACKLOG = 2048
_AT_ONCE = 64
"""How many connections one event loop iteration accepts; if none can be, asyncio fails as often."""
_YOUNG = 10_000
"""New objects between two garbage collections: more than a hundred requests in flight hold."""
_SWITCH_SECONDS = 0.0002
"""How long the thread that commits waits for the event loop's to let it run: a few requests."""
_GRACE = 10
"""Seconds that requests in flight have to finish after a signal."""


class Server(uvicorn.Server):
    """A server that calls a function once it listens.

    One that is `shared` leaves waiting connections to the other processes that accept from its sockets: it
    accepts one in each event loop iteration, where it would otherwise accept many.
    """

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None], *, shared: bool) -> None:
        super().__init__(config)
        self._listening = listening
        # The event loop accepts this many connections at once, and makes it the length of the queue.
        config.backlog = 1 if shared else _AT_ONCE

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call the function."""
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(_BACKLOG)
        self._listening()


def bind(host: str, port: int, port_option: str = "--port", host_option: str = "--host") -> socket.socket:
    """Return a listening socket; raise `StartError` if the port is in use or the address is not local.

    `port_option` and `host_option` are the command-line options to name in the error.
    """

    def cannot_listen(reason: str | None) -> StartError:
        return StartError(
            f"Cannot listen on {host}:{port}: {reason}. "
            f"Choose another {port_option} (0 picks a free one) or {host_option}."
        )

    try:
        (family, kind, _, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise cannot_listen(error.strerror) from error
    except UnicodeError as error:
        raise cannot_listen("This is not a host name") from error
    # asyncio disables Nagle's algorithm only if the socket names its protocol; otherwise each response waits
    # 40 ms for an acknowledgement.
    listener = socket.socket(family, kind, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise cannot_listen(error.strerror) from error
    listener.setblocking(False)
    return listener


def run(options: Options, listener: socket.socket, admin: socket.socket | None) -> None:
    """Serve in this process until SIGINT or SIGTERM, then finish the requests in flight.

    Raises `StartError` if the database, the documents or the target file cannot be used.
    """
    ending = Ending()

    def listening() -> None:
        ending.served()
        announce(options, listener, admin)

    asyncio.run(serve(options, listener, admin, listening))


async def serve(
    options: Options, listener: socket.socket, admin: socket.socket | None, listening: Callable[[], None]
) -> None:
    """Serve on a socket, and on the admin socket if there is one; call `listening` once the server listens.

    Returns after a signal, once the requests in flight have finished.
    """
    asyncio.get_running_loop().set_exception_handler(Exhaustion())
    async with application(options) as (app, store):
        tune_interpreter()
        async with administered(admin, store.ping, REGISTRY):
            server = Server(_config(options, app), listening, shared=options.workers > 1)
            await server.serve(sockets=[listener])


def tune_interpreter() -> None:
    """Keep the garbage collector away from startup objects and from requests that are waiting.

    Their objects outlive the young generations while a group is committed. The collector would then scan the
    whole heap again and again: a third of the CPU time under load. Threads also take turns more often, since
    each system call of the event loop wakes a waiting thread in vain, which costs both of them time.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG)
    sys.setswitchinterval(_SWITCH_SECONDS)


def initial(options: Options) -> Callable[[], Iterable[Entry]]:
    """Return a function that returns the entries of a new database."""
    if options.seed is not None:
        return partial(read_seed, options.seed)
    return seed.seeder(stores.tokens_path(options.database))


@contextlib.asynccontextmanager
async def application(options: Options) -> AsyncGenerator[tuple[ASGIApp, Store]]:
    """Yield the application and its store, both ready for use while the block runs."""
    async with contextlib.AsyncExitStack() as opened:
        store = await stores.open_store(options.database, initial(options))
        opened.push_async_callback(store.close)
        scenarios = None
        if options.scenarios:
            scenarios = await open_scenarios(options.database)
            opened.push_async_callback(scenarios.close)
        app: ASGIApp = await create_app(  # pyright: ignore[reportAssignmentType] - Connexion's own type of a scope
            Service(store, options.protect_seconds, options.conflict, scenarios)
        )
        if options.cors:
            app = Cors(app, options.cors, map(document, DOCUMENTS))
        try:
            log = None if options.access_log is None else AccessLog(options.access_log)
        except OSError as error:
            raise StartError(f"Cannot write the log {options.access_log}: {error.strerror}.") from error
        yield Telemetry(app, log, counting=options.metrics), store


def _config(options: Options, app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType] - uvicorn types an application more closely than Starlette
        http=with_limit(options.request_seconds),
        ws="none",
        lifespan="off",
        log_level="error",  # warnings are about clients, who could flood the log with them
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE,
    )
