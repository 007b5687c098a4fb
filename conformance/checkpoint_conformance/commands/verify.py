"""`verify` on the command line: a run, its reports, and an exit code that is never 0 by accident."""

from __future__ import annotations

import json
import shlex
import traceback
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.load import errors, requirements
from checkpoint_openapi.terminal.streams import reader_width

from checkpoint_conformance.commands.console import SuiteError, complain, guarded, say
from checkpoint_conformance.commands.dry_run import plan, render_plan
from checkpoint_conformance.commands.progress import Progress
from checkpoint_conformance.language import tr
from checkpoint_conformance.reports.comparison.compare import compare
from checkpoint_conformance.reports.comparison.text import render_comparison
from checkpoint_conformance.reports.files import prepare, reserved, write_all
from checkpoint_conformance.reports.report import Report, ReportError, build_report, read_report
from checkpoint_conformance.reports.resumable import read_resumable
from checkpoint_conformance.reports.writers import WRITERS, html
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.run.record import Journal, Options, Recorded, RunRecord
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.shard import WHOLE, Shard
from checkpoint_conformance.run.simulation import request_count
from checkpoint_conformance.run.stages.smoke import ConfigurationError
from checkpoint_conformance.target.reference import target_or_reference
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target, TargetError
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK
from checkpoint_conformance.verdict.outcome import exit_code
from checkpoint_conformance.verdict.waivers import Applied, Waiver, apply, read_waivers

__all__ = ["Settings", "dry_run", "examine", "verify_target"]


@dataclass(frozen=True)
class Settings:
    """The settings given on the command line."""

    target_file: Path | None = None
    """None for the reference server."""
    folder: Path = Path("checkpoint-report")
    max_examples: int = 60
    seed: int | None = None
    waivers: Path | None = None
    against: Path | None = None
    """An earlier report: fail only for what has got worse since."""
    shard: str | None = None
    use_cache: bool = True
    connections: int | None = None
    """None for the target file's number."""
    thorough: bool = False
    accept: str | None = None
    """`partial` to treat a partial verdict as a success."""
    record: str = Recorded.ONE.value
    """Which exchanges the report has."""
    max_time: float | None = None
    """Seconds for everything, the reports included; None for no limit."""
    began: float | None = None
    """When they began, in seconds of the monotonic clock; None for the call."""
    resume: Path | None = None
    """The report of a run that ended early, to go on from."""
    quiet: bool = False
    as_json: bool = False

    @property
    def continuation(self) -> str:
        """The command that goes on from this run if it ends early; empty for a server that ends with it."""
        if self.target_file is None:
            return ""
        words = ["checkpoint-contract", "verify", "--resume", str(self.folder / WRITERS["json"].file)]
        for name, option in _OPTIONS.items():
            value: object = getattr(self, name)
            if value != getattr(Settings, name):
                words += [option] if isinstance(value, bool) else [option, str(value)]
        return shlex.join(words)


_OPTIONS = {
    "target_file": "--target",
    "folder": "--report",
    "max_examples": "--max-examples",
    "seed": "--seed",
    "waivers": "--waivers",
    "against": "--against",
    "shard": "--shard",
    "use_cache": "--no-cache",
    "connections": "--connections",
    "thorough": "--thorough",
    "accept": "--accept",
    "record": "--record",
    "max_time": "--max-time",
    "quiet": "--quiet",
    "as_json": "--json",
}
"""The options that a run which goes on from another must be given again."""


def verify_target(settings: Settings) -> ExitCode:
    """Verify, print and write the reports, and return the exit code."""
    return guarded(lambda: _verify(settings))


def dry_run(settings: Settings) -> ExitCode:
    """Print every request that `verify` would send, without sending any."""

    def action() -> ExitCode:
        with target_or_reference(settings.target_file) as whole:
            target, options = _divided(whole, settings)
            planned = plan(target, options)
            say(
                json.dumps(planned, indent=1, ensure_ascii=False)
                if settings.as_json
                else render_plan(planned, target, reader_width())
            )
        return ExitCode.SUCCESS

    return guarded(action)


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
    progress.expect(lambda: request_count(target, options))
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


def _verify(settings: Settings) -> ExitCode:
    began = SYSTEM_CLOCK.monotonic() if settings.began is None else settings.began
    waivers = read_waivers(settings.waivers) if settings.waivers else ()
    against = read_report(settings.against) if settings.against else None
    with target_or_reference(settings.target_file, _load_ahead) as whole:
        target, options = _divided(whole, settings)
        earlier = read_resumable(settings.resume, target, options) if settings.resume else None
        prepare(settings.folder, settings.resume)
        progress = Progress(quiet=settings.quiet or settings.as_json)
        options = replace(options, time_spent=SYSTEM_CLOCK.monotonic() - began)
        with reserved(settings.folder):
            result, applied, report = examine(target, options, waivers, progress, earlier)
        problem = _write(settings.folder, report)
    if settings.as_json:
        say(json.dumps(report, indent=1, ensure_ascii=False))
    else:
        say(terminal(report, quiet=settings.quiet, width=reader_width()))
    for waiver in applied:
        if waiver.problem:
            complain(f"{settings.waivers}: {waiver.problem}")
    if problem:
        raise ReportError(f"{problem} {_left_behind(report)}")
    if not settings.as_json:
        say(tr("Reports: {folder} (read report.html)", folder=settings.folder))
    if result.ended:
        _tell_of_the_end(report, settings)
    if result.fault:
        raise SuiteError(result.fault)
    if result.ended:
        return exit_code(result.verdict)  # only a failure is certain
    return _exit_code(result, applied, against, report, settings)


def _write(folder: Path, report: Report) -> ReportError | None:
    """Write the reports, and return why that fails, if it does: what they say is printed all the same."""
    try:
        write_all(folder, report)
    except ReportError as error:
        return error
    return None


def _tell_of_the_end(report: Report, settings: Settings) -> None:
    """Tell why the run ended early, what it left on the server, and how to go on."""
    further = f" Go on with: {settings.continuation}" if settings.continuation else ""
    complain(f"the report is incomplete: {report['footer']['ended']}. {_left_behind(report)}{further}")


def _left_behind(report: Report) -> str:
    left = report["checkpoints"]["left"]
    return f"Checkpoints left behind: {', '.join(left)}." if left else "No checkpoint was left behind."


def _load_ahead() -> None:
    """Import what the run and its reports need anyway, while the reference server starts."""
    requirements()
    errors()
    html.prepare()


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
        comparison = compare(earlier, report)
        if not settings.as_json:
            say(render_comparison(comparison))
        code = ExitCode.FAILURE if comparison.regressions else ExitCode.SUCCESS
    if any(waiver.problem for waiver in applied) and code in (ExitCode.SUCCESS, ExitCode.PARTIAL):
        return ExitCode.FAILURE
    return code
