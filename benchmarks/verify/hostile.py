"""How much memory `verify` takes against hostile servers, and with many existing items: a table.

    python benchmarks/verify/hostile.py [NAME ...] [--max-time 60]

The peak of each run is that of all its processes together (PSS, sampled). It is compared with that of a run
against a conforming server with a warm cache; with an empty one, a process of the run generates requests.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))

from conformance.run.hostile import HOSTILE  # noqa: E402
from conformance.runs import write_target  # noqa: E402
from mutants.service.server import Server, running  # noqa: E402

PROFILES = ["deletion", "discovery", "observation"]
MOST = 150
"""MB for a run against a conforming server."""
MORE = 20
"""MB more for any other."""


class Cost(NamedTuple):
    """What a run took."""

    megabytes: float
    seconds: float
    code: int


def memory(process: int) -> float:
    """Return the MB that a process and its descendants take now; 0 for one that has ended."""
    try:
        threads = Path(f"/proc/{process}/task").iterdir()
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    own = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(own.split()[1]) / 1024 + sum(map(memory, children))


def cost(behaviour: type[Server], folder: Path, max_time: float) -> Cost:
    """Verify a server with the cache in the folder, and return what that took."""
    with running(behaviour) as table:
        file = write_target(table, folder / "target.toml", max_creates=100, profiles=PROFILES, timeout=2)
        command = [HERE / ".venv/bin/checkpoint-contract", "verify", "--quiet", "--target", file]
        command += ["--report", folder / "report", "--max-time", str(max_time)]
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
        began, peak = time.perf_counter(), 0.0
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        ) as process:
            while process.poll() is None:
                peak = max(peak, memory(process.pid))
                time.sleep(0.02)
    return Cost(peak, time.perf_counter() - began, process.returncode)


def main() -> None:
    """Measure and print the table; exit with 1 if a run takes more memory or time than it may."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="default: all")
    parser.add_argument("--max-time", type=float, default=60.0, help="seconds; default: 60")
    arguments = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as name:
        print("| server | MB | more | s | exit code |\n|---|---:|---:|---:|---:|")
        for cache in ("empty", "warm"):
            base = cost(Server, Path(name), 600)
            row = f"{base.megabytes:.0f} | | {base.seconds:.1f} | {base.code}"
            print(f"| conforming, {cache} cache | {row} |", flush=True)
            failed |= base.megabytes > MOST or base.code != 0
        for server in arguments.names or HOSTILE:
            own = cost(HOSTILE[server], Path(name), arguments.max_time)
            more = own.megabytes - base.megabytes
            row = f"{own.megabytes:.0f} | {more:+.0f} | {own.seconds:.1f} | {own.code}"
            print(f"| {server} | {row} |", flush=True)
            failed |= more > MORE or own.seconds > arguments.max_time or own.code not in (0, 1, 3, 5)
    sys.exit(failed)


if __name__ == "__main__":
    main()
