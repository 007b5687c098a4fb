"""Many reports side by side: requirements against implementations, or against the runs of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from checkpoint_conformance.reports.comparison.compare import compare
from checkpoint_conformance.reports.comparison.plainest import Evidence, plainest
from checkpoint_conformance.reports.report import ReportError
from checkpoint_conformance.reports.writers.text import by_number, counts, subject, when

__all__ = ["Cell", "Column", "Matrix", "Row", "build_matrix"]

FORMAT = 1
"""The version of the JSON form."""


@dataclass(frozen=True)
class Column:
    """One report."""

    name: str
    implementation: str
    version: str
    verdict: str
    profiles: tuple[str, ...]
    """The profiles that its target declares."""
    contract: str
    sha256: str
    """The hash of the contract's document."""
    suite: str
    started: str
    ended: str
    """Why the run ended early; empty if it did not."""
    counts: dict[str, int]
    """Requirements of the declared profiles by outcome, from worst to best."""
    since: int | None = None
    """The place of the report that it is compared with: the latest earlier one of the same implementation."""


@dataclass(frozen=True)
class Cell:
    """What one report says about one requirement."""

    outcome: str
    reason: str | None
    detail: str
    is_declared: bool
    """Whether the target declares the requirement's profile."""
    evidence: Evidence | None = None
    before: str | None = None
    """The outcome in the report that the column is compared with, if something changed since."""
    change: str | None = None
    """`worse`, `better` or `other`, if something changed since."""

    def data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        evidence = self.evidence and self.evidence.data()
        return {**asdict(replace(self, evidence=None)), "evidence": evidence}


@dataclass(frozen=True)
class Row:
    """One requirement, with a cell for each column; None if that report's contract does not have it."""

    id: str
    level: str
    text: str
    profile: str
    cells: tuple[Cell | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the reports disagree, or one of them has changed."""
        outcomes = {cell and cell.outcome for cell in self.cells}
        return len(outcomes) > 1 or any(cell and cell.change for cell in self.cells)

    @property
    def passed(self) -> int:
        """In how many reports it passed."""
        return sum(cell is not None and cell.outcome == "pass" for cell in self.cells)

    def alike(self) -> list[tuple[Evidence, list[int]]]:
        """Return each distinct piece of evidence, with the numbers of the columns that show it."""
        found: dict[tuple[str, ...], tuple[Evidence, list[int]]] = {}
        for number, cell in enumerate(self.cells):
            if cell and cell.evidence and cell.is_declared:
                found.setdefault(cell.evidence.told, (cell.evidence, []))[1].append(number)
        return list(found.values())


@dataclass(frozen=True)
class Matrix:
    """Requirements by reports."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: int
    """How many requirements there are, shown or not."""

    def data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "format": FORMAT,
            "columns": [asdict(column) for column in self.columns],
            "requirements": [
                {
                    "id": row.id,
                    "level": row.level,
                    "text": row.text,
                    "profile": row.profile,
                    "differs": row.differs,
                    "passed": row.passed,
                    "cells": [cell and cell.data() for cell in row.cells],
                }
                for row in self.rows
            ],
        }

    def only_differing(self) -> Matrix:
        """Return the matrix without the rows in which all reports agree."""
        return replace(self, rows=tuple(row for row in self.rows if row.differs))

    def by(self, attribute: str) -> dict[Any, list[str]]:
        """Return the names of the columns by an attribute of theirs."""
        groups: dict[Any, list[str]] = {}
        for column in self.columns:
            groups.setdefault(getattr(column, attribute), []).append(column.name)
        return groups


def build_matrix(reports: Iterable[dict[str, Any]], names: Sequence[str] = ()) -> Matrix:
    """Return the matrix of reports, in their order; `names` replace the names of the servers.

    Of each report only the outcomes and the plainest evidence are held. Raises ReportError for the report of
    a shard, which says nothing about the rest.
    """
    columns: list[Column] = []
    judged: list[dict[str, Cell]] = []
    slim: list[dict[str, Any]] = []
    items: dict[str, dict[str, Any]] = {}
    for number, report in enumerate(reports):
        columns.append(_column(report, names[number] if number < len(names) else None))
        judged.append(_cells(report))
        slim.append(report | {"exchanges": []})
        items = {item["id"]: item for item in report["requirements"]} | items
    for number, column in enumerate(columns):
        since = _latest_earlier(columns, number)
        if since is not None:
            columns[number] = replace(column, since=since)
            judged[number] = _with_changes(judged[number], slim[since], slim[number])
    rows = [
        Row(
            id=name,
            level=items[name]["level"],
            text=items[name]["text"],
            profile=items[name]["profile"],
            cells=tuple(cells.get(name) for cells in judged),
        )
        for name in _in_order(judged)
    ]
    return Matrix(tuple(_told_apart(columns)), tuple(rows), len(rows))


def _column(report: dict[str, Any], name: str | None) -> Column:
    header = report["header"]
    if header["shard"]:
        raise ReportError(
            f"{subject(report)}: shard {header['shard']['index']} of {header['shard']['count']} says nothing "
            "about the rest. Combine the shards with `report merge` first."
        )
    unnamed = header["implementation"]["name"] == "unnamed"
    address = header["target"]["url"]
    return Column(
        name=name or (address if unnamed else subject(report)),
        implementation=address if unnamed else header["implementation"]["name"],
        version=header["implementation"]["version"],
        verdict=report["verdict"],
        profiles=tuple(report["profiles"]),
        contract=header["contract"]["version"],
        sha256=header["contract"]["sha256"],
        suite=header["suite"],
        started=header["started"],
        ended=report["footer"].get("ended", ""),
        counts=counts(report),
    )


def _latest_earlier(columns: list[Column], number: int) -> int | None:
    """Return the place of the latest run of the same implementation before a report's, or None."""
    own = (columns[number].started, number)
    earlier = [
        (column.started, place)
        for place, column in enumerate(columns)
        if column.implementation == columns[number].implementation and (column.started, place) < own
    ]
    return max(earlier)[1] if earlier else None


def _told_apart(columns: list[Column]) -> list[Column]:
    """Return the columns with the start of the run in names that several have, and then with numbers."""
    shared = Counter(column.name for column in columns)
    dated = [
        replace(column, name=f"{column.name} · {when(column.started)}") if shared[column.name] > 1 else column
        for column in columns
    ]
    shared = Counter(column.name for column in dated)
    return [
        replace(column, name=f"{column.name} ({number})") if shared[column.name] > 1 else column
        for number, column in enumerate(dated, 1)
    ]


def _cells(report: dict[str, Any]) -> dict[str, Cell]:
    exchanges = by_number(report)
    return {
        item["id"]: Cell(
            item["outcome"],
            item["reason"],
            item["detail"],
            item["profile"] in report["profiles"],
            plainest(item, exchanges),
        )
        for item in report["requirements"]
    }


def _with_changes(cells: dict[str, Cell], earlier: dict[str, Any], report: dict[str, Any]) -> dict[str, Cell]:
    comparison = compare(earlier, report)
    kinds = {"worse": comparison.regressions, "better": comparison.fixes, "other": comparison.changes}
    changes = {change.requirement: (kind, change.before) for kind, each in kinds.items() for change in each}
    return {
        name: replace(cell, change=changes[name][0], before=changes[name][1]) if name in changes else cell
        for name, cell in cells.items()
    }


def _in_order(judged: Iterable[Iterable[str]]) -> list[str]:
    """Return every requirement once, in an order that agrees with that of each report."""
    order: list[str] = []
    for names in judged:
        place = 0
        for name in names:
            if name not in order:
                order.insert(place, name)
            place = order.index(name) + 1
    return order
