"""How often Python looks for unused objects in cycles while a command reads and compares documents."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["rarely_collected"]

_THRESHOLDS = (100_000, 10, 10)


@contextmanager
def rarely_collected() -> Generator[None]:
    """Let the garbage collector look rarely: documents are large trees, and it searches them in vain."""
    before = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
