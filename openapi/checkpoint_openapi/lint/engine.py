"""Applies all rules to one document."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoint_openapi.document.documents import Documents, Files
from checkpoint_openapi.document.source import Position
from checkpoint_openapi.document.unread import unread_parts
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.lint.context import Context
from checkpoint_openapi.lint.finding import Finding, Severity, SkippedError
from checkpoint_openapi.lint.table import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Report", "lint", "lint_documents"]


@dataclass(frozen=True, slots=True)
class Report:
    """The findings in one document, in order of place, and the rules that could not be applied."""

    file: str
    findings: tuple[Finding, ...]
    skipped: dict[str, str]
    """The reason, by the id of the rule."""
    unread: tuple[tuple[str, Position], ...] = ()
    """The unsupported parts of OpenAPI 3.2 in the document, which are not checked, and their positions."""

    @property
    def exit_code(self) -> ExitCode:
        """Failure if there are findings, undecided if an unchecked part may have some, otherwise success."""
        if self.findings:
            return ExitCode.FAILURE
        return ExitCode.UNDECIDED if self.unread else ExitCode.SUCCESS


def lint(path: Path | str, *, ignored: Collection[str] = (), tools: Collection[str] = ()) -> Report:
    """Read a document and apply all rules except ignored ones and those about tools not listed in `tools`.

    Without `tools`, the rules about all tools that support the document's OpenAPI version are applied.

    Raises `DocumentError` if the file cannot be read, is broken YAML, or is not an OpenAPI 3 document.
    """
    return lint_documents(Documents(Files(), str(path)), ignored=ignored, tools=tools)


def lint_documents(
    documents: Documents, *, ignored: Collection[str] = (), tools: Collection[str] = ()
) -> Report:
    """Apply the rules to a document that has already been read, as `lint` does."""
    context = Context(documents)
    findings: list[Finding] = []
    skipped: dict[str, str] = {}
    for rule in RULES:
        if rule.id in ignored or (tools and rule.tools and set(tools).isdisjoint(rule.tools)):
            continue
        if "connexion" in rule.tools and "connexion" not in tools and not context.is_3_0:
            if rule.loads:
                skipped[rule.id] = "Connexion 3.3 reads only OpenAPI 3.0"
            continue
        if rule.loads and any(finding.severity is Severity.ERROR for finding in findings):
            skipped[rule.id] = "other errors come first"
            continue
        try:
            findings += _apply(rule, context)
        except SkippedError as reason:
            skipped[rule.id] = str(reason)
    unread = tuple((part.name, documents.position(part.place)) for part in unread_parts(documents))
    return Report(context.source.file, tuple(sorted(findings, key=_place)), skipped, unread)


def _apply(rule: Rule, context: Context) -> Iterator[Finding]:
    for fault in rule.check(context):
        position = fault.position or context.source.position(fault.pointer)
        yield Finding(rule.id, rule.severity, position, fault.pointer, fault.what, fault.fix)


def _place(finding: Finding) -> tuple[Position, str]:
    return finding.position, finding.rule
