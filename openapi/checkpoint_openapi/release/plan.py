"""What a release of the contract would contain, and what prevents it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from checkpoint_openapi.diff.findings.acknowledgements import Acknowledgements
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.diff.findings.version import Step, Version
from checkpoint_openapi.diff.history import compared, merged
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.markdown import changelog
from checkpoint_openapi.document.folder import ContractFolder
from checkpoint_openapi.document.released import CHANGELOG, RELEASED, SUMS, releases, sums
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.lint import RULES, Finding, lint_documents, lint_folder

__all__ = ["PARTIAL", "Plan", "Problem", "plan"]

PARTIAL = ".unfinished"
"""The name of a release that is being written."""
_ERRATA = "ERRATA.md"
_TITLE = "# Changes to the contract\n"


@dataclass(frozen=True)
class Problem:
    """Why a contract cannot be released as it stands."""

    name: str
    """A stable name in kebab-case, or the id of a lint rule."""
    what: str
    fix: str
    exit_code: ExitCode = ExitCode.FAILURE


@dataclass(frozen=True)
class Plan:
    """A release that can be written once no problem is left."""

    folder: Path
    base: str | None
    """The version of the last release, or None for the first one."""
    stated: str
    """The version that the files of the contract state."""
    proposed: str
    """The lowest version that the change allows."""
    problems: tuple[Problem, ...]
    files: dict[str, bytes]
    """The content of the frozen files, by name, with their hashes."""
    changelog: str
    """The changelog with the new section."""
    section: str
    """The new section alone."""
    gate: Report

    @property
    def target(self) -> Path:
        """The folder of the new release."""
        return self.folder / RELEASED / self.stated


def plan(
    path: Path, acknowledgements: Acknowledgements | None = None, today: datetime.date | None = None
) -> Plan:
    """Return what a release of the contract in a folder would hold.

    Raises `DocumentError` if a file of the contract or of its last release cannot be used.
    """
    today = today or datetime.datetime.now(tz=datetime.UTC).date()
    folder = ContractFolder(path)
    earlier = releases(path / RELEASED)
    stated = _stated(folder)
    last = earlier[-1] if earlier else None
    gate = merged(compared(folder, last, acknowledgements, today))
    frozen = _frozen(folder)
    proposed = _proposed(gate, last, frozen)
    section = changelog(gate, f"{stated} ({today.isoformat()})")
    problems = [
        *_unfinished(path),
        *_in_step(folder),
        *_missing(frozen, last),
        *_versions(stated, proposed, last, frozen),
        *_undecided(gate),
        *_told_already(path, stated),
    ]
    problems += _linted(folder, loads=not problems)
    files = {**frozen, SUMS: sums(frozen).encode()}
    text = _changelog(path, section)
    base = last.name if last is not None else None
    return Plan(path, base, stated, proposed, tuple(problems), files, text, section, gate)


def _stated(folder: ContractFolder) -> str:
    """Return the highest version that a file states: a file that states a lower one was forgotten."""
    versions = list(folder.versions().values())
    return max(versions, key=lambda text: Version.parse(text) or Version(0, 0, 0))


def _frozen(folder: ContractFolder) -> dict[str, bytes]:
    """Return the files that a release holds: documents, catalogues and errata."""
    names = [*folder.documents, *folder.catalogues]
    if (folder.path / _ERRATA).is_file():
        names.append(_ERRATA)
    return {name: (folder.path / name).read_bytes() for name in names}


def _proposed(gate: Report, last: Path | None, frozen: dict[str, bytes]) -> str:
    """Return the lowest version that the change allows, counting files that the gate does not compare."""
    if last is None:
        return gate.revision_version
    base = Version.parse(last.name) or Version(0, 0, 0)
    changed = gate.step is Step.NONE and bool(_changed(frozen, last))
    return str(base.after(Step.PATCH if changed else gate.step))


def _changed(frozen: dict[str, bytes], last: Path) -> list[str]:
    """Return the files that differ from the last release; files that it did not hold count as changed."""
    return [
        name
        for name, content in frozen.items()
        if not (last / name).is_file() or (last / name).read_bytes() != content
    ]


def _unfinished(path: Path) -> list[Problem]:
    left = path / RELEASED / PARTIAL
    if not left.exists():
        return []
    what = f"{left} is left from a release that was interrupted"
    return [Problem("release-unfinished", what, f"remove {left}, and release again")]


def _in_step(folder: ContractFolder) -> list[Problem]:
    return [_problem(finding) for finding in lint_folder(folder).findings]


def _linted(folder: ContractFolder, *, loads: bool) -> list[Problem]:
    """Return the findings in the documents; whole programs load them only if `loads` is set."""
    slow = () if loads else tuple(rule.id for rule in RULES if rule.loads)
    reports = [lint_documents(documents, ignored=slow) for documents in folder.documents.values()]
    return [_problem(finding) for each in reports for finding in each.findings]


def _problem(finding: Finding) -> Problem:
    return Problem(finding.rule, f"{finding.position}: {finding.what}", finding.fix)


def _missing(frozen: dict[str, bytes], last: Path | None) -> list[Problem]:
    if last is None:
        return []
    gone = sorted({entry.name for entry in last.iterdir()} - {SUMS} - frozen.keys())
    what = f"was in release {last.name} and is gone"
    return [Problem("file-missing", f"{name} {what}", "restore it") for name in gone]


def _versions(stated: str, proposed: str, last: Path | None, frozen: dict[str, bytes]) -> list[Problem]:
    version = Version.parse(stated)
    if version is None or str(version) != stated:
        what = f"the version {stated!r} is not of the form X.Y.Z"
        return [Problem("version-unreadable", what, f"state {proposed} in every file")]
    if last is None:
        return []
    if stated == last.name and not _changed(frozen, last):
        what = f"nothing changed since release {last.name}"
        return [Problem("nothing-changed", what, "change the contract first")]
    released = Version.parse(last.name) or Version(0, 0, 0)
    if version <= released:
        what = f"version {stated} is already released, and the contract has changed since"
        return [Problem("version-released", what, f"state {proposed} in every file")]
    if version < (Version.parse(proposed) or version):
        what = f"version {stated} is too low after {last.name}; the change needs at least {proposed}"
        return [Problem("version-too-low", what, f"state {proposed} in every file")]
    return []


def _undecided(gate: Report) -> list[Problem]:
    return [
        Problem(
            finding.id,
            f"{finding.position}: {finding.message}",
            f"decide, and accept it with --acknowledgements under fingerprint {finding.fingerprint}",
            ExitCode.UNDECIDED,
        )
        for finding in gate.open(Severity.REVIEW)
    ]


def _told_already(path: Path, stated: str) -> list[Problem]:
    file = path / CHANGELOG
    headings = [line.split() for line in _text(file).splitlines() if line.startswith("## ")]
    is_released = (path / RELEASED / stated).exists()
    if is_released or not any(heading[1:2] == [stated] for heading in headings):
        return []
    what = f"{file} has a section for {stated} already, and released/ has no such version"
    return [Problem("changelog-ahead", what, "remove the section; the release writes it")]


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.is_file() else ""


def _changelog(path: Path, section: str) -> str:
    """Return the changelog with a section added below its title, the newest first."""
    head, mark, rest = _text(path / CHANGELOG).partition("\n## ")
    return f"{head.rstrip() or _TITLE.rstrip()}\n\n{section.rstrip()}\n{mark}{rest}"
