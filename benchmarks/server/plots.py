"""The plots of the benchmark's page, as SVG files that are readable on a light and on a dark background."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from statistics import median
from textwrap import fill

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from page import TITLES

__all__ = ["draw"]

_INK, _OWN, _OTHER = "#7d8590", "#1f8a70", "#8a6fb8"
mpl.rcParams.update(
    {
        "svg.hashsalt": "checkpoint-contract",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        **dict.fromkeys(
            ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
        ),
    }
)


def draw(data: Path, folder: Path) -> None:
    """Draw the measurements in `data`, which run.py writes, as performance.svg and scaling.svg."""
    measured = json.loads(data.read_text(encoding="utf-8"))
    _save(_servers(measured["servers"]), folder / "performance.svg")
    _save(_scaling(measured), folder / "scaling.svg")


def _servers(servers: dict[str, dict[str, list[float]]]) -> Figure:
    """Return the processor time and the response times of each server."""
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    cost, times = figure.subplots(1, 2, sharey=True)
    names = sorted(servers, key=lambda name: -median(servers[name]["cpu"]))
    for row, name in enumerate(names):
        each, colour = servers[name], _colour(name)
        cost.plot(each["cpu"], [row] * len(each["cpu"]), "|", color=colour, alpha=0.5)
        cost.plot(median(each["cpu"]), row, "o", color=colour)
        low, high = median(each["p50"]), median(each["p99"])
        times.plot([low, high], [row, row], "-", color=colour, linewidth=2)
        times.plot(low, row, "o", color=colour)
        times.plot(high, row, "|", color=colour, markersize=10)
    cost.set_yticks(range(len(names)), [_title(name) for name in names])
    _axis(cost, "CPU time of a valid request, µs (dot: median)")
    _axis(times, "response time, ms (dot: p50, end: p99)")
    return figure


def _scaling(measured: dict[str, dict[str, dict[str, list[float]]]]) -> Figure:
    """Return the rates with more stored checkpoints, and with more workers."""
    figure = Figure(figsize=(9, 3), layout="constrained")
    rows, workers = figure.subplots(1, 2)
    stored = {int(count): rates for count, rates in measured["stored"].items()}
    for count, rates in stored.items():
        rows.plot([count] * len(rates), rates, "_", color=_OWN, alpha=0.5)
    rows.plot(list(stored), [median(rates) for rates in stored.values()], "o-", color=_OWN)
    rows.set_xscale("log")
    rows.set_xlabel("stored checkpoints")
    rows.set_ylabel("valid requests/s, SQLite")
    rows.set_ylim(bottom=0)
    for place, name in enumerate(("sqlite", "two workers")):
        rates = measured["servers"][name]["rate"]
        workers.plot([place] * len(rates), rates, "_", color=_OWN, alpha=0.5)
        workers.plot(place, median(rates), "o", color=_OWN)
    workers.set_xticks([0, 1], ["1 worker", "2 workers"])
    workers.set_xlim(-0.5, 1.5)
    workers.set_ylim(bottom=0)
    for axes in (rows, workers):
        axes.grid(visible=True, axis="y", alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _axis(axes: Axes, label: str) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(label)
    axes.grid(visible=True, axis="x", alpha=0.25)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _title(name: str) -> str:
    """Return what a server is, without Markdown and remarks."""
    return fill(re.sub(r"[*`]| \(.*", "", TITLES[name]), 32)


def _colour(name: str) -> str:
    return _OWN if "reference" in TITLES[name] else _OTHER


def _save(figure: Figure, file: Path) -> None:
    """Write the figure without anything that differs from one day to the next."""
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
