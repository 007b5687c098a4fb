"""When this process was started: the time limits of commands begin there, before anything is imported."""

from __future__ import annotations

import os
import time
from pathlib import Path

__all__ = ["process_start"]

_START_TIME = 22
"""The field of /proc/self/stat with the start, in clock ticks since the machine was started (proc(5))."""


def process_start() -> float:
    """Return the moment at which this process was started, in seconds of `time.monotonic`.

    On a platform that does not tell, return the present moment.
    """
    try:
        stat = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return time.monotonic()
    # The name of the program, in parentheses, is the second field, and may hold anything.
    fields = stat.rpartition(")")[2].split()
    started = int(fields[_START_TIME - 3]) / os.sysconf("SC_CLK_TCK")
    # Both clocks at once: what passes between them, on a busy machine, would be counted as the process's.
    return time.monotonic() - max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
