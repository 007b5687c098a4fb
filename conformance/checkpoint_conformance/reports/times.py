"""How long the responses of a run took, and when each request was sent."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from checkpoint_conformance.run.record import RunRecord

__all__ = ["summary", "time_of_requirements", "times"]


def times(run: RunRecord) -> dict[str, Any]:
    """Return the times of all answers, of the requests without a complete one, and of the phases."""
    complete = [exchange for exchange in run.exchanges if exchange.response and not exchange.fault]
    return {
        **summary(exchange.elapsed * 1000 for exchange in complete),
        "started_s": [_since(exchange.started, run) for exchange in complete],
        "statuses": [exchange.status for exchange in complete],
        "incomplete": [
            {
                "number": exchange.number,
                "started_s": _since(exchange.started, run),
                "elapsed_ms": round(exchange.elapsed * 1000, 3),
                "kind": exchange.fault.kind.value,
            }
            for exchange in run.exchanges
            if exchange.fault
        ],
        "phases": [{"name": phase.name, "started_s": _since(phase.started, run)} for phase in run.phases],
    }


def summary(series: Iterable[float]) -> dict[str, Any]:
    """Summarize the milliseconds of answers, in the order of the requests; null if there are none."""
    values = [round(value, 3) for value in series]
    ranked = sorted(values)

    def at(share: float) -> float | None:  # the nearest rank
        return ranked[math.ceil(share * len(ranked)) - 1] if ranked else None

    return {
        "count": len(values),
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "max_ms": at(1),
        "series_ms": values,
    }


def time_of_requirements(run: RunRecord) -> dict[str, float]:
    """Return, by requirement, the seconds that the answers to its own probes took together."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for number, probe in run.asked.items():
        seconds[probe.requirement] += run.exchanges[number - 1].elapsed
    return seconds


def _since(moment: float, run: RunRecord) -> float:
    return round(max(0.0, moment - run.started), 3)
