"""What a reader must know before comparing reports side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.comparison.matrix import Column, Matrix
from checkpoint_conformance.reports.writers.text import outcome_count, printable

__all__ = ["CHANGES", "notes", "summary", "total"]

CHANGES = {"worse": "▼", "better": "▲", "other": "•"}
"""The sign of each kind of change."""


def notes(matrix: Matrix) -> Iterator[str]:
    """Give what makes the reports of a matrix unlike each other, in sentences."""
    contracts = matrix.by("contract")
    if len(contracts) > 1:
        told = "The reports are about different contracts: {groups}."
        yield tr(told, groups=_listed(contracts.items()))
    elif len(documents := matrix.by("sha256")) > 1:
        told = "The contracts have the same version, but are different documents: {groups}."
        yield tr(told, groups=_listed((digest[:12], names) for digest, names in documents.items()))
    profiles = {tr(", ").join(declared): names for declared, names in matrix.by("profiles").items()}
    if len(profiles) > 1:
        told = "The targets declare different profiles: {groups}. Only declared ones count."
        yield tr(told, groups=_listed(profiles.items()))
    suites = matrix.by("suite")
    if len(suites) > 1:
        told = "The reports were written by different versions of the suite: {groups}."
        yield tr(told, groups=_listed(suites.items()))
    for column in matrix.columns:
        if column.ended:
            told = "The run of {name} ended early, so only its failures are certain: {reason}."
            yield tr(told, name=printable(column.name), reason=printable(retold(column.ended)))


def summary(column: Column) -> str:
    """Return the numbers of a report's requirements by outcome, and which report changes are since."""
    counts = tr(", ").join(outcome_count(*each) for each in column.counts.items())
    if column.since is None:
        return counts
    return tr("{counts}; changes since {number}", counts=counts, number=column.since + 1)


def total(matrix: Matrix) -> str:
    """Return how many reports conform, and in how many requirements they differ."""
    return tr(
        "Conforming: {conforming} of {reports}. Differing requirements: {differing} of {requirements}.",
        conforming=sum(column.verdict == "conformant" for column in matrix.columns),
        reports=len(matrix.columns),
        differing=sum(row.differs for row in matrix.rows),
        requirements=matrix.total,
    )


def _listed(groups: Iterable[tuple[str, list[str]]]) -> str:
    return tr("; ").join(
        f"{value}{tr(' ({note})', note=tr(', ').join(map(printable, names)))}" for value, names in groups
    )
