"""How workers share a socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn
from checkpoint_handlers.serving.server import Server, bind

WAITING = 12


async def accepted(*, shared: bool) -> list[int]:
    """Return how many of the waiting connections each of two servers accepts from one socket."""
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(bind("127.0.0.1", 0))
        for _ in range(WAITING):
            opened.enter_context(socket.create_connection(listener.getsockname()))
        servers: list[Server] = []
        for _ in range(2):
            config = uvicorn.Config(app, lifespan="off", ws="none", log_level="error")
            config.load()
            server = Server(config, lambda: None, shared=shared)
            server.lifespan = config.lifespan_class(config)
            await server.startup([opened.enter_context(listener.dup())])
            servers.append(server)
        async with asyncio.timeout(10):
            while sum(counts := [len(each.server_state.connections) for each in servers]) < WAITING:
                await asyncio.sleep(0)
        for server in servers:
            await server.shutdown()
        return counts


async def app(_scope: object, _receive: object, _send: object) -> None:
    """Answer nothing."""


def test_waiting_connections_are_shared() -> None:
    """Of connections that wait while several workers are idle, each worker accepts its part."""
    assert min(asyncio.run(accepted(shared=True))) >= WAITING // 3


def test_one_server_accepts_all_waiting_connections_at_once() -> None:
    """A server with the socket to itself does not wait an iteration for each connection."""
    assert sorted(asyncio.run(accepted(shared=False))) == [0, WAITING]
