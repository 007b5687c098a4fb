"""`--workers`: several processes share one store and socket, and a parent restarts those that die."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from checkpoint_openapi.exit_codes import ExitCode
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from checkpoint_handlers.databases import stores
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.serving.administration import administered
from checkpoint_handlers.serving.announce import announce
from checkpoint_handlers.serving.ending import Ending
from checkpoint_handlers.serving.server import application, initial, serve

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from checkpoint_handlers.serving.options import Options

__all__ = ["run_workers"]

_SPAWN = multiprocessing.get_context("spawn")
_PAUSE = 1.0
"""Seconds before a process that died is replaced."""


def run_workers(options: Options, listener: socket.socket, admin: socket.socket | None) -> None:
    """Serve in `options.workers` processes until SIGINT or SIGTERM, then let them finish.

    Raises `StartError` if the database, the documents or the target file cannot be used.
    """
    asyncio.run(_prepare(options))
    with tempfile.TemporaryDirectory(prefix="checkpoint-metrics-") as folder:
        # The workers, not this process, read it before they create their metrics.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        asyncio.run(_administer(options, listener, admin, folder))


async def _administer(
    options: Options, listener: socket.socket, admin: socket.socket | None, folder: str
) -> None:
    """Supervise the workers, and serve the admin port with the sum of their metrics."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call] # it has no annotations
    store = await stores.open_store(options.database, initial(options))
    try:
        async with administered(admin, store.ping, registry):
            await _Supervisor(options, listener).run(partial(announce, options, listener, admin))
    finally:
        await store.close()


class _Supervisor:
    """Starts the workers, replaces those that die, and stops them together."""

    def __init__(self, options: Options, listener: socket.socket) -> None:
        self._options = options
        self._listener = listener
        self._workers: set[SpawnProcess] = set()
        self._ending = asyncio.Event()
        self._told, self._tell = _SPAWN.Pipe(duplex=False)

    async def run(self, listening: Callable[[], None]) -> None:
        """Supervise the workers until a signal; call `listening` once the first of them serves."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ending.set)
        try:
            for _ in range(self._options.workers):
                self._start()
            if await self._first_serves():
                listening()
            await self._ending.wait()
        finally:
            self._ending.set()  # stop replacing workers
            for worker in self._workers:
                worker.terminate()
            for worker in self._workers:
                await asyncio.to_thread(worker.join)

    async def _first_serves(self) -> bool:
        """Wait for the first worker to serve; return False if a shutdown comes first."""
        loop = asyncio.get_running_loop()
        served = asyncio.Event()
        loop.add_reader(self._told.fileno(), served.set)
        waits = [asyncio.create_task(event.wait()) for event in (served, self._ending)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
        loop.remove_reader(self._told.fileno())
        return served.is_set()

    def _start(self) -> None:
        if self._ending.is_set():
            return
        worker = _SPAWN.Process(target=_work, args=(self._options, self._listener, self._tell), daemon=True)
        worker.start()
        self._workers.add(worker)
        asyncio.get_running_loop().add_reader(worker.sentinel, partial(self._died, worker))

    def _died(self, worker: SpawnProcess) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(worker.sentinel)
        if not self._ending.is_set():
            worker.join()
            self._workers.discard(worker)
            loop.call_later(_PAUSE, self._start)


async def _prepare(options: Options) -> None:
    """Prepare the database and try everything that can fail at startup, before starting any worker."""
    async with application(options):
        pass


def _work(options: Options, listener: socket.socket, parent: Connection) -> None:
    ending = Ending()

    def listening() -> None:
        ending.served()
        parent.send(None)

    threading.Thread(target=_follow_parent, daemon=True).start()
    try:
        asyncio.run(serve(options, listener, None, listening))
    except StartError as error:
        # The parent's trial start succeeded, so it keeps restarting this worker until it starts.
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(ExitCode.USAGE)


def _follow_parent() -> None:
    """Shut this process down as a signal would once its parent is gone, so that no worker is orphaned."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
