"""The picture of a run: how long each request took, in the order in which they were sent.

Places are percentages of the plot, from its upper left corner, so that the picture fits any width.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

__all__ = ["RESULTS", "Band", "Picture", "Point", "pictures"]

RESULTS = ("accepted", "refused", "server error", "no complete response")
"""The results of a request, the usual ones first."""
_ACCEPTED, _REFUSED, _SERVER_ERROR, _INCOMPLETE = RESULTS
_MOST_POINTS = 2000
_COLUMNS, _ROWS = 1000, 250
"""The finest grid: points of the same result in one cell are drawn as one."""
_LOGARITHMIC_FROM = 20
"""The ratio of the longest to the shortest time from which the scale is logarithmic."""
_SHORTEST = 0.1
"""Milliseconds below which times are drawn as equal."""
_NUMBERED_FROM = 2.5
"""Percent of the width from which a band has room for its number."""
_TICKS = 4
"""Parts of the time axis."""


@dataclass(frozen=True)
class Point:
    """One request, or several that would be drawn in the same place."""

    x: float
    y: float
    result: str


@dataclass(frozen=True)
class Band:
    """One phase of the run."""

    name: str
    x: float
    width: float
    requests: int
    longest: float
    """Milliseconds of its longest request."""

    @property
    def numbered(self) -> bool:
        """Whether there is room for its number."""
        return self.width >= _NUMBERED_FROM


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn."""

    counts: dict[str, int]
    """How many requests had each result, in the order of RESULTS."""
    points: dict[str, list[Point]]
    """The points by result."""
    findings: list[tuple[str, Point]]
    """The requests that show a finding, with the id of the requirement."""
    bands: list[Band]
    lines: list[tuple[float, float]]
    """The height of each line of the scale, and its milliseconds."""
    timeout: float
    """The height of the target's timeout."""
    ticks: list[tuple[float, float]]
    """Places on the time axis, with the seconds since the run started."""


@dataclass(frozen=True)
class _Sent:
    started: float
    elapsed: float
    result: str
    number: int


def pictures(report: dict[str, Any]) -> list[Picture]:
    """Return the picture of the run, or one for each merged shard; none if nothing says when it sent."""
    times = report.get("times", {})
    return [found for each in times.get("shards", [times]) if (found := _picture(report, each))]


def _picture(report: dict[str, Any], times: dict[str, Any]) -> Picture | None:
    """Return the picture of these times, or None if they do not say when each request was sent."""
    sent = sorted(_sent(times), key=lambda each: each.started)
    if not sent:
        return None
    timeout = report["header"]["target"]["timeout"] * 1000
    height, lines = _scale([timeout, *(each.elapsed for each in sent)])
    points = {
        each.number: Point((order + 0.5) / len(sent) * 100, height(each.elapsed), each.result)
        for order, each in enumerate(sent)
    }
    counted = Counter(each.result for each in sent)
    drawn: defaultdict[str, list[Point]] = defaultdict(list)
    for point in _thinned(points.values()):
        drawn[point.result].append(point)
    return Picture(
        counts={result: counted[result] for result in RESULTS if counted[result]},
        points=drawn,
        findings=[(name, points[number]) for number, name in _findings(report).items() if number in points],
        bands=list(_bands(times["phases"], sent)),
        lines=[(height(value), value) for value in lines],
        timeout=height(timeout),
        ticks=_ticks(sent),
    )


def _sent(times: dict[str, Any]) -> Iterator[_Sent]:
    """Give every request: those with complete answers have the numbers that the others leave."""
    incomplete, first = times.get("incomplete", []), times.get("first", 1)
    others = {each["number"] for each in incomplete}
    numbers = (number for number in range(1, times.get("count", 0) + len(others) + 1) if number not in others)
    answers = zip(
        times.get("started_s", []),
        times.get("series_ms", []),
        times.get("statuses", []),
        numbers,
        strict=False,
    )
    for started, elapsed, status, number in answers:
        yield _Sent(started, elapsed, _result(status), first - 1 + number)
    for each in incomplete:
        yield _Sent(each["started_s"], each["elapsed_ms"], _INCOMPLETE, first - 1 + each["number"])


def _result(status: int) -> str:
    if status in range(200, 300):
        return _ACCEPTED
    return _SERVER_ERROR if status >= 500 else _REFUSED


def _scale(values: list[float]) -> tuple[Callable[[float], float], list[float]]:
    """Return the function from milliseconds to a height, and the values that get a line."""
    shortest, longest = max(min(values), _SHORTEST), max(values)
    if longest / shortest < _LOGARITHMIC_FROM:
        step = 10.0 ** math.floor(math.log10(longest))
        lines = [step * count for count in range(1, 10) if step * count <= longest]
        return lambda value: 100 - value / longest / 1.1 * 100, lines
    low, high = math.log10(shortest / 1.5), math.log10(longest * 1.5)

    def height(value: float) -> float:
        return 100 - (math.log10(max(value, _SHORTEST)) - low) / (high - low) * 100

    return height, [10.0**power for power in range(math.ceil(low), math.ceil(high))]


def _thinned(points: Iterable[Point]) -> list[Point]:
    """Return the points on the finest grid on which they are few enough: each cell that has one keeps one."""
    everything, cell = list(points), 1
    while True:
        cells = {
            (int(point.x / 100 * _COLUMNS / cell), int(point.y / 100 * _ROWS / cell), point.result): point
            for point in everything
        }
        if len(cells) <= _MOST_POINTS:
            return list(cells.values())
        cell += 1


def _findings(report: dict[str, Any]) -> dict[int, str]:
    """Return, by the number of the request that shows it, the requirement of each finding that has a card."""
    told = [item for item in report["requirements"] if item["profile"] in report["profiles"]]
    return {
        number: item["id"]
        for item in reversed(told)
        if item["outcome"] not in ("pass", "skip")
        for finding in item["findings"]
        for number in finding["exchanges"][-1:]
    }


def _bands(phases: list[dict[str, Any]], sent: list[_Sent]) -> Iterator[Band]:
    """Give the phases in which something was sent."""
    starts = [each.started for each in sent]
    edges = [*(bisect_left(starts, phase["started_s"]) for phase in phases), len(sent)]
    for phase, (first, end) in zip(phases, pairwise(edges), strict=True):
        if first < end:
            longest = max(each.elapsed for each in sent[first:end])
            share = 100 / len(sent)
            yield Band(phase["name"], first * share, (end - first) * share, end - first, longest)


def _ticks(sent: list[_Sent]) -> list[tuple[float, float]]:
    last = len(sent) - 1
    return [(part / _TICKS * 100, sent[round(part / _TICKS * last)].started) for part in range(_TICKS + 1)]
