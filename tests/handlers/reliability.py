"""Publishes what the fault tests found: `python -m tests.handlers.reliability docs/reliability.md`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
FILES = ("tests/handlers/test_faults.py", "tests/handlers/test_disclosure.py")
HEAD = """\
# Reliability

It is a reference and a sandbox: it shows what a server of this contract owes, and clients are written and
tested against it. It may run in a network that its operator controls, for many users at once. It backs
nothing up, so it must never stand in for the real service, hold data or tokens that are worth something
elsewhere, or be reached from the open internet: it speaks HTTP without TLS and does not limit how often a
client calls.

<!-- run: by .ci/run -->
```sh
python -m tests.handlers.reliability docs/reliability.md
```

runs the tests that break the server, its store and its clients for real, and writes the figures that they
found. Each figure is of one run on the machine that made this page; that nothing is lost is what the tests
require of any.

| fault | found |
|---|---|
"""
TAIL = """
A full disk, a locked, corrupt, read-only or foreign file, a clock that is stepped back while the server runs
or before it starts again, chunked and pipelined requests, heads beyond 64 KiB, and clients that are slow or
leave are in the default tests of `tests/handlers`.

An answer goes out after the commit. Kills of a process test that, and not the loss of power: for that the
stores rely on `synchronous = FULL` of SQLite and `synchronous_commit = on` of PostgreSQL. A call whose
connection or whose database was lost on the way may have been carried out without an answer; no call is
carried out in part.
"""
TITLES = {
    "test_ten_kills_under_load_lose_nothing": "kill -9 of the server under load",
    "test_kills_of_a_worker_lose_nothing": "kill -9 of a worker under load",
    "test_a_database_that_goes_and_comes_back": "PostgreSQL ended under load and started again",
    "test_ten_thousand_idle_connections": "idle connections",
    "test_time_discloses_no_policy": "the 404 for an unknown policy and for another project's",
}


def main(target: Path) -> int:
    """Run the tests, write the page; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "-m", "matrix"]
        options = ["-o", "junit_family=xunit1", f"--junitxml={report}"]
        code = subprocess.run([*command, *options, *FILES], cwd=ROOT, check=False).returncode
        if code:
            return code
        rows = [row(case) for case in ElementTree.parse(report).iter("testcase")]
    target.write_text(HEAD + "".join(filter(None, rows)) + TAIL, encoding="utf-8")
    return 0


def row(case: ElementTree.Element) -> str:
    """Return the line of a test, empty for one without a figure."""
    name, _, variant = case.attrib["name"].rstrip("]").partition("[")
    figures = [each.attrib["value"] for each in case.iter("property") if each.attrib["name"] == "figure"]
    return "".join(
        f"| {TITLES[name]}{f' ({variant})' if variant else ''} | {figure} |\n" for figure in figures
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
