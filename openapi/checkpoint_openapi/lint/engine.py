"""Applies all rules to one document."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Files
from checkpoint_openapi.document.source import Position
from checkpoint_openapi.document.structure.unread import unread_parts
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

    applied: frozenset[str] = frozenset()
    """The ids of the rules that were applied."""
    accepted: int = 0
    """The number of findings left out because a baseline accepts them."""
    stale: tuple[str, ...] = ()
    """The entries of a baseline that accept nothing any longer: each place in it, rule and pointer."""

    @property
    def exit_code(self) -> ExitCode:
        """Failure if there are findings, undecided if an unchecked part may have some, otherwise success.

        Something accepted that is no longer found is a failure, too.
        """
        if self.findings or self.stale:
            return ExitCode.FAILURE
        return ExitCode.UNDECIDED if self.unread else ExitCode.SUCCESS


def lint(
    path: Path | str,
    *,
    ignored: Collection[str] = (),
    tools: Collection[str] = (),
    only: Collection[str] = (),
) -> Report:
    """Read a document and apply all rules except ignored ones and those about tools not listed in `tools`.

    Without `tools`, the rules about all tools that support the document's OpenAPI version are applied, apart
    from those that must be asked for. With `only`, no other rules are applied.

    Raises `DocumentError` if the file cannot be read, is broken YAML, or is not an OpenAPI 3 document.
    """
    return lint_documents(Documents(Files(), str(path)), ignored=ignored, tools=tools, only=only)


def lint_documents(
    documents: Documents,
    *,
    ignored: Collection[str] = (),
    tools: Collection[str] = (),
    only: Collection[str] = (),
) -> Report:
    """Apply the rules to a document that has already been read, as `lint` does."""
    context = Context(documents)
    findings: list[Finding] = []
    skipped: dict[str, str] = {}
    applied: set[str] = set()
    for rule in RULES:
        if rule.id in ignored or (only and rule.id not in only) or not _is_asked(rule, tools, only):
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
            applied.add(rule.id)
        except SkippedError as reason:
            skipped[rule.id] = str(reason)
    unread = tuple((part.name, documents.position(part.place)) for part in unread_parts(documents))
    ordered = tuple(sorted(findings, key=_place))
    return Report(context.source.file, ordered, skipped, unread, frozenset(applied))


def _is_asked(rule: Rule, tools: Collection[str], only: Collection[str]) -> bool:
    """Return whether a rule is about a listed tool or about none; some rules must be asked for."""
    if tools and rule.tools:
        return not set(tools).isdisjoint(rule.tools)
    return not rule.on_request or rule.id in only


def _apply(rule: Rule, context: Context) -> Iterator[Finding]:
    for fault in rule.check(context):
        position = fault.position or context.source.position(fault.pointer)
        yield Finding.of(rule.id, rule.severity, fault, position)


def _place(finding: Finding) -> tuple[Position, str]:
    return finding.position, finding.rule
