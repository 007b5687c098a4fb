"""The report for a terminal: one line a requirement, then each failure with what is needed to mend it."""

from __future__ import annotations

import textwrap
from typing import Any

import click

from checkpoint_conformance.writers.text import counts, declared, explained, printable, shortened, subject

__all__ = ["evidence", "terminal"]

_MARKS = {"pass": "✓", "fail": "✗", "warn": "!", "skip": "-", "inconclusive": "?", "error": "E"}
_COLOURS = {"pass": "green", "fail": "red", "warn": "yellow", "inconclusive": "magenta", "error": "red"}
_VERDICTS = {"conformant": "green", "partial": "yellow", "inconclusive": "magenta"}
_SHOWN = 3
"""Findings of one requirement that are told here; report.html has more."""


def terminal(report: dict[str, Any], *, quiet: bool = False) -> str:
    """Return the text; colours are click's, which leaves them out where no terminal reads."""
    lines: list[str] = []
    if not quiet:
        mine = declared(report)
        lines += [_line(requirement) for requirement in mine]
        told = [item for item in mine if item["findings"] and item["reason"] != "waived"]
        lines += [line for item in told for line in evidence(item, report)]
        lines += ["", *_run(report)]
    summary = ", ".join(f"{number} {outcome}" for outcome, number in counts(report).items())
    verdict = click.style(report["verdict"], fg=_VERDICTS.get(report["verdict"], "red"), bold=True)
    lines.append(f"{printable(subject(report))}: {verdict} ({summary})")
    return "\n".join([*lines, explained(report)])


def _line(requirement: dict[str, Any]) -> str:
    outcome = requirement["outcome"]
    mark = click.style(f"{_MARKS[outcome]} {outcome:<12}", fg=_COLOURS.get(outcome))
    note = ": ".join(filter(None, (requirement["reason"], printable(requirement["detail"]))))
    text = f"{mark} {requirement['id']:<8} {requirement['level']:<6} {requirement['text']}"
    return text + click.style(f"  [{note}]", dim=True) if note else text


def evidence(requirement: dict[str, Any], report: dict[str, Any]) -> list[str]:
    """Return the lines that tell what was found against a requirement, and how to see it again."""
    exchanges = {exchange["number"]: exchange for exchange in report["exchanges"]}
    outcome = requirement["outcome"]
    title = click.style(f"{requirement['id']} {outcome}", fg=_COLOURS.get(outcome), bold=True)
    lines = ["", f"{title}: {requirement['text']}", f"  clause    {requirement['clause']}"]
    for finding in requirement["findings"][:_SHOWN]:
        lines += [
            f"  probe     {printable(finding['probe'])}{'' if finding['confirmed'] else ' (seen once only)'}",
            f"  expected  {printable(finding['expected'])}",
            f"  actual    {printable(finding['actual'])}",
        ]
        for number in finding["exchanges"][-1:]:
            call = printable(shortened(exchanges[number]["curl"], 1500))
            lines.append("  repeat    " + textwrap.indent(call, " " * 12).lstrip())
    more = len(requirement["failing"]) - len(requirement["findings"][:_SHOWN])
    return [*lines, f"  and {more} more"] if more > 0 else lines


def _run(report: dict[str, Any]) -> list[str]:
    created, header = report["checkpoints"], report["header"]
    left = [name for name in created["ids"] if name not in created["deleted"]]
    lines = [
        f"{report['requests']} requests in {report['footer']['elapsed']:.1f} s",
        f"{created['created']} of at most {created['limit']} checkpoints created",
    ]
    if created["deleted"]:
        lines.append(f"{len(created['deleted'])} of them deleted again")
    if left:
        lines.append(f"Left on the server: {', '.join(map(printable, left))}")
    if report["gone"]:
        lines.append(f"The server could not be judged to the end: {printable(report['gone'])}")
    shard = header["shard"]
    lines += [f"Shard {shard['index']} of {shard['count']}"] if shard else []
    return lines + [f"Profile {name}: {verdict}" for name, verdict in report["profiles"].items()]
