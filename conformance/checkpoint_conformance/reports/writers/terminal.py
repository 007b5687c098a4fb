"""The report for a terminal: one line per requirement, then each failure with what is needed to fix it."""

from __future__ import annotations

import textwrap
from itertools import islice
from typing import Any

import click
from checkpoint_openapi.terminal.columns import columns, padded, wrapped

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.writers.text import (
    by_number,
    calls_without_id,
    counts,
    declared,
    explained,
    left_behind,
    listed,
    notes,
    outcome_count,
    printable,
    repetition,
    sent,
    sightings,
    subject,
)

__all__ = ["COLOURS", "MARKS", "VERDICT_COLOURS", "evidence", "terminal"]

MARKS = {"pass": "✓", "fail": "✗", "warn": "!", "skip": "-", "inconclusive": "?", "error": "E"}
"""The sign of each outcome."""
COLOURS = {"pass": "green", "fail": "red", "warn": "yellow", "inconclusive": "magenta", "error": "red"}
"""The colour of each outcome; a skipped one has none."""
VERDICT_COLOURS = {"conformant": "green", "partial": "yellow", "inconclusive": "magenta"}
"""Any other verdict is red."""
_SHOWN = 4
"""Findings of one requirement that are shown here, the first in detail; report.html has more."""
_MARGIN = 12
"""The indentation of the evidence, in columns."""


def terminal(report: dict[str, Any], *, quiet: bool = False, width: int | None = None) -> str:
    """Return the text, wrapped to `width` columns if given.

    Colours come from click, which omits them if the output is not a terminal.
    """
    lines: list[str] = []
    if not quiet:
        mine = declared(report)
        reasons = notes(mine)
        lines += [_line(requirement, reasons[requirement["id"]], width) for requirement in mine]
        told = [item for item in mine if item["findings"] and item["reason"] != "waived"]
        calls: dict[str, str] = {}
        lines += [line for item in told for line in evidence(item, report, width, calls)]
        lines += ["", *(wrapped(line, width, 0) for line in _run(report))]
    summary = tr(", ").join(outcome_count(*each) for each in counts(report).items())
    verdict = click.style(tr(report["verdict"]), fg=VERDICT_COLOURS.get(report["verdict"], "red"), bold=True)
    name = printable(subject(report))
    lines.append(tr("{name}: {verdict} ({counts})", name=name, verdict=verdict, counts=summary))
    return "\n".join([*lines, wrapped(explained(report), width, 0)])


def _line(requirement: dict[str, Any], note: str, width: int | None) -> str:
    outcome = requirement["outcome"]
    mark = click.style(f"{MARKS[outcome]} {padded(tr(outcome), 12)}", fg=COLOURS.get(outcome))
    start = f"{mark} {requirement['id']:<8} {requirement['level']:<6} "
    text = start + tr(requirement["text"]) + (click.style(f"  [{note}]", dim=True) if note else "")
    return wrapped(text, width, columns(start))


def evidence(
    requirement: dict[str, Any],
    report: dict[str, Any],
    width: int | None = None,
    calls: dict[str, str] | None = None,
) -> list[str]:
    """Return the lines that show the evidence against a requirement, and how to reproduce it.

    `calls` has the requirement of each command that was shown; one that it has is not shown again.
    """
    calls = {} if calls is None else calls
    exchanges = by_number(report)
    outcome = requirement["outcome"]
    title = click.style(f"{requirement['id']} {tr(outcome)}", fg=COLOURS.get(outcome), bold=True)
    lines = ["", wrapped(f"{title}{tr(': ')}{tr(requirement['text'])}", width, _MARGIN)]
    lines.append(_labelled("clause", requirement["clause"], None))
    findings = requirement["findings"][:_SHOWN]
    for finding in findings[:1]:
        lines += [
            _labelled("probe", finding["probe"] + _sightings(finding), width),
            _labelled("expected", retold(finding["expected"]), width),
            _labelled("actual", retold(finding["actual"]), width),
        ]
        if call := printable(repetition(finding, exchanges)):
            first = calls.setdefault(call, requirement["id"])
            same = tr("the same command as for {requirement}", requirement=first)
            shown = same if first != requirement["id"] else call
            lines.append(_label("repeat") + textwrap.indent(shown, " " * _MARGIN).lstrip())
    for finding in islice(findings, 1, None):
        found = retold(finding["actual"])
        if finding["expected"] != findings[0]["expected"]:
            expected = retold(finding["expected"])
            found = tr("expected {expected}, got {actual}", expected=expected, actual=found)
        lines.append(_labelled("also", f"{finding['probe']}{tr(': ')}{found}{_sightings(finding)}", width))
    more = len(requirement["failing"]) - len(findings)
    return [*lines, "  " + tr("and {count} more", count=more)] if more > 0 else lines


def _sightings(finding: dict[str, Any]) -> str:
    seen = sightings(finding)
    return tr(" ({note})", note=seen) if seen else ""


def _labelled(label: str, text: str, width: int | None) -> str:
    return wrapped(_label(label) + printable(text), width, _MARGIN)


def _label(label: str) -> str:
    return f"  {padded(tr(label), 9)} "


def _run(report: dict[str, Any]) -> list[str]:
    created, header = report["checkpoints"], report["header"]
    left = left_behind(report)
    lines = [
        sent(report),
        tr(
            "Checkpoints created: {created} (limit: {limit})",
            created=created["created"],
            limit=created["limit"],
        ),
    ]
    connections = report.get("connections", {})
    if connections.get("reason"):
        used, why = connections["used"], retold(connections["reason"])
        lines.append(tr("Parallel connections: {used}, because {reason}", used=used, reason=why))
    if created["deleted"]:
        lines.append(tr("Checkpoints deleted: {count}", count=len(created["deleted"])))
    if left:
        names = listed([printable(name) for name in left], most=3)
        lines.append(tr("Left on the server: {names} (report.json has all ids)", names=names))
    if unnamed := calls_without_id(report):
        lines.append(
            tr(
                "Calls that returned no new id: {count}; each may have left a checkpoint behind.",
                count=unnamed,
            )
        )
    for waiver in report["waivers"]:
        told = "Waiver of {requirement}: {state}, until {date} ({reason})"
        where, state = waiver["probe"] or waiver["requirement"], tr(waiver["state"])
        reason = printable(waiver["reason"])
        lines.append(tr(told, requirement=where, state=state, date=waiver["expires"], reason=reason))
    if report["gone"]:
        lines.append(
            tr(
                "The server could not be fully judged: {reason}",
                reason=retold(printable(report["gone"])),
            )
        )
    shard = header["shard"]
    if shard:
        lines.append(tr("Shard {index} of {count}", index=shard["index"], count=shard["count"]))
    return lines + [
        tr("Profile {name}: {verdict}", name=name, verdict=tr(verdict))
        for name, verdict in report["profiles"].items()
    ]
