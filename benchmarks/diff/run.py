"""Measures `checkpoint-contract diff` as a whole process: on the contract itself, and as documents grow.

    python benchmarks/diff/run.py [--repeat 5] [--octokit] [--against PYTHON] [--only WORD] [--write]

Prints one line per document: the fewest and the median of the processor seconds of its runs, and the
largest memory of one in megabytes; a run before all others, which compiles the modules, is not counted.
`--octokit` adds GitHub's API descriptions, fetched with npm. `--against` is the interpreter of another
build, which runs in turn with this one: the line has its figures as well, and how many times as long it
took. `--only` keeps the documents with a word in their name. `--write` writes the table of docs/gate.md.
Fails when a limit is passed: 0.7 s for the contract, 5 s for 200 operations, or 600 MB.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import octokit
from generate import document, interwoven, loosened, revision, tangle, written
from process import Run, figures, keep_bytecode, measured

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "gate.md"
TABLE = re.compile(r"(?<=\| document \| KB \| seconds \| MB \|\n\|---\|---\|---\|---\|\n)(\|.*\n)+")
CONTRACT = ROOT / "openapi" / "checkpoint.yaml"
SIZES = (25, 50, 100, 200, 400)
TANGLES = (40, 75, 150, 300)
MEMORY = 600
LIMITS = {"the contract, changed": 0.7, "200 operations": 5.0}


def main() -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=5, help="runs of each document")
    parser.add_argument("--octokit", action="store_true", help="measure GitHub's API descriptions, too")
    parser.add_argument("--against", metavar="PYTHON", help="the interpreter of another build")
    parser.add_argument(
        "--only", metavar="WORD", default="", help="measure documents with this in their name"
    )
    parser.add_argument("--write", action="store_true", help="write the table of docs/gate.md")
    options = parser.parse_args()
    lines: list[dict[str, Any]] = []
    late: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep_bytecode(folder / "bytecode")
        found = [*_contract(folder), *_generated(folder), *(octokit.pairs(folder) if options.octokit else [])]
        for python in filter(None, (sys.executable, options.against)):
            measured(python, "diff", *map(str, found[1][1:]))
        for title, base, changed in found:
            if options.only not in title:
                continue
            line, runs = _line(title, base, changed, options)
            print(json.dumps(line), flush=True)
            lines.append(line)
            megabytes, seconds = max(run.megabytes for run in runs), min(run.seconds for run in runs)
            if megabytes > MEMORY:
                late.append(f"{title} took {megabytes} MB, more than {MEMORY} MB")
            if seconds > LIMITS.get(title, float("inf")):
                late.append(f"{title} took {seconds:.2f} s, more than {LIMITS[title]} s")
    if options.write:
        PAGE.write_text(TABLE.sub(_rows(lines), PAGE.read_text("utf-8"), count=1), "utf-8")
    for text in late:
        print(f"error: {text}", file=sys.stderr)
    return 1 if late else 0


def _rows(lines: list[dict[str, Any]]) -> str:
    """Return the rows of the page's table."""
    return "".join(
        f"| {line['document']} | {line['kilobytes']:,} | {_rounded(line['median'])} | {line['megabytes']} |\n"
        for line in lines
    )


def _rounded(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:#.2g}"


def _line(
    title: str, base: Path, changed: Path, options: argparse.Namespace
) -> tuple[dict[str, Any], list[Run]]:
    """Return the printed line for one document, and the runs of this build."""
    command = ("diff", str(base), str(changed))
    runs: list[Run] = []
    others: list[Run] = []
    for _ in range(options.repeat):
        runs.append(measured(sys.executable, *command))
        if options.against:
            others.append(measured(options.against, *command))
    line: dict[str, Any] = {"document": title, "kilobytes": round(base.stat().st_size / 1024)}
    line.update(figures(runs))
    if others:
        times = statistics.median(run.seconds for run in others) / statistics.median(
            run.seconds for run in runs
        )
        line.update(against=figures(others), times=round(times, 1))
    return line, runs


def _contract(folder: Path) -> list[tuple[str, Path, Path]]:
    changed = folder / "contract.yaml"
    changed.write_text(CONTRACT.read_text("utf-8").replace("maxItems: 64", "maxItems: 32"), "utf-8")
    return [("the contract, unchanged", CONTRACT, CONTRACT), ("the contract, changed", CONTRACT, changed)]


def _generated(folder: Path) -> list[tuple[str, Path, Path]]:
    documents = {f"{size} operations": document(size) for size in SIZES}
    versions = {
        name: (base, revision(base)) for name, base in {**documents, "interwoven": interwoven(30)}.items()
    }
    tangles = {f"tangle of {size} schemas": tangle(size) for size in TANGLES}
    versions.update({name: (base, loosened(base)) for name, base in tangles.items()})
    return [(name, *written(folder, name, *contents)) for name, contents in versions.items()]


if __name__ == "__main__":
    sys.exit(main())
