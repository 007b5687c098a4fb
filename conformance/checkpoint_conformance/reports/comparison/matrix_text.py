"""The matrix for a terminal: a line for each requirement, then the plainest evidence of what fails."""

from __future__ import annotations

from collections.abc import Iterator

import click
from checkpoint_openapi.terminal.columns import padded, wrapped

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.comparison.matrix import Cell, Column, Matrix, Row
from checkpoint_conformance.reports.comparison.notes import CHANGES, notes, summary, total
from checkpoint_conformance.reports.writers.terminal import COLOURS, MARKS, VERDICT_COLOURS
from checkpoint_conformance.reports.writers.text import OUTCOMES, printable, shortened

__all__ = ["matrix_text"]

_START = 16
"""Columns of the id and the level."""
_WORD, _SIGN = 15, 4
"""The width of a cell with its word, and with its sign alone."""
_TEXT = 40
"""Columns that the text of a requirement needs at least."""
_LONGEST = 300


def matrix_text(matrix: Matrix, width: int | None = None) -> str:
    """Return the text, wrapped to `width` columns if given; cells have words if there is room for them."""
    room = width or 120
    has_words = _START + _WORD * len(matrix.columns) + _TEXT <= room
    cell = _WORD if has_words else _SIGN
    lines = [_heading(number, column, width) for number, column in enumerate(matrix.columns, 1)]
    lines += ["", *(wrapped(note, width, 0) for note in notes(matrix))]
    if not has_words:
        signs = [*((MARKS[name], tr(name)) for name in reversed(OUTCOMES)), ("·", tr("not in its contract"))]
        lines.append(wrapped("  ".join(f"{sign} {word}" for sign, word in signs), width, 0))
    numbers = "".join(padded(str(number), cell) for number in range(1, len(matrix.columns) + 1)).rstrip()
    lines += ["", " " * _START + click.style(numbers, bold=True)]
    lines += [_row(row, cell, width, has_words=has_words) for row in matrix.rows]
    for row in matrix.rows:
        lines += _detail(row, width)
    return "\n".join([*lines, "", wrapped(total(matrix), width, 0)])


def _heading(number: int, column: Column, width: int | None) -> str:
    verdict = click.style(tr(column.verdict), fg=VERDICT_COLOURS.get(column.verdict, "red"), bold=True)
    named, counted = printable(column.name), summary(column)
    told = tr("{name}: {verdict} ({counts})", name=named, verdict=verdict, counts=counted)
    return wrapped(f"{number:>2}  {told}", width, 4)


def _row(row: Row, cell: int, width: int | None, *, has_words: bool) -> str:
    start = f"{row.id:<8} {row.level:<6} ".ljust(_START)
    cells = "".join(_cell(each, cell, has_words=has_words) for each in row.cells)
    margin = _START + cell * len(row.cells)
    return wrapped(start + cells + tr(row.text), width, margin)


def _cell(cell: Cell | None, width: int, *, has_words: bool) -> str:
    if cell is None:
        return padded("·", width)
    text = MARKS[cell.outcome] + (CHANGES[cell.change] if cell.change else "")
    if has_words:
        text += f" {tr(cell.outcome)}"
    return click.style(padded(text, width), fg=COLOURS.get(cell.outcome), dim=not cell.is_declared)


def _detail(row: Row, width: int | None) -> Iterator[str]:
    for place, (evidence, numbers) in enumerate(row.alike()):
        if place == 0:
            yield ""
            yield wrapped(click.style(row.id, bold=True) + f" {tr(row.text)}", width, 9)
        expected, actual = retold(evidence.expected), retold(evidence.actual)
        told = printable(tr("expected {expected}, got {actual}", expected=expected, actual=actual))
        names = tr(", ").join(str(number + 1) for number in numbers)
        probe = tr(" ({note})", note=evidence.probe)
        yield wrapped(f"  {names}{tr(': ')}{shortened(told, _LONGEST)}{probe}", width, 6)
