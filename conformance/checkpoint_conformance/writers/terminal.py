"""The report for a terminal: one line a requirement, then each failure with what is needed to mend it."""

from __future__ import annotations

import textwrap
from typing import Any

import click

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.writers.text import (
    counts,
    declared,
    explained,
    padded,
    printable,
    shortened,
    subject,
)

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
    summary = ", ".join(f"{number} {tr(outcome)}" for outcome, number in counts(report).items())
    verdict = click.style(tr(report["verdict"]), fg=_VERDICTS.get(report["verdict"], "red"), bold=True)
    lines.append(f"{printable(subject(report))}: {verdict} ({summary})")
    return "\n".join([*lines, explained(report)])


def _line(requirement: dict[str, Any]) -> str:
    outcome = requirement["outcome"]
    mark = click.style(f"{_MARKS[outcome]} {padded(tr(outcome), 12)}", fg=_COLOURS.get(outcome))
    note = ": ".join(
        filter(None, (tr(requirement["reason"] or ""), printable(retold(requirement["detail"]))))
    )
    text = f"{mark} {requirement['id']:<8} {requirement['level']:<6} {tr(requirement['text'])}"
    return text + click.style(f"  [{note}]", dim=True) if note else text


def evidence(requirement: dict[str, Any], report: dict[str, Any]) -> list[str]:
    """Return the lines that tell what was found against a requirement, and how to see it again."""
    exchanges = {exchange["number"]: exchange for exchange in report["exchanges"]}
    outcome = requirement["outcome"]
    title = click.style(f"{requirement['id']} {tr(outcome)}", fg=_COLOURS.get(outcome), bold=True)
    lines = ["", f"{title}: {tr(requirement['text'])}", _labelled("clause", requirement["clause"])]
    for finding in requirement["findings"][:_SHOWN]:
        once = "" if finding["confirmed"] else " " + tr("(seen once only)")
        lines += [
            _labelled("probe", finding["probe"]) + once,
            _labelled("expected", finding["expected"]),
            _labelled("actual", finding["actual"]),
        ]
        for number in finding["exchanges"][-1:]:
            call = printable(shortened(exchanges[number]["curl"], 1500))
            lines.append(f"  {padded(tr('repeat'), 9)} " + textwrap.indent(call, " " * 12).lstrip())
    more = len(requirement["failing"]) - len(requirement["findings"][:_SHOWN])
    return [*lines, "  " + tr("and {count} more", count=more)] if more > 0 else lines


def _labelled(label: str, text: str) -> str:
    return f"  {padded(tr(label), 9)} {printable(text)}"


def _run(report: dict[str, Any]) -> list[str]:
    created, header = report["checkpoints"], report["header"]
    left = [name for name in created["ids"] if name not in created["deleted"]]
    lines = [
        tr(
            "{requests} requests in {seconds} s",
            requests=report["requests"],
            seconds=f"{report['footer']['elapsed']:.1f}",
        ),
        tr(
            "{created} of at most {limit} checkpoints created",
            created=created["created"],
            limit=created["limit"],
        ),
    ]
    if created["deleted"]:
        lines.append(tr("{count} of them deleted again", count=len(created["deleted"])))
    if left:
        lines.append(tr("Left on the server: {names}", names=", ".join(map(printable, left))))
    if report["gone"]:
        lines.append(
            tr("The server could not be judged to the end: {reason}", reason=printable(report["gone"]))
        )
    shard = header["shard"]
    if shard:
        lines.append(tr("Shard {index} of {count}", index=shard["index"], count=shard["count"]))
    return lines + [
        tr("Profile {name}: {verdict}", name=name, verdict=tr(verdict))
        for name, verdict in report["profiles"].items()
    ]
