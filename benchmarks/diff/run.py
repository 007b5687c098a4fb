"""Measures `checkpoint-contract diff` as a whole process: on the contract itself, and as documents grow.

    python benchmarks/diff/run.py [--repeat 5]

Prints one line a document, with the fastest and the median of its runs in seconds and the largest memory
of one in megabytes. Fails when a limit is passed: 0.7 s for the contract, 5 s for 200 operations, 500 MB
for any. The machine's load shows in the median.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import yaml
from generate import document, interwoven, revision

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "openapi" / "checkpoint.yaml"
_QUIET = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
SIZES = (25, 50, 100, 200, 400)
MEMORY = 500
LIMITS = {"the contract": 0.7, "200 operations": 5.0}


def main() -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=5, help="runs of each document")
    repeat = parser.parse_args().repeat
    late: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, base, changed in [*_contract(Path(folder)), *_generated(Path(folder))]:
            done = [_measured(base, changed) for _ in range(repeat)]
            runs, megabytes = [seconds for seconds, _ in done], max(memory for _, memory in done)
            line = {
                "document": name,
                "kilobytes": round(base.stat().st_size / 1024),
                "fastest": round(min(runs), 3),
            }
            line = {**line, "median": round(statistics.median(runs), 3), "megabytes": megabytes}
            print(json.dumps(line), flush=True)
            if megabytes > MEMORY:
                late.append(f"{name} took {megabytes} MB, more than {MEMORY} MB")
            if min(runs) > LIMITS.get(name, float("inf")):
                late.append(f"{name} took {min(runs):.2f} s, more than {LIMITS[name]} s")
    for text in late:
        print(f"error: {text}", file=sys.stderr)
    return 1 if late else 0


def _contract(folder: Path) -> list[tuple[str, Path, Path]]:
    changed = folder / "contract.yaml"
    changed.write_text(CONTRACT.read_text("utf-8").replace("maxItems: 64", "maxItems: 32"), "utf-8")
    return [("the contract, unchanged", CONTRACT, CONTRACT), ("the contract", CONTRACT, changed)]


def _generated(folder: Path) -> list[tuple[str, Path, Path]]:
    found: list[tuple[str, Path, Path]] = []
    documents = {f"{size} operations": document(size) for size in SIZES}
    for name, base in {**documents, "interwoven": interwoven(30)}.items():
        paths = folder / f"{name}.base.yaml", folder / f"{name}.revision.yaml"
        for path, content in zip(paths, (base, revision(base)), strict=True):
            path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
        found.append((name, *paths))
    return found


def _measured(base: Path, changed: Path) -> tuple[float, int]:
    """Return the seconds and the megabytes of a comparison; its exit code tells only of the gate."""
    command = [sys.executable, "-m", "checkpoint_openapi.commands.diff", str(base), str(changed)]
    start = time.perf_counter()
    process = os.posix_spawn(sys.executable, command, os.environ, file_actions=_QUIET)
    _, status, usage = os.wait4(process, 0)
    elapsed = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1, 3):
        raise RuntimeError(f"{' '.join(command)} failed")
    return elapsed, usage.ru_maxrss // (1024 if sys.platform == "linux" else 1024 * 1024)


if __name__ == "__main__":
    sys.exit(main())
