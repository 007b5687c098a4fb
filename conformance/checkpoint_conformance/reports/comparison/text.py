"""Two reports compared, as text for a terminal: the regressions by their causes, the fixes, the rest."""

from __future__ import annotations

from collections.abc import Iterable

import click
from checkpoint_openapi.terminal.columns import wrapped

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.comparison.compare import Change, Comparison, Side
from checkpoint_conformance.reports.writers.text import printable, shortened, when

__all__ = ["counted", "noted", "render_comparison", "sides", "told_probes"]

_MARGIN = 11
"""The indentation of what is said about a change, in columns."""
_LONGEST = 300


def render_comparison(comparison: Comparison, width: int | None = None) -> str:
    """Return the comparison, wrapped to `width` columns if given."""
    earlier, later = sides(comparison)
    lines = [wrapped(line, width, 5) for line in (earlier, later)] + [""]
    if comparison.regressions:
        count = len(comparison.regressions)
        lines.append(_title(tr("Regressions ({count})", count=count), "red"))
        for group in comparison.causes():
            lines += _lines(group.first, width, 2)
            lines += [line for change in group.then for line in _lines(change, width, 4)]
        lines.append("")
    for title, colour, changes in (
        ("Fixes ({count})", "green", comparison.fixes),
        ("Other changes ({count})", None, comparison.unexplained()),
    ):
        if changes:
            lines.append(_title(tr(title, count=len(changes)), colour))
            lines += [line for change in changes for line in _lines(change, width, 2)] + [""]
    return "\n".join([*lines, _summary(comparison)])


def sides(comparison: Comparison) -> tuple[str, str]:
    """Return which reports are compared, the earlier one first."""
    return (
        tr("From {report}", report=_side(comparison.before)),
        tr("to   {report}", report=_side(comparison.after)),
    )


def noted(change: Change) -> str:
    """Return what is said about a change: the reason that the report gives, else the plainest finding."""
    if change.note:
        return printable(retold(change.note))
    evidence = change.now if change.after != "pass" else None
    if evidence is None:
        return ""
    told = "expected {expected}, got {actual}"
    expected, actual = retold(evidence.expected), retold(evidence.actual)
    return printable(shortened(tr(told, expected=expected, actual=actual), _LONGEST))


def told_probes(change: Change) -> str:
    """Return at how many probes of which requirements something fails anew, unless they are all its own."""
    if not change.probes.keys() - {change.requirement}:
        return ""
    return tr(", ").join(
        tr("{name} at 1 probe", name=name)
        if count == 1
        else tr("{name} at {count} probes", name=name, count=count)
        for name, count in list(change.probes.items())[:4]
    )


def _side(side: Side) -> str:
    return tr(
        "{subject}, {started}, contract {version}: {verdict}",
        subject=printable(side.subject),
        started=when(side.started),
        version=side.contract,
        verdict=tr(side.verdict),
    )


def _title(text: str, colour: str | None) -> str:
    return click.style(text, fg=colour, bold=True)


def _lines(change: Change, width: int | None, indent: int) -> Iterable[str]:
    start = f"{' ' * indent}{change.requirement:<8} {tr(change.before)} -> {tr(change.after)}"
    text = f"  {tr(change.text)}" if change.text else ""
    yield wrapped(start + click.style(text, dim=True), width, indent + _MARGIN)
    for said in (noted(change), told_probes(change)):
        if said:
            yield wrapped(" " * (indent + 9) + said, width, indent + _MARGIN)


def counted(comparison: Comparison) -> str:
    """Return how many regressions there are."""
    count = len(comparison.regressions)
    if not count:
        return tr("No regressions")
    return tr("1 regression") if count == 1 else tr("{count} regressions", count=count)


def _summary(comparison: Comparison) -> str:
    better = len(comparison.fixes)
    one = tr("1 fix") if better else tr("no fixes")
    fixes = tr("{count} fixes", count=better) if better > 1 else one
    colour = "red" if comparison.regressions else "green"
    return tr(
        "{result}, {fixes}.", result=click.style(counted(comparison), fg=colour, bold=True), fixes=fixes
    )
