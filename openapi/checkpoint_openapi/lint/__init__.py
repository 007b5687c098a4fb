"""Finds what the designer of a document should know before anyone else reads it."""

from __future__ import annotations

from checkpoint_openapi.lint.engine import Report, lint
from checkpoint_openapi.lint.finding import Finding, Severity
from checkpoint_openapi.lint.table import RULES, TOOLS, Rule

__all__ = ["RULES", "TOOLS", "Finding", "Report", "Rule", "Severity", "lint"]
