"""The page of the benchmark, in Markdown."""

from __future__ import annotations

import os
import platform
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from processor import CORES, Cost

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TITLES", "page"]

TITLES = {
    "reference": "**reference server, in memory**",
    "connexion": "stock Connexion AsyncApp",
    "fastapi": "FastAPI with pydantic",
    "litestar": "Litestar with msgspec",
    "starlette": "Starlette with jsonschema-rs",
    "bare": "bare ASGI, without parsing or validation",
    "prism": "Prism's mock server (does less work: it only makes up an example)",
    "sqlite": "**reference server, SQLite**, durable",
    "postgresql": "**reference server, PostgreSQL**, durable",
    "two workers": "reference server, SQLite, `--workers 2`",
}
"""What each server is, in Markdown."""
_FEWEST = 2
"""How many rounds a median with its scatter takes."""
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
    """Return the page with all measurements; `load` is the machine's load average beforehand."""
    found = {server.name: server for server in servers}
    lines = [
        "# Performance",
        "",
        "<!-- run: by .ci/run -->",
        "```sh",
        "python benchmarks/server/run.py --stored --soak 1000000 --write docs/performance.md",
        "```",
        "",
        "This command writes the page. Unless a row says otherwise, every server runs one worker under the",
        "same version of uvicorn and calls the same handler. `wrk` loads the servers in turn over 64",
        "connections. The figures are medians of the rounds. The reference server also uses Connexion to",
        "route and authenticate requests from the document, so editing the document changes what it does.",
        "",
        f"This run used Python {platform.python_version()} on {os.cpu_count()} cores. The servers shared",
        f"them with the load generator and other processes. The load average before the run was {load:.1f}.",
        "Compare the ratios, not the absolute figures. A ratio is a lower bound if a thread, a process or a",
        "database next to the server needs a core of its own.",
        "",
        *_servers(found),
        "",
        "![CPU time of a valid request, and response times, of each server](pictures/performance.svg)",
        "",
        *_ratios(found, stored, memory),
        "",
        *(["![Rates by stored checkpoints, and by workers](pictures/scaling.svg)", ""] if stored else []),
        *_stores(found),
        "",
        *_workers(found),
    ]
    return "\n".join(lines) + "\n"


def _servers(found: dict[str, Any]) -> list[str]:
    """Return the table with one row per server."""
    lines = [
        "| server | valid requests/s | rejected requests/s | p50, ms | p99, ms | CPU, µs per valid request |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, title in TITLES.items():
        each = found[name]
        measured = f"{median(each.rates):.0f} | {median(each.refused_rates):.0f}"
        times = f"{median(each.p50):.1f} | {median(each.p99):.1f}"
        lines.append(f"| {title} | {measured} | {times} | {_cost(each).server:.0f} |")
    return lines


def _ratios(found: dict[str, Any], stored: dict[int, list[float]], memory: dict[str, float]) -> list[str]:
    """Return the table of the goals."""
    lines = ["| ratio | median | middle half of the rounds | goal |", "|---|---:|---:|---:|"]
    own, peer = found["reference"], found["starlette"]
    title = "CPU time ÷ Starlette with jsonschema-rs, valid requests, in memory"
    lines.append(_compared(title, _processor(own.costs), _processor(peer.costs), "at most 1.0"))
    title = "CPU time ÷ Starlette with jsonschema-rs, rejected requests, in memory"
    lines.append(
        _compared(title, _processor(own.refused_costs), _processor(peer.refused_costs), "at most 1.0")
    )
    for title, upper, lower, goal in _GOALS:
        lines.append(_compared(title, found[upper].rates, found[lower].rates, goal or "—"))
    lines.append(_compared("rejected ÷ valid requests, in memory", own.refused_rates, own.rates, 1.0))
    for title, name in (("in memory", "reference"), ("SQLite", "sqlite")):
        lines.append(_compared(f"p99 ÷ p50, {title}", found[name].p99, found[name].p50, "at most 3"))
    lines.append(_share_of_maximum(found["two workers"]))
    if stored:
        title = "time with 10⁶ stored checkpoints ÷ time with 10³, SQLite"
        lines.append(_compared(title, stored[1_000], stored[1_000_000], "at most 1.2"))
    if memory:
        lines.append(
            f"| memory after {memory['requests']:.0f} requests ÷ before, SQLite | "
            f"{memory['after'] / memory['before']:.2f} ({memory['after']:.0f} MiB) | — | flat |"
        )
    return lines


def _stores(found: dict[str, Any]) -> list[str]:
    """Return the event loop time of a durable response, which limits the rate."""
    memory, sqlite, postgresql = (_cost(found[name]) for name in ("reference", "sqlite", "postgresql"))
    return [
        f"In the event loop's thread, a valid request takes {memory.loop:.0f} µs with the in-memory store,",
        f"{sqlite.loop:.0f} µs with SQLite (goal: at most 40 more), and {postgresql.loop:.0f} µs with",
        "PostgreSQL (goal: at most 60 more).",
        f"The thread that commits to SQLite takes another {sqlite.server - sqlite.loop:.0f} µs.",
    ]


def _workers(found: dict[str, Any]) -> list[str]:
    """Return what limits the gain of a second worker on this machine."""
    two = found["two workers"]
    cost, gain = _cost(two), _cost(two).most / median(found["sqlite"].rates)
    calm, rounds = sum(each.calm for each in two.costs), len(two.costs)
    return [
        f"With two workers, a request takes {cost.server:.0f} µs in the server's processes and",
        f"{cost.client:.0f} µs in the load generator. Everything else, such as other processes and the",
        f"kernel's work for the disk, took {cost.others:.2f} of the {CORES} cores. The maximum is the rate",
        f"that keeps the rest busy: {cost.most:.0f} requests/s, {gain:.2f} times the rate of one worker.",
        f"Its row counts the {calm} of {rounds} rounds in which everything else took at most a quarter.",
    ]


def _share_of_maximum(server: Any) -> str:
    """Return the row with the ratio of a server's rates to the maximum, in calm rounds."""
    title, goal = "two workers ÷ the maximum on this machine", 0.9
    calm = [(rate, cost.most) for rate, cost in zip(server.rates, server.costs, strict=True) if cost.calm]
    if len(calm) < _FEWEST:
        return f"| {title} | not measured | — | {goal} |"
    rates, most = zip(*calm, strict=True)
    return _compared(title, rates, most, goal)


def _compared(title: str, upper: Sequence[float], lower: Sequence[float], goal: float | str) -> str:
    """Return a row with the median and the interquartile range of the ratios within a round."""
    first, middle, third = quantiles(above / below for above, below in zip(upper, lower, strict=True))
    return f"| {title} | {middle:.2f} | {first:.2f} to {third:.2f} | {goal} |"


def _processor(costs: Sequence[Cost]) -> list[float]:
    """Return the CPU time of a request in microseconds, round by round."""
    return [cost.server for cost in costs]


def _cost(server: Any) -> Cost:
    """Return the median cost of a valid request."""
    return Cost(*(median(part) for part in zip(*server.costs, strict=True)))
