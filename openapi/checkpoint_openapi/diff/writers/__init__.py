"""A report in the forms in which people and machines read it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from checkpoint_openapi.diff.report import Report

__all__ = ["FORMATS", "write"]

FORMATS = ("text", "json", "markdown", "github", "sarif")
"""The names of the forms, as `--format` takes them."""


def write(report: Report, form: str) -> str:
    """Return a report in one of `FORMATS`, ending with a line break."""
    writer: Callable[[Report], str] = import_module(f"checkpoint_openapi.diff.writers.{form}").write
    return writer(report)
