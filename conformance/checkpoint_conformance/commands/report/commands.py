"""`report` and `replay`: show, compare and merge reports, repeat what failed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.terminal.columns import padded
from checkpoint_openapi.terminal.streams import reader_width, write_document

from checkpoint_conformance.commands.console import complain, guarded
from checkpoint_conformance.commands.progress import Progress
from checkpoint_conformance.commands.replay import Repeated, ReplayState, failing, replay
from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.comparison.compare import compare
from checkpoint_conformance.reports.comparison.matrix import build_matrix
from checkpoint_conformance.reports.comparison.matrix_markdown import matrix_markdown
from checkpoint_conformance.reports.comparison.matrix_text import matrix_text
from checkpoint_conformance.reports.comparison.pages import comparison_page, matrix_page
from checkpoint_conformance.reports.comparison.text import render_comparison
from checkpoint_conformance.reports.files import prepare, write_all
from checkpoint_conformance.reports.merge import merge
from checkpoint_conformance.reports.report import SCHEMA, ReportError, read_report
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.github import github
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.reports.writers.text import printable
from checkpoint_conformance.run.sending.client import ServerGone
from checkpoint_conformance.target.reference import target_or_reference
from checkpoint_conformance.verdict.outcome import Verdict, exit_code
from checkpoint_conformance.verdict.waivers import read_waivers

__all__ = [
    "SCHEMAS",
    "diff_reports",
    "merge_reports",
    "replay_report",
    "show_matrix",
    "show_report",
    "show_schema",
]

SCHEMAS = {
    "report": SCHEMA,
    **{path.name.split(".")[0]: path for path in sorted(Path(__file__).parents[1].glob("schemas/*.json"))},
}
"""The published schema of each JSON form that the suite writes."""


def show_report(file: Path, form: str) -> ExitCode:
    """Print a report in one of its formats."""

    def action() -> ExitCode:
        report = read_report(file)
        match form:
            case "terminal":
                told = terminal(report, width=reader_width())
            case "github":
                told = github(report)
            case _:
                told = WRITERS[form].render(report)
        _print(told, form)
        return ExitCode.SUCCESS

    return guarded(action)


def show_schema(form: str) -> ExitCode:
    """Print a published schema."""
    _print(SCHEMAS[form].read_text(encoding="utf-8"), "json")
    return ExitCode.SUCCESS


def diff_reports(old: Path, new: Path, form: str) -> ExitCode:
    """Print the differences; the exit code says whether anything got worse."""

    def action() -> ExitCode:
        comparison = compare(read_report(old), read_report(new))
        match form:
            case "json":
                told = _json(comparison.data())
            case "html":
                told = comparison_page(comparison)
            case _:
                told = render_comparison(comparison, reader_width())
        _print(told, form)
        return ExitCode.FAILURE if comparison.regressions else ExitCode.SUCCESS

    return guarded(action)


def show_matrix(files: tuple[Path, ...], form: str, names: tuple[str, ...], *, differing: bool) -> ExitCode:
    """Print the reports side by side."""

    def action() -> ExitCode:
        if names and len(names) != len(files):
            raise ReportError(f"--name: {len(names)} names for {len(files)} reports. Give one for each.")
        matrix = build_matrix(map(read_report, files), names)
        if differing:
            matrix = matrix.only_differing()
        match form:
            case "json":
                told = _json(matrix.data())
            case "html":
                told = matrix_page(matrix)
            case "markdown":
                told = matrix_markdown(matrix)
            case _:
                told = matrix_text(matrix, reader_width())
        _print(told, form)
        return ExitCode.SUCCESS

    return guarded(action)


def merge_reports(
    files: tuple[Path, ...], folder: Path, waiver_file: Path | None, *, accept: str | None, quiet: bool
) -> ExitCode:
    """Write the report of the whole run, and return the exit code of its verdict."""

    def action() -> ExitCode:
        parts = [read_report(file) for file in files]
        waivers = read_waivers(waiver_file) if waiver_file else ()
        report, applied = merge(parts, waivers, datetime.now(UTC).date())
        prepare(folder)
        path = write_all(folder, report)
        click.echo(terminal(report, quiet=quiet, width=reader_width()))
        click.echo(tr("Reports: {folder} (start with report.html)", folder=path.parent))
        problems = [each.problem for each in applied if each.problem]
        for problem in problems:
            complain(f"{waiver_file}: {problem}")
        code = exit_code(Verdict(report["verdict"]), accept)
        return ExitCode.FAILURE if problems and code is not ExitCode.FAULT else code

    return guarded(action)


def replay_report(
    file: Path, requirement: str | None, target_file: Path | None, times: int, *, as_json: bool
) -> ExitCode:
    """Repeat what failed; the exit code says whether anything still fails."""

    def action() -> ExitCode:
        report = read_report(file)
        findings = failing(report, requirement)
        if not findings:
            click.echo("[]" if as_json else tr("Nothing failed there, so nothing was repeated."))
            return ExitCode.SUCCESS
        with target_or_reference(target_file) as target, Progress(quiet=as_json) as progress:
            try:
                repeated = replay(report, target, findings, progress.announce, times)
            except ServerGone as gone:
                raise ReportError(gone.at(target.url)) from gone
        data = [each.data() for each in repeated]
        _print(_json(data) if as_json else _told(repeated), "json" if as_json else "text")
        states = {each.state for each in repeated}
        if ReplayState.STILL_FAILS in states:
            return ExitCode.FAILURE
        return ExitCode.UNDECIDED if ReplayState.UNDECIDED in states else ExitCode.SUCCESS

    return guarded(action)


_COLOURS = {
    ReplayState.STILL_FAILS: "red",
    ReplayState.FAILS_NO_MORE: "green",
    ReplayState.UNDECIDED: "magenta",
}


def _print(text: str, form: str) -> None:
    """Print what people read in the locale's encoding, and any other format as a document."""
    text = text.rstrip("\n") + "\n"
    if form in ("terminal", "text"):
        click.echo(text, nl=False)
    else:
        write_document(text)


def _json(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False)


def _told(repeated: list[Repeated]) -> str:
    lines: list[str] = []
    for each in repeated:
        state = click.style(padded(tr(each.state), 13), fg=_COLOURS[each.state])
        note = tr(" ({note})", note=printable(retold(each.note))) if each.note else ""
        what = f"{printable(each.probe)}{tr(': ')}{each.symptom}{note}"
        lines.append(f"{state} {each.requirement:<8} {what}")
    still = sum(each.state is ReplayState.STILL_FAILS for each in repeated)
    lines.append(tr("Findings that still fail: {still} of {count}.", still=still, count=len(repeated)))
    return "\n".join(lines)
