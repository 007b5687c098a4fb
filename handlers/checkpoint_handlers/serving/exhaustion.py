"""What the event loop says when the process may open no more files, and so accepts no connection."""

from __future__ import annotations

import asyncio
import errno
import logging
from typing import Any

from checkpoint_handlers.throttle import Throttle

__all__ = ["Exhaustion"]

_log = logging.getLogger("checkpoint_handlers")
_SHORTAGES = (errno.EMFILE, errno.ENFILE)
_ACCEPTS_AGAIN = "_start_serving"
"""The function of asyncio that accepts again; it fails if an ending server has closed the socket by then."""


class Exhaustion:
    """An exception handler of an event loop: one line now and then, where asyncio prints many tracebacks.

    asyncio itself accepts again after a second; until then, the connections wait in the queue of the socket.
    """

    def __init__(self) -> None:
        self._throttle = Throttle()

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Report what went wrong in the loop."""
        error = context.get("exception")
        if isinstance(error, ValueError) and _ACCEPTS_AGAIN in context["message"]:
            return
        if not isinstance(error, OSError) or error.errno not in _SHORTAGES:
            loop.default_exception_handler(context)
            return
        if self._throttle.passes():
            _log.warning(
                "New connections have to wait: %s. Raise the limit of open files with `ulimit -n`.",
                error.strerror,
            )
