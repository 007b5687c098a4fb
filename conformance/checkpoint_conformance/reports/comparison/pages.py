"""The matrix, and the comparison of two reports, as pages: each one file that needs no network or script."""

from __future__ import annotations

from checkpoint_conformance.language import tr
from checkpoint_conformance.reports.comparison.compare import Comparison
from checkpoint_conformance.reports.comparison.matrix import Matrix
from checkpoint_conformance.reports.comparison.notes import CHANGES, notes, summary, total
from checkpoint_conformance.reports.comparison.text import counted, noted, told_probes
from checkpoint_conformance.reports.writers.html import bar, page

__all__ = ["comparison_page", "matrix_page"]

_WITH_WORDS = 6
"""With more reports than these, a cell shows the sign of its outcome and leaves words to screen readers."""
_WHOLE = 4
"""Distinct failures of one requirement that are shown with their exchanges; of others, what was found."""


def matrix_page(matrix: Matrix) -> str:
    """Return the page of a matrix."""
    return page(
        "matrix.html.j2",
        matrix=matrix,
        total=total(matrix),
        notes=list(notes(matrix)),
        bars=[bar(column.counts) for column in matrix.columns],
        summary=summary,
        changes=CHANGES,
        dense=len(matrix.columns) > _WITH_WORDS,
        whole=_WHOLE,
        levels={level: level for level in ("MUST", "SHOULD")},
        differing={"yes": tr("where they differ"), "no": tr("where they agree")},
    )


def comparison_page(comparison: Comparison) -> str:
    """Return the page of two reports, the regressions by their causes."""
    return page(
        "comparison.html.j2",
        comparison=comparison,
        counted=counted(comparison),
        noted=noted,
        told_probes=told_probes,
    )
