"""The report for a terminal: one line a requirement, then each failure with what is needed to mend it."""

from __future__ import annotations

from typing import Any

import click

__all__ = ["render"]

_MARKS = {"pass": "✓", "fail": "✗", "warn": "!", "skip": "–", "inconclusive": "?", "error": "E"}
_COLOURS = {"pass": "green", "fail": "red", "warn": "yellow", "inconclusive": "magenta", "error": "red"}


def render(report: dict[str, Any], *, quiet: bool = False) -> str:
    """Return the text; colours are click's, which leaves them out where no terminal reads."""
    lines: list[str] = []
    if not quiet:
        declared = [item for item in report["requirements"] if item["profile"] in report["profiles"]]
        lines += [_line(requirement) for requirement in declared]
        lines += [line for item in declared if item["findings"] for line in _evidence(item, report)]
        lines.append("")
    counts = {outcome: 0 for outcome in _MARKS}
    for requirement in report["requirements"]:
        counts[requirement["outcome"]] += requirement["profile"] in report["profiles"]
    summary = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)
    created = report["checkpoints"]
    lines.append(
        f"{report['requests']} requests, {created['created']} of at most {created['limit']} checkpoints created"
    )
    lines += [f"Profile {name}: {verdict}" for name, verdict in report["profiles"].items()]
    colour = "green" if report["verdict"] == "conformant" else "red"
    lines.append(click.style(f"Verdict: {report['verdict']}", fg=colour, bold=True) + f" ({summary})")
    return "\n".join(lines)


def _line(requirement: dict[str, Any]) -> str:
    outcome = requirement["outcome"]
    mark = click.style(f"{_MARKS[outcome]} {outcome:<12}", fg=_COLOURS.get(outcome))
    note = ""
    if requirement["reason"]:
        note = f"  [{requirement['reason']}: {requirement['detail']}]"
    elif requirement["detail"]:
        note = f"  [{requirement['detail']}]"
    return f"{mark} {requirement['id']:<8} {requirement['level']:<6} {requirement['text']}{note}"


def _evidence(requirement: dict[str, Any], report: dict[str, Any]) -> list[str]:
    exchanges = {exchange["number"]: exchange for exchange in report["exchanges"]}
    lines = [
        "",
        click.style(f"{requirement['id']} {requirement['outcome']}", bold=True) + f": {requirement['text']}",
    ]
    lines.append(f"  clause    {requirement['clause']}")
    for finding in requirement["findings"]:
        lines += [
            f"  probe     {finding['probe']}{'' if finding['confirmed'] else ' (seen once only)'}",
            f"  expected  {finding['expected']}",
            f"  actual    {finding['actual']}",
        ]
        lines += [
            f"  repeat    {_shortened(exchanges[number]['curl'])}" for number in finding["exchanges"][-1:]
        ]
    return lines


def _shortened(line: str) -> str:
    return line if len(line) <= 1500 else line[:1500] + "… (whole in the report)"
