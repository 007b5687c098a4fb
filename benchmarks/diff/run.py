"""Measures `checkpoint-contract diff` as a whole process: on the contract itself, and as documents grow.

    python benchmarks/diff/run.py [--repeat 5]

Prints one line a document, with the fastest and the median of its runs in seconds, and fails when a limit is
passed: 0.7 s for the contract, 5 s for 200 operations. The machine's load shows in the median.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from generate import document, revision

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "openapi" / "checkpoint.yaml"
SIZES = (25, 50, 100, 200, 400)
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
            runs = [_seconds(base, changed) for _ in range(repeat)]
            line = {
                "document": name,
                "kilobytes": round(base.stat().st_size / 1024),
                "fastest": round(min(runs), 3),
            }
            print(json.dumps({**line, "median": round(statistics.median(runs), 3)}), flush=True)
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
    for size in SIZES:
        base = document(size)
        paths = folder / f"{size}.base.yaml", folder / f"{size}.revision.yaml"
        for path, content in zip(paths, (base, revision(base)), strict=True):
            path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
        found.append((f"{size} operations", *paths))
    return found


def _seconds(base: Path, changed: Path) -> float:
    """Return how long one comparison takes; its exit code says only whether the gate opens."""
    command = [sys.executable, "-m", "checkpoint_openapi.diff_cli", str(base), str(changed)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    elapsed = time.perf_counter() - start
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(done.stderr)
    return elapsed


if __name__ == "__main__":
    sys.exit(main())
