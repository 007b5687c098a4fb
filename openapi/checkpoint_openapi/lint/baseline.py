"""The findings that a team has accepted, in a file that the command writes itself.

An entry accepts one finding of a rule at a place; the line may move and the message may change. An entry
that no longer accepts anything is reported, so that the file never accepts what returns later.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from checkpoint_openapi.configuration.description import Key, Rows, Table, list_alone, read
from checkpoint_openapi.configuration.file import ConfigurationFile, Place
from checkpoint_openapi.configuration.values import filled_text, text
from checkpoint_openapi.lint.engine import Report
from checkpoint_openapi.lint.finding import Finding
from checkpoint_openapi.lint.in_step import FOLDER_RULES
from checkpoint_openapi.lint.table import RULES

__all__ = ["Accepted", "applied", "as_baseline", "load_baseline"]

_HEAD = "# Accepted findings of `checkpoint-contract lint`; --write-baseline writes this file anew.\n"


@dataclass(frozen=True)
class Accepted:
    """One accepted finding."""

    rule: str
    file: str
    """The document, or the folder of a contract, relative to the folder of the baseline."""
    pointer: str
    at: str = ""
    """The place in the baseline, including its name."""


def load_baseline(path: Path) -> tuple[Accepted, ...]:
    """Read a baseline; raises `DocumentError` if it cannot be read or contains a mistake."""
    file = ConfigurationFile.load(path, "yaml")
    entries: tuple[Accepted, ...] = read(file, _DESCRIPTION)
    listed = Place(file).key("accepted")
    places = [listed.entry(index, "entry").in_file for index in range(len(entries))]
    return tuple(replace(entry, at=place) for entry, place in zip(entries, places, strict=True))


def applied(reports: Sequence[Report], accepted: Sequence[Accepted], baseline: Path) -> list[Report]:
    """Return reports without the accepted findings, and with the entries that accept nothing.

    Whether an entry is stale is known only if its rule was applied to its file.
    """
    found: list[Report] = []
    for report in reports:
        name = _name(report.file, baseline)
        left = Counter((entry.rule, entry.pointer) for entry in accepted if entry.file == name)
        kept: list[Finding] = []
        for finding in report.findings:
            key = (finding.rule, finding.pointer)
            if left[key]:
                left[key] -= 1
            else:
                kept.append(finding)
        stale: list[str] = []
        for entry in accepted:
            key = (entry.rule, entry.pointer)
            if entry.file == name and _is_judged(entry, report) and left[key]:
                left[key] -= 1
                stale.append(f"{entry.at}: {entry.rule} at {entry.pointer or '/'}")
        count = len(report.findings) - len(kept)
        found.append(replace(report, findings=tuple(kept), accepted=count, stale=tuple(stale)))
    return found


def as_baseline(reports: Sequence[Report], baseline: Path) -> str:
    """Return the text of a baseline that accepts everything found."""
    found = [(report, finding) for report in reports for finding in report.findings]
    entries = sorted(
        (_name(report.file, baseline), finding.rule, finding.pointer) for report, finding in found
    )
    listed = [{"rule": rule, "file": file, "pointer": pointer} for file, rule, pointer in entries]
    return _HEAD + yaml.safe_dump({"accepted": listed}, sort_keys=False, allow_unicode=True)


def _is_judged(entry: Accepted, report: Report) -> bool:
    """Return whether it is known that a rule no longer finds anything: it was applied, or does not exist."""
    return entry.rule in report.applied or entry.rule not in {rule.id for rule in (*RULES, *FOLDER_RULES)}


def _name(file: str, baseline: Path) -> str:
    return Path(os.path.relpath(file, baseline.parent)).as_posix()


_ENTRY = Table({"rule": Key(filled_text), "file": Key(filled_text), "pointer": Key(text)}, Accepted)
_DESCRIPTION = list_alone("accepted", Rows(_ENTRY, "entry", ()))
