"""How far `info.version` must move for a change: Semantic Versioning 2.0.0, 4 and 6 to 8."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any, NamedTuple

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.document.documents import Documents, stated_version
from checkpoint_openapi.document.folder import ERRORS, REQUIREMENTS
from checkpoint_openapi.document.values import equal, items, members

__all__ = ["Step", "Version", "needed_step", "version_findings"]

_TEXTUAL = (
    "requirement-lowered",
    "requirement-reworded",
    "requirement-withdrawn",
    "error-code-reworded",
    "error-condition-reworded",
    "error-message-changed",
)
"""The rules about changes that ask nothing new of anybody, and so leave the minor version as it is."""
_FORM = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$")


class Step(IntEnum):
    """How far a version moves."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


class Version(NamedTuple):
    """A version as three numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """Return a version, or None if the text has another form; missing numbers are 0."""
        found = _FORM.fullmatch(text.strip())
        return cls(*(int(number or 0) for number in found.groups())) if found else None

    def after(self, step: Step) -> Version:
        """Return the next version; before 1.0.0, a break moves the minor number and all else the patch."""
        if self.major == 0 and step > Step.PATCH:
            step = Step(step - 1)
        match step:
            case Step.MAJOR:
                return Version(self.major + 1, 0, 0)
            case Step.MINOR:
                return Version(self.major, self.minor + 1, 0)
            case Step.PATCH:
                return Version(self.major, self.minor, self.patch + 1)
            case Step.NONE:
                return self

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def needed_step(base: Documents, revision: Documents, findings: list[Finding]) -> Step:
    """Return how far the version must move for the findings, or for a change of mere text."""
    if any(found.severity is Severity.BREAKING for found in findings):
        return Step.MAJOR
    if any(found.severity is Severity.REVIEW and found.acknowledged is None for found in findings):
        return Step.MAJOR
    if any(found.id not in _TEXTUAL for found in findings):
        return Step.MINOR
    if findings:
        return Step.PATCH
    same = equal(_texts(base), _texts(revision)) and not any(
        _differ(name, base, revision) for name in (REQUIREMENTS, ERRORS)
    )
    return Step.NONE if same else Step.PATCH


def _differ(catalogue: str, base: Documents, revision: Documents) -> bool:
    """Return whether both versions have a catalogue, and it says something else than before."""
    sources = [documents.beside(catalogue) for documents in (base, revision)]
    said = [_unlisted(source.document | {"contract": None}) for source in sources if source is not None]
    return len(said) == len(sources) and not equal(*said)


def _unlisted(value: Any) -> Any:
    """Return a value with the only item of a list in place of the list: catalogues write both."""
    if held := members(value):
        return {name: _unlisted(each) for name, each in held.items()}
    if listed := [_unlisted(each) for each in items(value)]:
        return listed[0] if len(listed) == 1 else listed
    return value


def version_findings(base: Documents, revision: Documents, findings: list[Finding]) -> list[Finding]:
    """Return a finding if the revision's version does not move as far as the change requires."""
    step = needed_step(base, revision, findings)
    stated = stated_version(base), stated_version(revision)
    before, after = Version.parse(stated[0]), Version.parse(stated[1])
    if before is None or after is None:
        which = stated[0] if before is None else stated[1]
        return [
            _finding(
                revision, "version-unreadable", f"`info.version` {which!r} is not a semantic version", stated
            )
        ]
    if after >= before.after(step):
        return []
    least = before.after(step)
    needed = f"a {step.name.lower()} change needs at least {least}" if step else "it only goes up"
    message = f"`info.version` is {after}; after {before}, {needed}"
    return [_finding(revision, "version-too-low", message, stated)]


def _finding(revision: Documents, rule: str, message: str, stated: tuple[str, str]) -> Finding:
    place = revision.root / "info" / "version"
    return Finding(
        id=rule, message=message, operation="", place="info", path="version",
        label=revision.label(place), position=revision.position(place), in_base=False,
        before=stated[0], after=stated[1],
    )  # fmt: skip


def _texts(documents: Documents) -> list[Any]:
    """Return everything that was read of a contract, except its version and the file names."""
    root = dict(documents.get(documents.root))
    root["info"] = {key: value for key, value in members(root.get("info")).items() if key != "version"}
    return [root, documents.others()]
