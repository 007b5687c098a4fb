"""`verify --clean-up`: deletes the checkpoints that an earlier run left on the server."""

from __future__ import annotations

from pathlib import Path

import click
from checkpoint_openapi.exit_codes import ExitCode

from checkpoint_conformance.commands.console import complain, guarded
from checkpoint_conformance.commands.progress import Progress
from checkpoint_conformance.language import tr
from checkpoint_conformance.reports.report import ReportError, check_same_target, read_report
from checkpoint_conformance.reports.writers.text import left_behind
from checkpoint_conformance.run.sending.client import ServerGone
from checkpoint_conformance.run.session import open_session
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.target.reference import target_or_reference
from checkpoint_conformance.target.target import Target

__all__ = ["clean_up"]


def clean_up(file: Path, target_file: Path | None) -> ExitCode:
    """Delete what the run of a report left; the exit code says whether anything is left still."""

    def action() -> ExitCode:
        report = read_report(file)
        left = left_behind(report)
        with target_or_reference(target_file) as target, Progress() as progress:
            check_same_target(report, target)
            if "deletion" not in target.profiles:
                raise ReportError(
                    "the target does not declare the profile deletion. Declare it, or delete by other means: "
                    f"{', '.join(left) or 'nothing is left'}."
                )
            return _delete(left, target, progress)

    return guarded(action)


def _delete(identifiers: list[str], target: Target, progress: Progress) -> ExitCode:
    deletions = Deletions(open_session(target, progress.announce))
    try:
        left = [identifier for identifier in identifiers if not deletions.remove(identifier)]
    except ServerGone as gone:
        raise ReportError(gone.at(target.url)) from gone
    deleted, count = len(identifiers) - len(left), len(identifiers)
    click.echo(tr("Deleted {deleted} of {count} checkpoints.", deleted=deleted, count=count))
    if left:
        complain(f"could not be deleted: {', '.join(left)}. Try again later, or delete them by other means.")
    return ExitCode.FAILURE if left else ExitCode.SUCCESS
