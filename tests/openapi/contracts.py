"""Copies of the project's contract, as a designer has them in a folder of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

from checkpoint_openapi.load import data_path

__all__ = ["copied", "line_of", "replaced", "state"]


def copied(folder: Path) -> Path:
    """Copy the contract with its catalogues and releases into a folder, and return that folder."""
    source = data_path("checkpoint.yaml").parent
    target = folder / "openapi"
    target.mkdir()
    for name in ("checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml", "ERRATA.md"):
        shutil.copy(source / name, target / name)
    shutil.copytree(source / "released", target / "released")
    return target


def replaced(file: Path, old: str, new: str) -> None:
    """Replace a text that occurs in a file, once or more."""
    text = file.read_text("utf-8")
    assert old in text, f"{file.name} has no {old!r}"
    file.write_text(text.replace(old, new), "utf-8")


_KEYS = {
    "checkpoint": "  version",
    "companions": "  version",
    "requirements": "contract",
    "errors": "contract",
}
"""How the line begins in which each file states its version."""


def state(folder: Path, version: str) -> None:
    """State a version in every file of a contract."""
    for name, key in _KEYS.items():
        file = folder / f"{name}.yaml"
        lines = file.read_text("utf-8").splitlines(keepends=True)
        number = next(number for number, line in enumerate(lines) if line.startswith(f"{key}: "))
        lines[number] = f"{key}: {version}\n"
        file.write_text("".join(lines), "utf-8")


def line_of(text: str) -> int:
    """Return the number of the first line of our contract with a text."""
    lines = data_path("checkpoint.yaml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
