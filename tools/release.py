"""Check that a release is ready, build it and, with --publish, publish it.

Run: .venv/bin/python tools/release.py. Without --publish nothing leaves the machine and the checkout is not
changed; the built files are in dist/. Exit code: 0 ready or published, 1 with the first problem.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import check_wheel
from checkpoint_openapi import __version__

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BIN = Path(sys.executable).parent
TAG = f"v{__version__}"


class NotReady(Exception):
    """Raised if a release is not ready; the message says why and how to fix it."""


def clean() -> str:
    """Check that nothing is uncommitted and that the version is new."""
    if changed := run("git", "status", "--porcelain"):
        raise NotReady(f"not committed:\n{changed}")
    if run("git", "tag", "--list", TAG):
        raise NotReady(f"{TAG} exists; raise the version in openapi/checkpoint_openapi/__init__.py")
    return f"{TAG} is new"


def fragments() -> str:
    """Check that there are change notes, each of a known kind."""
    draft = run(str(BIN / "towncrier"), "build", "--draft", "--version", __version__)
    notes = re.findall(r"^- ", draft, re.MULTILINE)
    files = [file for file in (ROOT / "changes").glob("*.md") if file.name != "README.md"]
    if not notes or len(notes) != len(files):
        raise NotReady(f"{len(files)} files in changes/ make {len(notes)} notes; see changes/README.md")
    return f"{len(notes)} notes"


def pages() -> str:
    """Check that the generated pages are up to date and the site builds without warnings."""
    run(sys.executable, "tools/reference.py", "--check")
    with tempfile.TemporaryDirectory() as folder:
        run(
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "-c",
            "docs",
            "-d",
            f"{folder}/d",
            ".",
            f"{folder}/site",
        )
    return "up to date, and without a warning"


def matrix() -> str:
    """Check that no mutant survives."""
    text = (ROOT / "docs" / "kill-matrix.md").read_text(encoding="utf-8")
    counts = re.search(r"^- (\d+) mutants, (\d+) of them killed", text, re.MULTILINE)
    if counts is None or counts[1] != counts[2] or "not as expected" in text:
        raise NotReady("docs/kill-matrix.md has a survivor; improve the check that misses it")
    return f"{counts[1]} mutants killed"


def contract() -> str:
    """Check that the document is valid and that its version bump matches its changes."""
    run(str(BIN / "checkpoint-contract"), "lint")
    run(str(BIN / "checkpoint-contract"), "diff", "--fail-on", "version")
    return "sound, and its version is right"


def packages() -> str:
    """Build wheel and sdist, and check that they are complete and that the wheel works."""
    DIST.mkdir(exist_ok=True)
    for old in DIST.iterdir():
        old.unlink()
    try:
        sdist, wheel = check_wheel.build(DIST)
        check_wheel.compare_source(sdist)
        check_wheel.compare(wheel)
        run(str(BIN / "twine"), "check", "--strict", str(sdist), str(wheel))
        with tempfile.TemporaryDirectory() as folder:
            check_wheel.use(wheel, Path(folder))
            return check_wheel.measured(wheel, Path(folder))
    except check_wheel.WheelError as error:
        raise NotReady(str(error)) from error


CHECKS: tuple[Callable[[], str], ...] = (clean, fragments, pages, matrix, contract, packages)
"""The checks of a release, in order."""


def publish() -> Iterator[str]:
    """Write the changelog, commit, tag, upload the files and push; yield a line after each step."""
    run(str(BIN / "towncrier"), "build", "--yes", "--version", __version__)
    run("git", "commit", "-q", "-a", "-m", f"Release {__version__}")
    run("git", "tag", "-a", TAG, "-m", f"checkpoint-contract {__version__}")
    yield f"committed and tagged {TAG}"
    packages()
    run(str(BIN / "twine"), "upload", *map(str, sorted(DIST.iterdir())))
    yield "uploaded"
    run("git", "push", "--follow-tags")
    yield "pushed"


def main() -> int:
    """Check and build and, with --publish, publish; return the exit code."""
    try:
        for check in CHECKS:
            print(f"{check.__name__}: {check()}", flush=True)
        if "--publish" not in sys.argv[1:]:
            print(f"Ready: {TAG} in dist/. Nothing was published; --publish does that.")
            return 0
        for done in publish():
            print(done, flush=True)
    except NotReady as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def run(*command: str) -> str:
    """Run a command in the checkout and return its output; raise NotReady with the output if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotReady(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
