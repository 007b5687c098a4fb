"""`target check` on the command line: prints the diagnosis line by line, and sets the exit code."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.terminal.columns import padded, wrapped
from checkpoint_openapi.terminal.streams import reader_width

from checkpoint_conformance.commands.console import guarded
from checkpoint_conformance.diagnosis.check import diagnose
from checkpoint_conformance.diagnosis.check_result import CheckResult, CheckStatus
from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.writers.text import printable
from checkpoint_conformance.target.target import Target

__all__ = ["check_target"]

_MARKS = {CheckStatus.OK: "✓", CheckStatus.NOTE: "-", CheckStatus.OPEN: "?", CheckStatus.FIX: "✗"}
_MARGIN = 26
"""The indentation of what was found, in columns."""
_COLOURS = {CheckStatus.OK: "green", CheckStatus.OPEN: "magenta", CheckStatus.FIX: "red"}


def check_target(file: Path, *, as_json: bool) -> ExitCode:
    """Run the diagnosis, print each step as soon as it is known, and return the exit code."""

    def action() -> ExitCode:
        steps: list[CheckResult] = []
        for step in diagnose(Target.load(file)):
            steps.append(step)
            if not as_json:
                click.echo(_line(step))
        code = _exit_code(steps)
        click.echo(
            json.dumps([asdict(step) for step in steps], indent=1) if as_json else _summary(file, code, steps)
        )
        return code

    return guarded(action)


def _exit_code(steps: list[CheckResult]) -> ExitCode:
    states = {step.state for step in steps}
    if CheckStatus.FIX in states:
        return ExitCode.USAGE
    return ExitCode.UNDECIDED if CheckStatus.OPEN in states else ExitCode.SUCCESS


def _line(step: CheckResult) -> str:
    mark = click.style(f"{_MARKS[step.state]} {padded(tr(step.state), 6)}", fg=_COLOURS.get(step.state))
    start, width = f"{mark} {padded(tr(step.topic), 16)} ", reader_width()
    lines = [wrapped(start + printable(retold(step.found)), width, _MARGIN)]
    if step.advice:
        lines.append(wrapped(" " * _MARGIN + printable(retold(step.advice)), width, _MARGIN))
    return "\n".join(lines)


def _summary(file: Path, code: ExitCode, steps: list[CheckResult]) -> str:
    match code:
        case ExitCode.SUCCESS:
            return "\n" + tr("Ready. Next: checkpoint-contract verify --target {file}", file=file)
        case ExitCode.UNDECIDED:
            told = "The server's responses leave something open; nothing in the file is known to be wrong."
            return "\n" + tr(told)
        case _:
            first = next(step for step in steps if step.state is CheckStatus.FIX)
            return "\n" + tr("Not ready: start with `{topic}`.", topic=tr(first.topic))
