"""A deadline for judging a response, whatever the server has put into it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

__all__ = ["JUDGING_DEADLINE", "TookTooLong", "deadline", "prepared"]

JUDGING_DEADLINE = 5.0
"""Seconds for judging a response: even the largest takes less than one."""


class TookTooLong(Exception):
    """The deadline has passed."""


@contextmanager
def prepared() -> Generator[None]:
    """Make the deadlines in a block cheap: the handler of their signal is installed once, not for each."""
    if not _can_expire() or signal.getsignal(signal.SIGALRM) is _expire:
        yield
        return
    previous = signal.signal(signal.SIGALRM, _expire)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, previous)


@contextmanager
def deadline(seconds: float) -> Generator[None]:
    """End a block after some seconds of real time; raises TookTooLong in it.

    Only the main thread can be interrupted, and only one timer can run: elsewhere, the limits of a response's
    size alone bound the time.
    """
    if not _can_expire():
        yield
        return
    with prepared():
        # Python swallows an exception that is raised while it finalizes an object: raise it again then.
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _can_expire() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _expire(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TookTooLong
