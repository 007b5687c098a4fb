"""Measures `checkpoint-contract lint` on GitHub's API description (12 MB), fetched with npm.

    python benchmarks/diff/lint.py [--repeat 3] [--against PYTHON]

Prints three lines: all rules, our own rules, and, as the difference, what third-party libraries take (the
rules whose work openapi-spec-validator, openapi-schema-validator, Connexion and Schemathesis do).
`--against` is the interpreter of another build, which runs in turn with this one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import octokit
from process import figures, keep_bytecode, measured

_OTHERS = (
    "specification", "connexion", "schemathesis", "example-invalid", "default-invalid", "enum-invalid",
)  # fmt: skip


def main() -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of each command")
    parser.add_argument("--against", metavar="PYTHON", help="the interpreter of another build")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        keep_bytecode(Path(name) / "bytecode")
        file = octokit.pairs(Path(name))[0][1]
        pythons = [sys.executable, *filter(None, [options.against])]
        ignored = [word for rule in _OTHERS for word in ("--ignore", rule)]
        commands = {"all rules": ["lint", str(file)], "our own rules": ["lint", *ignored, str(file)]}
        for python in pythons:
            measured(python, *commands["our own rules"])
        medians: dict[str, list[float]] = {}
        for title, command in commands.items():
            runs = [[measured(python, *command) for python in pythons] for _ in range(options.repeat)]
            by_build = list(zip(*runs, strict=True))
            medians[title] = [statistics.median(run.seconds for run in each) for each in by_build]
            _print(title, medians[title], [figures(list(each)) for each in by_build])
        both = zip(*medians.values(), strict=True)
        _print("the libraries of others", [whole - own for whole, own in both], [])
    return 0


def _print(title: str, seconds: list[float], details: list[dict[str, Any]]) -> None:
    line: dict[str, Any] = {"measured": title, "median": round(seconds[0], 2)}
    if details:
        line.update(details[0])
    if len(seconds) > 1:
        line.update(against=round(seconds[1], 2), times=round(seconds[1] / seconds[0], 1))
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
