"""The page of the benchmark, in Markdown."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    servers: Sequence[Any],
    stored: dict[int, list[float]],
    memory: dict[str, float],
    load: float,
    median: Callable[[list[float]], float],
) -> str:
    """Return the tables of all that was measured; `load` is the machine's load average before."""
    found = {server.name: server for server in servers}

    def ratio(upper: str, lower: str) -> float:
        pairs = zip(found[upper].rates, found[lower].rates, strict=True)
        return median([above / below for above, below in pairs])

    lines = [
        "# Performance",
        "",
        "<!-- run: not, it measures for more than half an hour -->",
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
        "| server | valid, 1/s | refused, 1/s | p50, ms | p99, ms |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, title in _TITLES.items():
        each = found[name]
        rate, refused = median(each.rates), median(each.refused_rates)
        lines.append(
            f"| {title} | {rate:.0f} | {refused:.0f} | {median(each.p50):.1f} | {median(each.p99):.1f} |"
        )
    lines += ["", "| ratio | measured | goal |", "|---|---:|---:|"]
    for title, upper, lower, goal in _GOALS:
        lines.append(f"| {title} | {ratio(upper, lower):.2f} | {'—' if goal is None else goal} |")
    own = found["reference"]
    refused = median([no / yes for no, yes in zip(own.refused_rates, own.rates, strict=True)])
    tail = median([high / low for high, low in zip(own.p99, own.p50, strict=True)])
    lines.append(f"| refused ÷ valid, in memory | {refused:.2f} | 1.0 |")
    lines.append(f"| p99 ÷ p50, in memory | {tail:.1f} | at most 4 |")
    if stored:
        slower = median([few / many for few, many in zip(*stored.values(), strict=True)])
        lines.append(f"| time with 10⁶ stored checkpoints ÷ with 10³, SQLite | {slower:.2f} | at most 1.2 |")
    if memory:
        lines.append(
            f"| memory after {memory['requests']:.0f} requests ÷ before, SQLite | "
            f"{memory['after'] / memory['before']:.2f} ({memory['after']:.0f} MiB) | flat |"
        )
    return "\n".join(lines) + "\n"
