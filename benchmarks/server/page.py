"""The page of the benchmark, in Markdown."""

from __future__ import annotations

import os
import platform
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from processor import Cost, ceiling

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["page"]

_TITLES = {
    "reference": "**reference server, in memory**",
    "connexion": "stock Connexion AsyncApp",
    "fastapi": "FastAPI with pydantic",
    "litestar": "Litestar with msgspec",
    "starlette": "Starlette with jsonschema-rs",
    "bare": "bare ASGI, parses and validates nothing",
    "prism": "Prism's mock (another handler: it only makes an example up)",
    "sqlite": "**reference server, SQLite**, durable",
    "postgresql": "**reference server, PostgreSQL**, durable",
    "two workers": "reference server, SQLite, `--workers 2`",
}
_GOALS = (
    ("in memory ÷ stock Connexion", "reference", "connexion", 3.8),
    ("in memory ÷ FastAPI", "reference", "fastapi", 1.4),
    ("in memory ÷ bare ASGI", "reference", "bare", 0.40),
    ("SQLite ÷ in memory, 64 connections", "sqlite", "reference", 0.75),
    ("PostgreSQL ÷ in memory, 64 connections", "postgresql", "reference", None),
    ("two workers ÷ one, SQLite", "two workers", "sqlite", 1.7),
)


def page(
    servers: Sequence[Any], stored: dict[int, list[float]], memory: dict[str, float], load: float
) -> str:
    """Return the tables of all that was measured; `load` is the machine's load average before."""
    found = {server.name: server for server in servers}
    lines = [
        "# Performance",
        "",
        "<!-- run: by .ci/run -->",
        "```sh",
        "python benchmarks/server/run.py --stored --soak 1000000 --write docs/performance.md",
        "```",
        "",
        "makes this page: every server runs with one worker under the same uvicorn, all do the same work in",
        "the same handler, 64 connections from `wrk` load them in turn, figures are medians of the rounds.",
        "Connexion routes and authenticates from the document in the reference server, too; an edit of the",
        "document changes what it does.",
        "",
        f"Measured on {os.cpu_count()} cores shared with the load generator and others, load average",
        f"{load:.1f} before the run, Python {platform.python_version()}. Compare the ratios, and take them",
        "for lower bounds where a thread, a process or a database beside the server wants a core of its own.",
        "",
        *_servers(found),
        "",
        *_ratios(found, stored, memory),
        "",
        *_stores(found),
        "",
        *_workers(found),
    ]
    return "\n".join(lines) + "\n"


def _servers(found: dict[str, Any]) -> list[str]:
    """Return the table with a row for each server."""
    lines = [
        "| server | valid, 1/s | refused, 1/s | p50, ms | p99, ms | processor, µs a valid request |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, title in _TITLES.items():
        each = found[name]
        measured = f"{median(each.rates):.0f} | {median(each.refused_rates):.0f}"
        times = f"{median(each.p50):.1f} | {median(each.p99):.1f}"
        lines.append(f"| {title} | {measured} | {times} | {_cost(each).server:.0f} |")
    return lines


def _ratios(found: dict[str, Any], stored: dict[int, list[float]], memory: dict[str, float]) -> list[str]:
    """Return the table of what was to be reached."""
    lines = ["| ratio | median | middle half of the rounds | goal |", "|---|---:|---:|---:|"]
    own, peer = found["reference"], found["starlette"]
    title = "processor ÷ Starlette with jsonschema-rs, valid, in memory"
    lines.append(_compared(title, _processor(own.costs), _processor(peer.costs), "at most 1.0"))
    title = "processor ÷ Starlette with jsonschema-rs, refused, in memory"
    lines.append(
        _compared(title, _processor(own.refused_costs), _processor(peer.refused_costs), "at most 1.0")
    )
    for title, upper, lower, goal in _GOALS:
        lines.append(_compared(title, found[upper].rates, found[lower].rates, goal or "—"))
    lines.append(_compared("refused ÷ valid, in memory", own.refused_rates, own.rates, 1.0))
    for title, name in (("in memory", "reference"), ("SQLite", "sqlite")):
        lines.append(_compared(f"p99 ÷ p50, {title}", found[name].p99, found[name].p50, "at most 3"))
    two, one = found["two workers"], found["sqlite"]
    bound = ceiling(_cost(two), median(one.rates))
    lines.append(
        _compared(
            "two workers ÷ the most this machine allows", two.rates, [bound * each for each in one.rates], 0.9
        )
    )
    if stored:
        title = "time with 10⁶ stored checkpoints ÷ with 10³, SQLite"
        lines.append(_compared(title, *stored.values(), "at most 1.2"))
    if memory:
        lines.append(
            f"| memory after {memory['requests']:.0f} requests ÷ before, SQLite | "
            f"{memory['after'] / memory['before']:.2f} ({memory['after']:.0f} MiB) | — | flat |"
        )
    return lines


def _stores(found: dict[str, Any]) -> list[str]:
    """Return what a durable answer costs the event loop, which bounds how many there can be."""
    memory, sqlite, postgresql = (_cost(found[name]) for name in ("reference", "sqlite", "postgresql"))
    one, other = sqlite.loop - memory.loop, postgresql.loop - memory.loop
    return [
        f"A valid request takes {memory.loop:.0f} µs of the event loop's thread in memory. SQLite adds",
        f"{one:.0f} µs to that (at most 40), PostgreSQL {other:.0f} µs (at most 60). The thread that",
        f"commits to SQLite takes {sqlite.server - sqlite.loop:.0f} µs beside it.",
    ]


def _workers(found: dict[str, Any]) -> list[str]:
    """Return what bounds the gain of a second worker on this machine."""
    cost = _cost(found["two workers"])
    most = ceiling(cost, median(found["sqlite"].rates))
    return [
        f"A request to two workers takes {cost.server:.0f} µs of the server's processes and",
        f"{cost.client:.0f} µs of the load generator, and {os.cpu_count()} cores serve both: two workers can",
        f"be at most {most:.2f} times as fast as one here, and what else the machine does comes off that.",
    ]


def _compared(title: str, upper: list[float], lower: list[float], goal: float | str) -> str:
    """Return a row with the median of the ratios within a round, and between what half of them lie."""
    first, middle, third = quantiles(above / below for above, below in zip(upper, lower, strict=True))
    return f"| {title} | {middle:.2f} | {first:.2f} to {third:.2f} | {goal} |"


def _processor(costs: Sequence[Cost]) -> list[float]:
    """Return the processor time of a request, round by round."""
    return [cost.server for cost in costs]


def _cost(server: Any) -> Cost:
    """Return what a valid request costs in the median."""
    return Cost(*(median(part) for part in zip(*server.costs, strict=True)))
