"""What is known of each request afterwards: its id, a line of the access log, the metrics.

The id is the client's `X-Request-Id` where that is sound, else a new one, and every answer carries it. The
log names neither tokens nor query strings, which may hold what is nobody's business.
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
_SILENCE = 10.0
"""Seconds between two lines about an access log that cannot be written."""
_SOUND_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


class AccessLog:
    """A line of JSON for each request, in the file at `path` or, where that is `-`, on standard output.

    What a terminal could take for an instruction, such as C1 controls and marks that turn the direction of
    writing, is escaped, as is every character beyond ASCII.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = sys.stdout.fileno() if str(path) == "-" else os.open(path, flags, 0o666)
        self._lost = 0
        self._torn = False
        self._silent_until = 0.0

    def write(self, **entry: Any) -> None:
        """Write one line at once; one that cannot be written is lost, which is told now and then."""
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
            self._lose("it took a part of a line")
        else:
            self._torn = False

    def _lose(self, reason: str) -> None:
        self._lost += 1
        now = time.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + _SILENCE
            _log.warning(
                "Cannot write the access log %s: %s. Lines lost so far: %d.", self._path, reason, self._lost
            )


class Telemetry:
    """Sees each request come and its answer go: gives it an id, and counts or logs it where asked to."""

    def __init__(self, app: ASGIApp, log: AccessLog | None = None, *, counting: bool = False) -> None:
        self._app = app
        self._log = log
        self._counting = counting
        self._counters: dict[int, Counter] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note what became of it."""
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
    """Return the request's own id where it has a sound one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SOUND_ID.fullmatch(value):
            return bytes(value)
    return b"%032x" % random.getrandbits(128)
