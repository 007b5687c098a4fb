"""Output formats for a report, for people and machines."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.document.source import DocumentError

__all__ = ["FORMATS", "UNREADABLE", "write"]

FORMATS = ("text", "json", "markdown", "github", "sarif", "html")
"""The names of the formats, as `--format` takes them."""


def write(report: Report, form: str, *, excerpts: bool = False) -> str:
    """Return a report in one of `FORMATS`, ending with a newline; `excerpts` adds source lines to text."""
    writer: Callable[..., str] = import_module(f"checkpoint_openapi.diff.writers.{form}").write
    return writer(report, excerpts=excerpts) if form == "text" else writer(report)


def _of(form: str) -> Callable[[DocumentError], str]:
    def write(error: DocumentError) -> str:
        text: str = import_module(f"checkpoint_openapi.diff.writers.{form}").unreadable(error)
        return text

    return write


UNREADABLE = {form: _of(form) for form in ("github", "sarif")}
"""For the formats that mark lines: how to report a document that cannot be read."""
