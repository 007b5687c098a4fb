"""Measures a command of the tool as a whole process."""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Run", "figures", "keep_bytecode", "measured"]

_COMMAND = "from checkpoint_openapi.cli import main; main()"
_FAILED = (2, 4)


class Run(NamedTuple):
    """The cost of one run."""

    seconds: float
    """CPU seconds."""
    megabytes: int


def figures(runs: list[Run]) -> dict[str, Any]:
    """Return the fewest and the median of the seconds, and the largest memory."""
    seconds = [run.seconds for run in runs]
    return {
        "fewest": round(min(seconds), 2),
        "median": round(statistics.median(seconds), 2),
        "megabytes": max(run.megabytes for run in runs),
    }


def keep_bytecode(folder: Path) -> None:
    """Let every build keep its bytecode, as an installed one does, and none have a better start."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def measured(python: str, *arguments: str) -> Run:
    """Return the cost of a command; accept any exit code except a failure to do its work."""
    command = [python, "-c", _COMMAND, *arguments]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(python, command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0 or code in _FAILED:
        raise RuntimeError(f"{' '.join(command)} failed with {code}")
    return Run(
        usage.ru_utime + usage.ru_stime, usage.ru_maxrss // (1024 if sys.platform == "linux" else 1024 * 1024)
    )
