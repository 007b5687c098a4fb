"""Finds what the designer of a document should know before anyone else reads it."""

from __future__ import annotations

from checkpoint_openapi.lint.engine import Report, lint, lint_documents
from checkpoint_openapi.lint.finding import Finding, Severity
from checkpoint_openapi.lint.in_step import FOLDER_RULES, lint_folder
from checkpoint_openapi.lint.table import RULES, TOOLS, Rule

__all__ = [
    "FOLDER_RULES",
    "RULES",
    "TOOLS",
    "Finding",
    "Report",
    "Rule",
    "Severity",
    "lint",
    "lint_documents",
    "lint_folder",
]
