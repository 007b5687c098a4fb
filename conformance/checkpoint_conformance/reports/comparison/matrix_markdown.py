"""The matrix in Markdown: one table, then what fails, folded by requirement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.comparison.matrix import Cell, Matrix, Row
from checkpoint_conformance.reports.comparison.notes import CHANGES, notes, summary, total
from checkpoint_conformance.reports.writers.markdown import MARKS, VERDICT_MARKS, code, fenced, plain

__all__ = ["matrix_markdown"]


def matrix_markdown(matrix: Matrix) -> str:
    """Return the text."""
    columns = matrix.columns
    heads = [tr("requirement"), tr("level"), *(plain(column.name) for column in columns)]
    verdicts = [f"{VERDICT_MARKS[column.verdict]} **{tr(column.verdict)}**" for column in columns]
    lines = [plain(total(matrix)), "", *(line for note in notes(matrix) for line in (plain(note), ""))]
    lines += [_line(heads), _line(["---"] * len(heads)), _line([tr("verdict"), "", *verdicts])]
    lines.append(_line([tr("requirements"), "", *map(summary, columns)]))
    lines += [_line([row.id, row.level, *map(_cell, row.cells)]) for row in matrix.rows]
    for row in matrix.rows:
        lines += _detail(row, [column.name for column in columns])
    return "\n".join([*lines, ""])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "·"
    text = f"{MARKS[cell.outcome]} {tr(cell.outcome)}"
    if cell.change and cell.before != cell.outcome:
        return f"{text} {CHANGES[cell.change]} {tr('was {outcome}', outcome=tr(cell.before or ''))}"
    return f"{text} {CHANGES[cell.change]}" if cell.change else text


def _detail(row: Row, names: list[str]) -> Iterator[str]:
    found = row.alike()
    if found:
        text = re.sub("`([^`]+)`", r"<code>\1</code>", escape(tr(row.text), quote=False))
        yield from ("", f"<details><summary>{row.id}{tr(': ')}{text}</summary>")
    for evidence, numbers in found:
        yield from ("", f"**{tr(', ').join(plain(names[number]) for number in numbers)}**", "")
        yield f"- {tr('probe')} {code(evidence.probe)}"
        yield f"- {tr('expected')} {code(retold(evidence.expected))}"
        yield f"- {tr('actual')} {code(retold(evidence.actual))}"
        if evidence.repeat:
            yield from ("", *fenced(evidence.repeat))
    if found:
        yield from ("", "</details>")
