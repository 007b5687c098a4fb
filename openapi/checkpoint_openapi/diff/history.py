"""The versions of a contract in a folder: all its documents, each compared with the version before."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

from checkpoint_openapi.diff.findings.acknowledgements import Acknowledgements
from checkpoint_openapi.diff.report import Report, first_report, report
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.folder import ContractFolder
from checkpoint_openapi.document.readers import Files
from checkpoint_openapi.document.released import CHANGELOG, RELEASED, releases
from checkpoint_openapi.document.source import DocumentError

__all__ = ["Release", "compared", "history", "merged"]

_HEADING = re.compile(r"^## (\S+) \((.+)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Release:
    """A released version, and what changed since the one before."""

    version: str
    date: str
    """The date in the changelog of the folder, or an empty text."""
    reports: tuple[Report, ...]
    """One for each document; what the catalogues say is in the first."""

    @property
    def report(self) -> Report:
        """All documents as one report."""
        return merged(self.reports)


def compared(
    folder: ContractFolder,
    earlier: Path | None,
    acknowledgements: Acknowledgements | None = None,
    today: datetime.date | None = None,
) -> tuple[Report, ...]:
    """Compare each document of a folder with an earlier version's; a document without one is new.

    Raises `DocumentError` if a file of one of the versions cannot be used.
    """
    found: list[Report] = []
    for name, documents in folder.documents.items():
        if earlier is None or not (earlier / name).is_file():
            found.append(first_report(str(earlier / name) if earlier else RELEASED, documents))
        else:
            base = Documents(Files(), str(earlier / name))
            found.append(report(base, documents, acknowledgements, today))
    first, *others = found
    return (first, *(_without(each, first) for each in others))


def _without(found: Report, first: Report) -> Report:
    """Return a report without what the first one says of the catalogues, which all documents share."""
    rest = tuple(each for each in found.findings if not each.in_catalogue and each not in first.findings)
    return replace(found, findings=rest)


def merged(reports: tuple[Report, ...]) -> Report:
    """Return the reports of several documents as one."""
    return reduce(_together, reports)


def _together(found: Report, other: Report) -> Report:
    remarks = [remark for remark in other.remarks if remark not in found.remarks]
    return replace(
        found,
        findings=(*found.findings, *other.findings),
        remarks=(*found.remarks, *remarks),
        step=max(found.step, other.step),
        is_first=found.is_first and other.is_first,
    )


def history(path: Path) -> tuple[Release, ...]:
    """Return the released versions of the contract in a folder, the newest first.

    Raises `DocumentError` if a file of a release cannot be used, or nothing was released.
    """
    folders = releases(path / RELEASED)
    if not folders:
        raise DocumentError("holds no released version", str(path / RELEASED))
    changelog = path / CHANGELOG
    dates = dict(_HEADING.findall(changelog.read_text("utf-8"))) if changelog.is_file() else {}
    pairs = zip([None, *folders], folders, strict=False)
    found = [
        Release(folder.name, dates.get(folder.name, ""), compared(ContractFolder(folder), earlier))
        for earlier, folder in pairs
    ]
    return tuple(reversed(found))
