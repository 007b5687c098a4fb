"""How a signal ends a process that does not serve yet."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from checkpoint_openapi.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Ending", "ended_by_signals"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """Handles SIGINT and SIGTERM while uvicorn's handlers are not installed: exits with code 0.

    The process ends at once, as there is nothing to finish. SystemExit could be raised in a callback, which
    swallows it, and the interpreter would shut down while threads still use it.
    """

    def __init__(self) -> None:
        self._served = False
        for number in _SIGNALS:
            signal.signal(number, self._end)

    def served(self) -> None:
        """Leave the signals to uvicorn, which raises them again once it has shut down."""
        self._served = True

    def _end(self, _number: int, _frame: object) -> None:
        if not self._served:
            os._exit(ExitCode.SUCCESS)


@contextmanager
def ended_by_signals() -> Generator[None]:
    """Let SIGINT and SIGTERM end the process with code 0 in the block, and as before afterwards."""
    before = [(number, signal.getsignal(number)) for number in _SIGNALS]
    Ending()
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
