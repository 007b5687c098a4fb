"""Ctrl+C around a command: it ends the process at once and silently, as it ends any program.

Python's own handler raises KeyboardInterrupt wherever the process happens to be. Between imports, and after
the command is done, nothing catches it, and a traceback is all there is to see.
"""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["end_at_once", "interruptible"]


def end_at_once() -> None:
    """Let SIGINT end this process, unless the caller has it ignored: there is nothing to undo yet."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def interruptible() -> Generator[None]:
    """Raise KeyboardInterrupt for SIGINT in the block, where it would end the process at once."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
