"""What a request costs the processor: the time of a process and of all that it has started."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import NamedTuple

__all__ = ["Clock", "Cost", "ceiling"]

_TICK = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _PARENT = 11, 12, 1
"""Where /proc/PID/stat has them, counted behind the name of the program."""


class Cost(NamedTuple):
    """Processor time of one request, in microseconds."""

    server: float
    """All processes of the server; not those of a database beside it."""
    loop: float
    """The first thread of the server, which is that of the event loop where there is one process."""
    client: float
    """The load generator."""


class Clock:
    """Reads the processor time of a server and of the load generator, from its making on."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._begun = self._read()

    def cost(self, requests: float) -> Cost:
        """Return what each of so many requests has cost."""
        used = (now - begun for now, begun in zip(self._read(), self._begun, strict=True))
        return Cost(*(seconds / requests * 1e6 for seconds in used))

    def _read(self) -> tuple[float, float, float]:
        """Return the seconds so far of each part of a `Cost`."""
        loop = Path(f"/proc/{self._server}/task/{self._server}/stat")
        return _used(self._server), _seconds(_fields(loop)), _used_by_ended_children()


def ceiling(cost: Cost, rate: float) -> float:
    """Return how much faster than `rate`, at the most, so expensive requests can be on all cores together."""
    return (os.cpu_count() or 1) * 1e6 / (cost.server + cost.client) / rate


def _used(pid: int) -> float:
    """Return the seconds that a process and its descendants have used."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = _fields(entry)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended since the folder was read
        number = int(entry.parent.name)
        parents[number] = int(fields[_PARENT])
        seconds[number] = _seconds(fields)
    return sum(used for number, used in seconds.items() if pid in _line(number, parents))


def _fields(stat: Path) -> list[str]:
    """Return what /proc says of a process or a thread, behind the name of its program."""
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
