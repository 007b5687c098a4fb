"""How long `verify` takes over a distance, compared with another build of the project: ratios.

    python benchmarks/distance/run.py OTHER --round-trip 0.15

OTHER is a checkout with its environment in `.venv`. A forwarder puts a round trip between `verify` and the
reference server of this build. The other build runs once, then this one with each number of connections;
"serial" counts the requests that travel alone, "others" those that travel side by side, and the bound is

    1.3 * (serial * round trip + others * round trip / connections) + 5 s
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[2]
GOALS = {4: 3.0, 8: 5.5}


class Run(NamedTuple):
    """A finished run."""

    verdict: str
    requests: int
    others: int
    seconds: float


@contextmanager
def distant(round_trip: float, folder: Path) -> Iterator[str]:
    """Run the reference server behind the forwarder; yield the text of its target file."""
    file = folder / "target.toml"
    command = [HERE / ".venv/bin/checkpoint-contract", "serve", "--port", "0", "--target-file", file]
    command += ["--database", folder / "served.sqlite3"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            while not file.exists():
                time.sleep(0.05)
            text = file.read_text(encoding="utf-8")
            port = re.findall(r'^url = "http://127\.0\.0\.1:(\d+)"', text, re.MULTILINE)[0]
            forwarder = [sys.executable, HERE / "benchmarks/distance/forwarder.py", "127.0.0.1", port]
            with subprocess.Popen(
                [*forwarder, str(round_trip)], stdout=subprocess.PIPE, text=True
            ) as between:
                assert between.stdout is not None
                try:
                    yield text.replace(port, between.stdout.readline().strip(), 1)
                finally:
                    between.terminate()
        finally:
            server.terminate()


def verify(checkout: Path, target: str, folder: Path, *options: str) -> Run:
    """Run `verify`; raise CalledProcessError if the server is not conformant."""
    file, reports = folder / "distant.toml", folder / "report"
    file.write_text(target, encoding="utf-8")
    command = [checkout / ".venv/bin/checkpoint-contract", "verify", "--target", file]
    command += ["--report", reports, "--quiet", *options]
    began = time.perf_counter()
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    seconds = time.perf_counter() - began
    report = json.loads((reports / "report.json").read_text(encoding="utf-8"))
    others = report.get("connections", {}).get("side_by_side", 0)
    return Run(report["verdict"], report["requests"], others, seconds)


def table(other: Run, own: dict[int, Run], round_trip: float) -> str:
    """Return the runs as a Markdown table."""
    lines = [
        "| build | connections | verdict | serial | others | wall, s | bound, s | other ÷ this | goal |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|",
        f"| other | — | {other.verdict} | {other.requests} | 0 | {other.seconds:.1f} | — | 1 | — |",
    ]
    for connections, run in own.items():
        serial = run.requests - run.others
        bound = 1.3 * round_trip * (serial + run.others / connections) + 5
        ratio, goal = other.seconds / run.seconds, GOALS.get(connections)
        lines.append(
            f"| this | {connections} | {run.verdict} | {serial} | {run.others} | {run.seconds:.1f} "
            f"| {bound:.1f} | {ratio:.2f} | {f'at least {goal}' if goal else '—'} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("other", type=Path, help="a checkout of the other build, with its .venv")
    parser.add_argument("--round-trip", type=float, default=0.15, help="seconds; default: 0.15")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 4, 8, 16])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with distant(arguments.round_trip, folder) as target:
            other = verify(arguments.other.resolve(), target, folder)
            own = {
                number: verify(HERE, target, folder, "--connections", str(number))
                for number in arguments.connections
            }
    print(table(other, own, arguments.round_trip))
    print(f"\n{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
