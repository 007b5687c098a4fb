"""A comparison as a whole: the findings, the version, and the verdict for a gate."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from checkpoint_openapi.diff.compare.compare import compare
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.renames import with_renames
from checkpoint_openapi.diff.findings.rules import Severity, Side
from checkpoint_openapi.diff.findings.version import (
    Step,
    Version,
    needed_step,
    version_findings,
)
from checkpoint_openapi.document.documents import Documents, stated_version
from checkpoint_openapi.document.formats.yaml_scalars import beginning
from checkpoint_openapi.document.structure.operations import operations, webhooks
from checkpoint_openapi.exit_codes import ExitCode

if TYPE_CHECKING:
    from checkpoint_openapi.diff.evidence.impact import Impact
    from checkpoint_openapi.diff.evidence.recorded import Recording
    from checkpoint_openapi.diff.findings.acknowledgements import Acknowledgements

__all__ = ["FailOn", "Report", "first_report", "report"]


_TITLES = {
    (Severity.BREAKING, Side.CLIENTS): "Breaking changes",
    (Severity.BREAKING, Side.IMPLEMENTERS): "Breaking changes for implementers",
    (Severity.REVIEW, Side.CLIENTS): "For review",
    (Severity.REVIEW, Side.IMPLEMENTERS): "For review by implementers",
}
_MOST_TOLD = 5
"""The number of values that depend on the YAML version to list; any others are only counted."""


class FailOn(Enum):
    """What makes the gate fail; each includes those before it."""

    NONE = "none"
    BREAKING = "breaking"
    REVIEW = "review"
    VERSION = "version"


@dataclass(frozen=True)
class Report:
    """The changes from one contract to another."""

    base: str
    """The base file."""
    revision: str
    findings: tuple[Finding, ...]
    """The findings, the worst first."""
    base_version: str
    revision_version: str
    step: Step
    """How far the version must move."""
    is_first: bool = False
    """There is no base: the contract is new."""
    remarks: tuple[str, ...] = ()
    """Remarks about the acknowledgements, and about values that tools read differently."""
    sides: tuple[Side, ...] = tuple(Side)
    """The sides that the report is for."""
    impacts: tuple[Impact, ...] = ()
    """What the changes would mean for implementations whose exchanges were recorded."""
    counted: tuple[Side, ...] = (Side.CLIENTS,)
    """The sides whose findings decide the verdict and the exit code."""
    versions: tuple[Documents, Documents] | None = field(default=None, repr=False, compare=False)
    """The base and the revision, to show their lines; None for a contract without a base."""

    @property
    def next_version(self) -> Version | None:
        """The lowest version that the change allows, or None if the base's version cannot be read."""
        version = Version.parse(self.base_version)
        return version.after(self.step) if version is not None else None

    def severity(self, finding: Finding) -> Severity:
        """Return the severity of a finding for the sides that are counted, the worst first."""
        severities = {finding.severity_for(side) for side in self.counted}
        return next(severity for severity in Severity if severity in severities)

    def open(self, severity: Severity, side: Side | None = None) -> list[Finding]:
        """Return the findings of a severity that are not acknowledged, for one side or those counted."""
        return [
            found
            for found in self.findings
            if found.acknowledged is None
            and (self.severity(found) if side is None else found.severity_for(side)) is severity
        ]

    def open_ids(self) -> set[str]:
        """Return the ids of all findings that are not acknowledged, except those about the version."""
        found = {finding.id for severity in Severity for finding in self.open(severity)}
        return {name for name in found if not name.startswith("version-")}

    def exit_code(self, fail_on: FailOn) -> ExitCode:
        """Return success if the gate passes, failure for a break, undecided if a review is needed."""
        order = list(FailOn)
        if order.index(fail_on) >= order.index(FailOn.BREAKING) and self.open(Severity.BREAKING):
            return ExitCode.FAILURE
        if fail_on is FailOn.VERSION and any(found.id.startswith("version-") for found in self.findings):
            return ExitCode.FAILURE
        if order.index(fail_on) >= order.index(FailOn.REVIEW) and self.open(Severity.REVIEW):
            return ExitCode.UNDECIDED
        return ExitCode.SUCCESS

    def sections(self) -> list[tuple[str, list[Finding]]]:
        """Return the findings under the headings of a report, omitting empty ones.

        Accepted findings and those about the version have a heading of their own.
        """
        about_version = [found for found in self.findings if found.id.startswith("version-")]
        accepted = [found for found in self.findings if found.acknowledged is not None]
        others = [found for found in self.findings if found not in about_version and found not in accepted]
        sections: list[tuple[str, list[Finding]]] = []
        for (severity, side), title in _TITLES.items():
            if side in self.sides:
                told = [found for found in others if found.severity_for(side) is severity]
                others = [found for found in others if found not in told]
                sections.append((title, told))
        sections += [("Compatible changes", others)]
        sections += [("Accepted changes", accepted), ("Version", about_version)]
        return [(title, found) for title, found in sections if found]

    @property
    def verdict(self) -> str:
        """`breaking`, `review`, `compatible`, `same`, or `new` for a contract without a base."""
        return self.verdict_for(None)

    def verdict_for(self, side: Side | None) -> str:
        """Return the verdict for one side, or for those counted."""
        if self.is_first:
            return "new"
        if self.open(Severity.BREAKING, side):
            return "breaking"
        if self.open(Severity.REVIEW, side):
            return "review"
        return "same" if self.step is Step.NONE else "compatible"


def first_report(base: str, revision: Documents) -> Report:
    """Return the report for a contract that its base does not have yet."""
    version = stated_version(revision)
    return Report(base, revision.root.file, (), version, version, Step.NONE, is_first=True)


def report(
    base: Documents,
    revision: Documents,
    acknowledgements: Acknowledgements | None = None,
    today: datetime.date | None = None,
    recordings: Sequence[Recording] = (),
) -> Report:
    """Compare two contracts, and say what the changes would mean for recorded implementations.

    Raises `DocumentError` if one of the contracts cannot be used.
    """
    findings, remarks = with_renames(base, revision, compare(base, revision)), list[str]()
    if acknowledgements is not None:
        today = today or datetime.datetime.now(tz=datetime.UTC).date()
        findings, remarks = acknowledgements.applied(findings, today)
    remarks = [*remarks, *_ambiguous(revision), *_nothing_compared(base, revision)]
    step = needed_step(base, revision, findings)
    findings = [*findings, *version_findings(base, revision, findings)]
    return Report(
        base=base.root.file,
        revision=revision.root.file,
        findings=tuple(findings),
        base_version=stated_version(base),
        revision_version=stated_version(revision),
        step=step,
        remarks=tuple(remarks),
        impacts=_impacts(base, revision, findings, recordings),
        versions=(base, revision),
    )


def _impacts(
    base: Documents, revision: Documents, findings: list[Finding], recordings: Sequence[Recording]
) -> tuple[Impact, ...]:
    if not recordings:
        return ()
    from checkpoint_openapi.diff.evidence.impact import impacts

    return impacts(base, revision, findings, recordings)


def _nothing_compared(base: Documents, revision: Documents) -> list[str]:
    """Return a warning if neither version has an operation."""
    if any(operations(each) or webhooks(each) for each in (base, revision)):
        return []
    return ["neither version has paths or webhooks, so nothing was compared"]


def _ambiguous(revision: Documents) -> list[str]:
    """Return a warning for values of the revision that depend on the YAML version."""
    found = revision.ambiguities()
    told = [
        f"{place}: {beginning(each.text)} without quotes is {each.reading}"
        for place, each in found[:_MOST_TOLD]
    ]
    more = len(found) - len(told)
    return [
        *told,
        *([f"{more} more values differ in meaning between YAML 1.1 and 1.2"] if more > 0 else []),
    ]
