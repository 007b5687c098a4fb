"""The CPU time of a request, measured over a process and its descendants, and the rate it allows."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import NamedTuple

__all__ = ["CORES", "Clock", "Cost"]

CORES = os.cpu_count() or 1
"""The cores of this machine."""

_TICK = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _PARENT = 11, 12, 1
"""Their positions in /proc/PID/stat, counted after the program's name."""


_CALM = 0.25
"""The share of the cores that others may take in a round that shows what the server can do."""


class Cost(NamedTuple):
    """CPU time of one request, in microseconds, and the cores that were left for requests."""

    server: float
    """All processes of the server, without those of a separate database."""
    loop: float
    """The server's first thread, which runs the event loop if there is only one process."""
    client: float
    """The load generator."""
    others: float
    """Cores that everything else kept busy meanwhile, such as the kernel when it writes to the disk."""

    @property
    def calm(self) -> bool:
        """Whether others left enough of the cores: those who take all that is idle would hide any waste."""
        return self.others <= _CALM * CORES

    @property
    def most(self) -> float:
        """The requests per second if these had kept all cores busy that others left."""
        return (CORES - self.others) * 1e6 / (self.server + self.client)


class Clock:
    """Measures the CPU time of a server and of the load generator since its creation."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._begun = self._read()

    def cost(self, requests: float) -> Cost:
        """Return the cost per request, given how many were sent."""
        used = (now - begun for now, begun in zip(self._read(), self._begun, strict=True))
        server, loop, client, busy, elapsed = used
        others = max(0.0, busy - server - client) / elapsed
        return Cost(*(seconds / requests * 1e6 for seconds in (server, loop, client)), others)

    def _read(self) -> tuple[float, float, float, float, float]:
        """Return the seconds so far of server, loop, load generator and all cores, and on the clock."""
        loop = _seconds(_fields(Path(f"/proc/{self._server}/task/{self._server}/stat")))
        return _used(self._server), loop, _used_by_ended_children(), _busy(), time.monotonic()


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


def _busy() -> float:
    """Return the seconds that all cores together were busy, or taken by the machine's host."""
    user, nice, system, _idle, _waiting, *taken = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, *taken))) / _TICK


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
