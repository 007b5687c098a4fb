"""A deadline for judging a response, whatever the server has put into it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import NoReturn

__all__ = ["JUDGING_DEADLINE", "TookTooLong", "deadline", "prepared"]

JUDGING_DEADLINE = 5.0
"""Seconds for judging a response: even the largest takes less than one."""


class TookTooLong(Exception):
    """The deadline has passed."""


class _Handler:
    """Ends the block of a deadline on SIGALRM, from `install` on."""

    installed = False

    @classmethod
    @contextmanager
    def install(cls) -> Generator[None]:
        """Handle the signal in the block, and let it be handled as before afterwards."""
        previous, cls.installed = signal.signal(signal.SIGALRM, cls._expire), True
        try:
            yield
        finally:
            cls.installed = False
            signal.signal(signal.SIGALRM, previous)

    @staticmethod
    def _expire(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise TookTooLong


@contextmanager
def prepared() -> Generator[None]:
    """Make the deadlines in a block cheap: the handler of their signal is installed once, not for each."""
    with _Handler.install() if _can_expire() and not _Handler.installed else nullcontext():
        yield


@contextmanager
def deadline(seconds: float) -> Generator[None]:
    """End a block after some seconds of real time; raises TookTooLong in it.

    Only the main thread can be interrupted, and only one timer can run: elsewhere, the limits of a response's
    size alone bound the time.
    """
    if not _can_expire():
        yield
        return
    with nullcontext() if _Handler.installed else _Handler.install():
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _can_expire() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getitimer(signal.ITIMER_REAL)[0] == 0
