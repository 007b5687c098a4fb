"""Paths, as a reader of a terminal knows them."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["shown_path"]


def shown_path(path: Path) -> Path:
    """Return a path for display: relative if it lies inside the working directory."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else Path(relative)
