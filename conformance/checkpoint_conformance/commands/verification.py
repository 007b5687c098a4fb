"""A verification: the run, its reports, and an exit code that is never 0 by accident."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.load import document, errors, requirements
from checkpoint_openapi.terminal.streams import reader_width, write_document

from checkpoint_conformance.commands.console import SuiteError, complain
from checkpoint_conformance.commands.progress import Progress
from checkpoint_conformance.language import tr
from checkpoint_conformance.reports.files import held, prepare, reserved, write_all
from checkpoint_conformance.reports.report import Report, ReportError, build_report, read_report
from checkpoint_conformance.reports.resumable import read_resumable
from checkpoint_conformance.reports.writers import WRITERS, html
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.reports.writers.text import calls_without_id, left_behind
from checkpoint_conformance.run.record import Journal, Options, Recorded, RunRecord
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.shard import WHOLE, Shard
from checkpoint_conformance.run.stages.smoke import ConfigurationError
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target, TargetError
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK
from checkpoint_conformance.verdict.outcome import exit_code
from checkpoint_conformance.verdict.waivers import Applied, Waiver, apply, read_waivers

if TYPE_CHECKING:
    from pathlib import Path

    from checkpoint_conformance.commands.verify import Settings

__all__ = ["examine", "load_ahead", "show_plan", "verify"]


def verify(whole: Target, settings: Settings, began: float) -> ExitCode:
    """Verify a target, print and write the reports, and return the exit code.

    `began` is when the command did, in seconds of the monotonic clock. Raises what `examine` raises,
    ReportError if a report cannot be read or written, and ShardError for a shard that cannot be.
    """
    waivers = read_waivers(settings.waivers) if settings.waivers else ()
    against = read_report(settings.against) if settings.against else None
    target, options = _divided(whole, settings)
    earlier = read_resumable(settings.resume, target, options) if settings.resume else None
    with held(settings.folder):
        prepare(settings.folder, settings.resume)
        progress = Progress(quiet=settings.quiet or settings.as_json)
        options = replace(options, time_spent=SYSTEM_CLOCK.monotonic() - began)
        with reserved(settings.folder):
            result, applied, report = examine(target, options, waivers, progress, earlier)
        problem = _write(settings.folder, report)
    if settings.as_json:
        write_document(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    else:
        click.echo(terminal(report, quiet=settings.quiet, width=reader_width()))
    for waiver in applied:
        if waiver.problem:
            complain(f"{settings.waivers}: {waiver.problem}")
    if problem:
        raise ReportError(f"{problem} {_left_behind(report)}")
    if not settings.as_json:
        click.echo(tr("Reports: {folder} (start with report.html)", folder=settings.folder))
    if result.ended:
        _tell_of_the_end(report, settings)
    if result.fault:
        raise SuiteError(result.fault)
    if result.ended:
        return exit_code(result.verdict)  # only a failure is certain
    return _exit_code(result, applied, against, report, settings)


def show_plan(whole: Target, settings: Settings) -> None:
    """Print every request that `verify` would send."""
    from checkpoint_conformance.commands.dry_run import plan, render_plan

    target, options = _divided(whole, settings)
    planned = plan(target, options)
    if settings.as_json:
        write_document(json.dumps(planned, indent=1, ensure_ascii=False) + "\n")
    else:
        click.echo(render_plan(planned, target, reader_width()))


def load_ahead() -> None:
    """Load what a run and its reports need of any target."""
    requirements()
    errors()
    for name in ("checkpoint.yaml", "companions.yaml"):
        document(name)
    html.prepare()


def examine(
    target: Target,
    options: Options,
    waivers: tuple[Waiver, ...],
    progress: Progress,
    earlier: Journal | None = None,
) -> tuple[RunRecord, list[Applied], Report]:
    """Run, on from an earlier run if one is given, apply the waivers, and build the report.

    Raises ConfigurationError if the target file does not fit the server, TargetError if a file or proxy that
    it names cannot be used, and SuiteError if the suite fails so that there is no record.
    """

    def count() -> int | None:
        from checkpoint_conformance.run.simulation import request_count

        return request_count(target, options)

    progress.expect(count)
    with progress:
        try:
            result = run(target, options, progress.announce, progress.watch, earlier=earlier)
        except (ConfigurationError, TargetError) as error:
            raise type(error)(Secrets(target).redact_excerpt(str(error))) from None
        except Exception as error:
            raise SuiteError(Secrets(target).redact("".join(traceback.format_exception(error)))) from None
    today = datetime.now(UTC).date()
    incomplete = bool(result.ended) or not options.shard.whole
    results, applied = apply(waivers, result.results, today, incomplete=incomplete)
    result = replace(result, results=tuple(results), fault=Secrets(target).redact(result.fault))
    return result, applied, build_report(result, applied)


def _write(folder: Path, report: Report) -> ReportError | None:
    """Write the reports, and return why that fails, if it does: what they say is printed all the same."""
    try:
        write_all(folder, report)
    except ReportError as error:
        return error
    return None


def _tell_of_the_end(report: Report, settings: Settings) -> None:
    """Tell why the run ended early, what it left on the server, and how to go on."""
    onward = settings.continuation(settings.folder / WRITERS["json"].file)
    further = f" Continue with: {onward}" if onward else ""
    complain(f"the report is incomplete: {report['footer']['ended']}. {_left_behind(report)}{further}")


def _left_behind(report: Report) -> str:
    names, unnamed = ", ".join(left_behind(report)), calls_without_id(report)
    left = f"Checkpoints left behind: {names}." if names else ""
    possible = (
        f"Calls that returned no new id: {unnamed}; each may have left a checkpoint behind."
        if unnamed
        else ""
    )
    return f"{left} {possible}".strip() or "No checkpoint was left behind."


def _divided(target: Target, settings: Settings) -> tuple[Target, Options]:
    """Return the target, with its share of the budget, and the options of the requested shard."""
    shard = Shard.of(settings.shard, target) if settings.shard else WHOLE
    if not shard.whole:
        target = replace(target, max_creates=shard.max_creates)
    if settings.connections:
        target = replace(target, connections=settings.connections)
    return target, Options(
        settings.max_examples,
        settings.seed,
        shard,
        settings.use_cache,
        thorough=settings.thorough,
        record=Recorded(settings.record),
        max_time=settings.max_time,
    )


def _exit_code(
    result: RunRecord, applied: list[Applied], earlier: Report | None, report: Report, settings: Settings
) -> ExitCode:
    """Return the exit code: for the regressions if an earlier report is given, else for the verdict.

    The exit code of a shard covers only its own part.
    """
    code = exit_code(result.verdict, settings.accept)
    if earlier and code is not ExitCode.FAULT:
        from checkpoint_conformance.reports.comparison.compare import compare
        from checkpoint_conformance.reports.comparison.text import render_comparison

        comparison = compare(earlier, report)
        if not settings.as_json:
            click.echo(render_comparison(comparison))
        code = ExitCode.FAILURE if comparison.regressions else ExitCode.SUCCESS
    if any(waiver.problem for waiver in applied) and code in (ExitCode.SUCCESS, ExitCode.PARTIAL):
        return ExitCode.FAILURE
    return code
