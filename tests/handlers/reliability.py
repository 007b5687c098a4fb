"""Publishes the results of the fault tests: `python -m tests.handlers.reliability docs/reliability.md`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
FILES = ("tests/handlers/faults/test_faults.py", "tests/handlers/faults/test_disclosure.py")
HEAD = """\
# Reliability

The reference server shows what the contract requires, and is a sandbox for developing and testing
clients. You may run it for many users at once, on a network that you control. Never use it in place of
the real service: it backs up nothing. Never store real data or real tokens in it. Never
expose it to the internet: it has neither TLS nor rate limiting.

<!-- run: by .ci/run -->
```sh
python -m tests.handlers.reliability docs/reliability.md
```

This command runs the tests that really break the server, its store and its clients, and writes the results
to this page. Each figure comes from a single run on one machine. The tests themselves require that nothing
is ever lost.

| fault | result |
|---|---|
"""
TAIL = """
The default tests in `tests/handlers` cover a full disk, a locked, corrupt, read-only or unrelated file, a
clock set back while the server runs or before it restarts, chunked and pipelined requests, heads over
64 KiB, and clients that are slow or disconnect.

The server responds only after the commit. Killing a process tests this, but a power failure is a different
matter: there the stores rely on `synchronous = FULL` in SQLite and `synchronous_commit = on` in PostgreSQL.
If the connection or the database is lost during a call, the call may have been carried out without a
response. No call is ever carried out in part.
"""
TITLES = {
    "test_ten_kills_under_load_lose_nothing": "kill -9 of the server under load",
    "test_kills_of_a_worker_lose_nothing": "kill -9 of a worker under load",
    "test_a_database_that_goes_and_comes_back": "PostgreSQL stopped under load and started again",
    "test_ten_thousand_idle_connections": "idle connections",
    "test_time_discloses_no_policy": "the 404 for an unknown policy and for another project's",
}


def main(target: Path) -> int:
    """Run the tests and write the page; return the exit code."""
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
    """Return the table row of a test, or an empty string if it has no figure."""
    name, _, variant = case.attrib["name"].rstrip("]").partition("[")
    figures = [each.attrib["value"] for each in case.iter("property") if each.attrib["name"] == "figure"]
    return "".join(
        f"| {TITLES[name]}{f' ({variant})' if variant else ''} | {figure} |\n" for figure in figures
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
