"""Writes a release of the contract: all of it, or nothing."""

from __future__ import annotations

from pathlib import Path

from checkpoint_openapi.document.released import CHANGELOG, RELEASED
from checkpoint_openapi.release.plan import PARTIAL, Plan

__all__ = ["freeze"]


def freeze(plan: Plan) -> list[Path]:
    """Write a release that has no problems, and return the files and folders to commit.

    The frozen files appear together, by a rename; the changelog comes before them, so that an interrupted
    release is found by name the next time. Raises `OSError` if a file cannot be written.
    """
    assert not plan.problems, "a release with problems is not written"
    partial = plan.folder / RELEASED / PARTIAL
    partial.mkdir(parents=True)
    for name, content in plan.files.items():
        (partial / name).write_bytes(content)
    (plan.folder / CHANGELOG).write_text(plan.changelog, encoding="utf-8")
    partial.rename(plan.target)
    sources = [plan.folder / name for name in plan.files if (plan.folder / name).is_file()]
    return [*sources, plan.folder / CHANGELOG, plan.target]
