"""Request ids, the access log and metrics.

The id is the client's `X-Request-Id` if valid, else a new one, and every response carries it. The log holds
neither tokens nor query strings, which may contain sensitive data.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from checkpoint_handlers.throttle import Throttle

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["REGISTRY", "AccessLog", "Telemetry"]

REGISTRY = CollectorRegistry()
"""The metrics of this process."""

_REQUESTS = Counter("checkpoint_requests", "Requests answered, by status.", ["status"], registry=REGISTRY)
_SECONDS = Histogram(
    "checkpoint_request_seconds",
    "Time from the head of a request to the last byte of its answer.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
_log = logging.getLogger("checkpoint_handlers")
_SOUND_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


class AccessLog:
    """Writes a line of JSON for each request to the file `path`, or to standard output if it is `-`.

    Control characters and everything beyond ASCII are escaped, including C1 controls and marks that change
    the writing direction, which a terminal could interpret.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = sys.stdout.fileno() if str(path) == "-" else os.open(path, flags, 0o666)
        self._lost = 0
        self._torn = False
        self._throttle = Throttle()

    def write(self, **entry: Any) -> None:
        """Write one line immediately; drop it if that fails, and report failures at a limited rate."""
        text = json.dumps(entry, separators=(",", ":")).replace("\x7f", "\\u007f")
        line = f"{text}\n".encode("ascii")
        if self._torn:
            line = b"\n" + line
        try:
            written = os.write(self._descriptor, line)
        except OSError as error:
            self._lose(error.strerror or str(error))
            return
        if written < len(line):
            self._torn = True
            self._lose("only part of a line was written")
        else:
            self._torn = False

    def _lose(self, reason: str) -> None:
        self._lost += 1
        if self._throttle.passes():
            _log.warning(
                "Cannot write the access log %s: %s. Lines lost so far: %d.", self._path, reason, self._lost
            )


class Telemetry:
    """Middleware that gives each request an id and, if enabled, counts and logs it."""

    def __init__(self, app: ASGIApp, log: AccessLog | None = None, *, counting: bool = False) -> None:
        self._app = app
        self._log = log
        self._counting = counting
        self._counters: dict[int, Counter] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and record its outcome."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _id_of(scope)
        scope["request_id"] = request_id
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id))
            await send(message)

        await self._app(scope, receive, noting)
        if self._counting or self._log is not None:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        if self._counting and status:
            self._count(status, seconds)
        if self._log is not None:
            client = scope["client"]
            self._log.write(
                time=datetime.now(UTC).isoformat(timespec="milliseconds"),
                request_id=scope["request_id"].decode(),
                client=client and client[0],
                method=scope["method"],
                path=scope["path"],
                status=status or None,
                milliseconds=round(seconds * 1000, 3),
            )

    def _count(self, status: int, seconds: float) -> None:
        counter = self._counters.get(status)
        if counter is None:
            counter = self._counters[status] = _REQUESTS.labels(str(status))
        counter.inc()
        _SECONDS.observe(seconds)


def _id_of(scope: Scope) -> bytes:
    """Return the request's own id if it has a valid one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SOUND_ID.fullmatch(value):
            return bytes(value)
    return b"%032x" % random.getrandbits(128)
