"""How long `verify` of the reference server takes, compared with another build of the project: ratios.

    python benchmarks/verify/run.py OTHER --rounds 9

OTHER is a checkout with its environment in `.venv`. Each round runs these in random order: the other build,
this one with an empty cache, this one with a warm cache, and its dry run. Ratios are medians of the rounds,
for wall-clock time and for CPU time including servers and other processes.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[2]
GOALS = {"cold": 0.75, "warm": 0.5}


class Cost(NamedTuple):
    """The cost of a run, in seconds."""

    clock: float
    processor: float


def cost(checkout: Path, cache: Path, folder: Path, *options: str) -> Cost:
    """Run `verify`; raise CalledProcessError if the server is not conformant."""
    command = [checkout / ".venv/bin/checkpoint-contract", "verify", "--report", folder / "report", *options]
    before, began = _processor(), time.perf_counter()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "XDG_CACHE_HOME": str(cache)}
    )
    return Cost(time.perf_counter() - began, _processor() - before)


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(other: Path, rounds: int) -> dict[str, list[Cost]]:
    """Return the costs of each kind of run, round by round."""
    costs: dict[str, list[Cost]] = {"other": [], "cold": [], "warm": [], "dry run": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm, empty = folder / "warm", folder / "empty"
        cost(HERE, warm, folder, "--quiet")
        for number in range(rounds):
            for kind in random.sample(list(costs), len(costs)):
                shutil.rmtree(empty, ignore_errors=True)
                checkout, cache = (other, empty) if kind == "other" else (HERE, warm)
                if kind == "cold":
                    cache = empty
                options = ("--dry-run",) if kind == "dry run" else ("--quiet",)
                costs[kind].append(cost(checkout, cache, folder, *options))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return costs


def table(costs: dict[str, list[Cost]]) -> str:
    """Return the medians and ratios as a Markdown table."""
    lines = [
        "| run | clock, s | processor, s | clock ÷ other | processor ÷ other | goal, clock |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind, own in costs.items():
        seconds = [statistics.median(each[index] for each in own) for index in (0, 1)]
        ratios = [
            statistics.median(
                mine[index] / theirs[index] for mine, theirs in zip(own, costs["other"], strict=True)
            )
            for index in (0, 1)
        ]
        goal = f"at most {GOALS[kind]}" if kind in GOALS else "—"
        lines.append(
            f"| {kind} | {seconds[0]:.2f} | {seconds[1]:.2f} | {ratios[0]:.2f} | {ratios[1]:.2f} | {goal} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("other", type=Path, help="a checkout of the other build, with its .venv")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    arguments = parser.parse_args()
    print(table(measure(arguments.other.resolve(), arguments.rounds)))
    print(f"\n{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
