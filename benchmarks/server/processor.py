"""The CPU time of a request, measured over a process and its descendants."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import NamedTuple

__all__ = ["Clock", "Cost", "ceiling"]

_TICK = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _PARENT = 11, 12, 1
"""Their positions in /proc/PID/stat, counted after the program's name."""


class Cost(NamedTuple):
    """CPU time of one request, in microseconds."""

    server: float
    """All processes of the server, without those of a separate database."""
    loop: float
    """The server's first thread, which runs the event loop if there is only one process."""
    client: float
    """The load generator."""


class Clock:
    """Measures the CPU time of a server and of the load generator since its creation."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._begun = self._read()

    def cost(self, requests: float) -> Cost:
        """Return the cost per request, given how many were sent."""
        used = (now - begun for now, begun in zip(self._read(), self._begun, strict=True))
        return Cost(*(seconds / requests * 1e6 for seconds in used))

    def _read(self) -> tuple[float, float, float]:
        """Return the seconds used so far for each part of a `Cost`."""
        loop = Path(f"/proc/{self._server}/task/{self._server}/stat")
        return _used(self._server), _seconds(_fields(loop)), _used_by_ended_children()


def ceiling(cost: Cost, rate: float) -> float:
    """Return the factor by which requests of this cost could exceed `rate` if all cores were busy."""
    return (os.cpu_count() or 1) * 1e6 / (cost.server + cost.client) / rate


def _used(pid: int) -> float:
    """Return the seconds that a process and its descendants have used."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = _fields(entry)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended since the directory was read
        number = int(entry.parent.name)
        parents[number] = int(fields[_PARENT])
        seconds[number] = _seconds(fields)
    return sum(used for number, used in seconds.items() if pid in _line(number, parents))


def _fields(stat: Path) -> list[str]:
    """Return the fields of a /proc stat file after the program's name."""
    return stat.read_text().rpartition(")")[2].split()


def _seconds(fields: list[str]) -> float:
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICK


def _line(number: int, parents: dict[int, int]) -> list[int]:
    """Return a process and its ancestors."""
    line = [number]
    while line[-1] in parents:
        line.append(parents[line[-1]])
    return line


def _used_by_ended_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
