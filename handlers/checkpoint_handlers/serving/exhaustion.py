"""What the event loop says when the process may open no more files, and so accepts no connection."""

from __future__ import annotations

import asyncio
import errno
import logging
from typing import Any

__all__ = ["Exhaustion"]

_log = logging.getLogger("checkpoint_handlers")
_SHORTAGES = (errno.EMFILE, errno.ENFILE)
_SILENCE = 10.0
"""Minimum seconds between two messages about connections that have to wait."""
_ACCEPTS_AGAIN = "_start_serving"
"""The function of asyncio that accepts again; it fails if an ending server has closed the socket by then."""


class Exhaustion:
    """An exception handler of an event loop: one line now and then, where asyncio prints many tracebacks.

    asyncio itself accepts again after a second; until then, the connections wait in the queue of the socket.
    """

    def __init__(self) -> None:
        self._silent_until = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Report what went wrong in the loop."""
        error = context.get("exception")
        if isinstance(error, ValueError) and _ACCEPTS_AGAIN in context["message"]:
            return
        if not isinstance(error, OSError) or error.errno not in _SHORTAGES:
            loop.default_exception_handler(context)
            return
        if loop.time() >= self._silent_until:
            self._silent_until = loop.time() + _SILENCE
            _log.warning(
                "New connections have to wait: %s. Raise the limit of open files with `ulimit -n`.",
                error.strerror,
            )
