"""Build sdist and wheel, compare their files with the checkout, and use the wheel in clean environments.

Run: .venv/bin/python tools/check_wheel.py. Exit code: 0 if the wheel works, else 1 with what is wrong.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "openapi/checkpoint_openapi",
    "handlers/checkpoint_handlers",
    "conformance/checkpoint_conformance",
)
SHARED = (
    "share/man/man1/checkpoint-contract.1",
    "share/bash-completion/completions/checkpoint-contract",
    "share/zsh/site-functions/_checkpoint-contract",
    "share/fish/vendor_completions.d/checkpoint-contract.fish",
)
"""Files installed outside the packages, for shell completion and man."""
STATED = ROOT / "docs" / "reference" / "shell.md"
"""The page that states the sizes."""
DOCUMENTS = (
    "checkpoint.yaml",
    "companions.yaml",
    "requirements.yaml",
    "errors.yaml",
    "ERRATA.md",
    "released",
)


class WheelError(Exception):
    """Raised if the wheel is wrong; the message says what is wrong."""


def expected() -> set[str]:
    """Return the files that the wheel must contain: the packages, and the contract as their data."""
    files = set(SHARED)
    for package in PACKAGES:
        root = ROOT / package
        files |= {str(file.relative_to(root.parent)) for file in _tracked(root)}
    for document in DOCUMENTS:
        files |= {
            f"checkpoint_openapi/data/{file.relative_to(ROOT / 'openapi')}"
            for file in _tracked(ROOT / "openapi" / document)
        }
    return files


def compare(wheel: Path) -> None:
    """Raise WheelError unless the wheel contains exactly the expected files and its own metadata."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    found = {name.partition(".data/data/")[2] or name for name in names}
    missing, extra = sorted(expected() - found), sorted(found - expected())
    if missing or extra:
        raise WheelError(f"{wheel.name}: missing {missing}, not of the checkout {extra}")


def compare_source(sdist: Path) -> None:
    """Raise WheelError unless the sdist contains every file of the project, so that its tests can run."""
    with tarfile.open(sdist) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    tracked = {str(file.relative_to(ROOT)) for file in _tracked(ROOT)}
    missing = sorted(tracked - found)
    if missing:
        raise WheelError(f"{sdist.name}: missing {missing}")


def build(folder: Path) -> tuple[Path, Path]:
    """Build the sdist and, from it, the wheel; return both paths."""
    _run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT))
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def use(wheel: Path, folder: Path, python: str = sys.executable) -> None:
    """Install the wheel in clean environments, without and with the server, and run its commands."""
    lean = _environment(folder / "lean", str(wheel), python)
    full = _environment(folder / "full", f"{wheel}[server]", python)
    for command in (["--help"], ["lint"], ["diff"], ["list"]):
        _run(lean, *command, cwd=folder)
    refused = subprocess.run([lean, "verify"], cwd=folder, capture_output=True, text=True, check=False)
    if (
        refused.returncode != 2
        or "checkpoint-contract[server]" not in refused.stderr
        or "Traceback" in refused.stderr
    ):
        raise WheelError(f"without the server `verify` ends with {refused.returncode}:\n{refused.stderr}")
    _run(full, "verify", cwd=folder)
    if not (folder / "checkpoint-report" / "report.html").is_file():
        raise WheelError("`verify` of the installed wheel wrote no report.html")


def measured(wheel: Path, folder: Path) -> str:
    """Return the sizes of the wheel and of `use`'s environments, and how long the overview takes.

    Raises WheelError if a size differs by more than a fifth from the documented one.
    """
    lines = [f"{wheel.name}: {len(expected())} files, {wheel.stat().st_size / 1024:.0f} KiB"]
    for name, megabytes in zip(("lean", "full"), stated(), strict=True):
        size = sum(file.stat().st_size for file in (folder / name).rglob("*") if file.is_file()) / 1e6
        best = min(overview(folder / name) for _ in range(5))
        lines.append(f"{name}: {size:.0f} MB installed, --help in {best * 1000:.0f} ms")
        if abs(size - megabytes) > megabytes / 5:
            raise WheelError(f"{lines[-1]}; {STATED.relative_to(ROOT)} says {megabytes} MB")
    return "\n".join(lines)


def stated() -> list[int]:
    """Return the documented sizes in megabytes, without and with the server."""
    rows = re.findall(r"^\| `pip install .* \| (\d+) MB \|", STATED.read_text("utf-8"), re.MULTILINE)
    return [int(megabytes) for megabytes in rows]


def overview(environment: Path) -> float:
    """Return the seconds that `--help` takes."""
    started = perf_counter()
    _run(str(environment / "bin" / "checkpoint-contract"), "--help")
    return perf_counter() - started


def main() -> int:
    """Build, compare and use the wheel; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="checkpoint-contract-wheel-") as name:
        folder = Path(name)
        try:
            sdist, wheel = build(folder)
            compare_source(sdist)
            compare(wheel)
            use(wheel, folder)
            print(measured(wheel, folder))
        except WheelError as error:
            print(f"Error: {error}", file=sys.stderr)
            return 1
    return 0


def _tracked(root: Path) -> list[Path]:
    listed = _run("git", "-C", str(ROOT), "ls-files", "-z", "--", str(root))
    return [ROOT / name for name in listed.split("\0") if name]


def _environment(folder: Path, requirement: str, python: str) -> str:
    """Install a requirement into a new environment; return its command."""
    _run(python, "-m", "venv", str(folder))
    _run(str(folder / "bin" / "pip"), "install", "-q", "-c", str(ROOT / "constraints.txt"), requirement)
    return str(folder / "bin" / "checkpoint-contract")


def _run(*command: str, cwd: Path | None = None) -> str:
    """Run a command and return its output; raise WheelError with the output if the exit code is not 0."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WheelError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
