"""Install the wheel under each supported Python on this machine, and verify the server with it.

Run: .venv/bin/python tools/check_pythons.py. Exit code: 0 if it works under each Python found, else 1 with
what is wrong. Missing Pythons are listed; finding none is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import check_wheel

ROOT = Path(__file__).resolve().parent.parent


def supported() -> list[str]:
    """Return the Python versions that the package declares, such as 3.12."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))


def interpreter(version: str) -> str | None:
    """Return the Python of a version from PATH or pyenv, or None if neither has it."""
    candidates = [shutil.which(f"python{version}")]
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += map(str, sorted(root.glob(f"versions/{version}.*/bin/python")))
    for found in filter(None, candidates):
        asked = [found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version:
            return found
    return None


def main() -> int:
    """Build the wheel once and use it under each Python; return the exit code."""
    pythons = {version: interpreter(version) for version in supported()}
    if not any(pythons.values()):
        print(f"Error: none of Python {', '.join(pythons)} is on this machine", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="checkpoint-contract-pythons-") as name:
        folder = Path(name)
        try:
            _, wheel = check_wheel.build(folder)
            for version, python in pythons.items():
                if python:
                    (folder / version).mkdir()
                    check_wheel.use(wheel, folder / version, python)
                print(f"Python {version}: {'works' if python else 'not on this machine'}", flush=True)
        except check_wheel.WheelError as error:
            print(f"Error: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
