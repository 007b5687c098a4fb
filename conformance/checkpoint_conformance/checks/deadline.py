"""A deadline for judging a response, whatever the server has put into it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

__all__ = ["JUDGING_DEADLINE", "TookTooLong", "deadline"]

JUDGING_DEADLINE = 5.0
"""Seconds for judging a response: even the largest takes less than one."""


class TookTooLong(Exception):
    """The deadline has passed."""


@contextmanager
def deadline(seconds: float) -> Generator[None]:
    """End a block after some seconds of real time; raises TookTooLong in it.

    Only the main thread can be interrupted, and only one timer can run: elsewhere, the limits of a response's
    size alone bound the time.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        yield
        return

    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
