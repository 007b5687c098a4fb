"""The admin port: health, readiness and metrics, separate from the clients' port."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkpoint_handlers.store import StoreUnavailableError

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from starlette.requests import Request

__all__ = ["administered"]

_log = logging.getLogger("checkpoint_handlers")
_PATIENCE = 3.0
"""Seconds after which a store that does not respond counts as unreachable."""


class _Server(uvicorn.Server):
    """A second server in the process: it leaves signals to the first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Install no signal handlers."""
        yield


@contextlib.asynccontextmanager
async def administered(
    listener: socket.socket | None, ping: Callable[[], Awaitable[None]], registry: CollectorRegistry
) -> AsyncGenerator[None]:
    """Serve the admin port on a socket, if there is one, while the block runs.

    `GET /health`: 200 while the process serves. `GET /ready`: 200 when `ping` returns, 503 when the store is
    unreachable. `GET /metrics`: the metrics in `registry`, in Prometheus' text format.
    """
    if listener is None:
        yield
        return
    server = _Server(
        uvicorn.Config(
            _application(ping, registry),
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _application(ping: Callable[[], Awaitable[None]], registry: CollectorRegistry) -> Starlette:
    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        try:
            async with asyncio.timeout(_PATIENCE):
                await ping()
        except (StoreUnavailableError, TimeoutError) as error:
            _log.warning("Not ready: %s", error or "the store does not answer")
            return JSONResponse({"status": "the database is unavailable"}, status_code=503)
        return JSONResponse({"status": "ok"})

    def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)])
