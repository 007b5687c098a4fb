"""Fixture: a copy of the contract that tests may edit."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.load import data_path

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml", "ERRATA.md")


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """Copy the contract with its catalogues and return the path of its document."""
    for name in FILES:
        shutil.copy(data_path(name), tmp_path / name)
    return tmp_path / "checkpoint.yaml"
