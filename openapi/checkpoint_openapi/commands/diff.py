"""The commands that compare contracts: `diff`, `changelog` and `next-version`."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from checkpoint_openapi.commands.collection import rarely_collected
from checkpoint_openapi.terminal.paths import shown_path
from checkpoint_openapi.terminal.unusable import UnusableError

if TYPE_CHECKING:
    from checkpoint_openapi.diff.evidence.recorded import Recording
    from checkpoint_openapi.diff.findings.acknowledgements import Acknowledgements
    from checkpoint_openapi.diff.findings.rules import Side
    from checkpoint_openapi.diff.report import Report

__all__ = ["changelog", "diff", "next_version"]

_P = ParamSpec("_P")
_FORMATS = ("text", "json", "markdown", "github", "sarif", "html")
_LEVELS = ("none", "breaking", "review", "version")
_SIDES = ("clients", "implementers", "both")


def _told(command: Callable[_P, None]) -> Callable[_P, None]:
    """Report in one line which version or file cannot be used."""

    @wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        from checkpoint_openapi.document.source import DocumentError

        try:
            with rarely_collected():
                command(*args, **kwargs)
        except DocumentError as error:
            raise UnusableError(str(error)) from error
        except OSError as error:
            place = error.filename or "the output"
            raise UnusableError(f"{place}: {error.strerror or error}") from error
        except RecursionError as error:
            raise UnusableError("the contract is nested too deeply to compare") from error

    return run


def _report(
    versions: tuple[str, ...], acknowledgements: Path | None, evidence: tuple[Path, ...] = ()
) -> Report:
    from checkpoint_openapi.diff.report import first_report, report
    from checkpoint_openapi.diff.sources import RELEASED, NoBaseError, of_base, open_documents

    if len(versions) > 2:
        raise click.UsageError("give at most two versions, a base and a revision")
    revision = versions[-1] if versions else _contract()
    base = versions[0] if len(versions) == 2 else RELEASED
    accepted = _accepted(acknowledgements)
    newer = open_documents(revision)
    try:
        with of_base():
            older = open_documents(base, beside=revision)
    except NoBaseError:
        # Another path may be a slip of the pen, and a gate must not open for that.
        if posixpath.normpath(base.partition(":")[2]) != posixpath.normpath(revision.rpartition(":")[2]):
            raise
        return first_report(base, newer)
    found = report(older, newer, accepted, recordings=_recordings(evidence))
    # A release is named as the repository has it, not by where it is installed.
    name = "/".join(Path(found.base).parts[-3:]) if base == RELEASED else base
    return replace(found, base=name)


def _contract() -> str:
    """Return the name of the contract in this checkout."""
    from checkpoint_openapi.load import data_path

    return str(shown_path(data_path("checkpoint.yaml")))


def _accepted(file: Path | None) -> Acknowledgements | None:
    if file is None:
        return None
    from checkpoint_openapi.diff.findings.acknowledgements import load_acknowledgements

    return load_acknowledgements(file)


def _recordings(files: tuple[Path, ...]) -> list[Recording]:
    if not files:
        return []
    from checkpoint_openapi.diff.evidence.recorded import read_recording

    return [read_recording(file) for file in files]


def _sides(name: str) -> tuple[Side, ...]:
    """Return the sides that an option names."""
    from checkpoint_openapi.diff.findings.rules import Side

    return tuple(Side) if name == "both" else (Side(name),)


def _counted(fail_for: str | None, shown: tuple[Side, ...]) -> tuple[Side, ...]:
    """Return the sides that decide the exit code: those asked for, or the first that is shown."""
    counted = _sides(fail_for) if fail_for else shown[:1]
    if not set(counted) <= set(shown):
        raise click.UsageError(f"--fail-for {fail_for} counts changes that --for leaves out")
    return counted


def _write(text: str, form: str, output: Path | None) -> None:
    """Write to a file, or to standard output: text for people in its encoding, all else as a document."""
    from checkpoint_openapi.terminal.streams import write_document

    if output is not None:
        output.write_text(text, encoding="utf-8")
    elif form == "text":
        click.echo(text, nl=False)
    else:
        write_document(text)


@click.command(
    epilog="Example: checkpoint-contract diff origin/main:openapi/checkpoint.yaml openapi/checkpoint.yaml"
)
@click.argument("versions", nargs=-1, metavar="[BASE] [REVISION]")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True, help="Output format."
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the output to this file."
)
@click.option(
    "--fail-on", type=click.Choice(_LEVELS), default="review", show_default=True,
    help="Severity at which to fail; `version` also requires a sufficient bump of info.version.",
)  # fmt: skip
@click.option(
    "--for", "shown", type=click.Choice(_SIDES), default="both", show_default=True,
    help="Side of the contract to report changes for: who calls it, who serves it, or both.",
)  # fmt: skip
@click.option(
    "--fail-for", type=click.Choice(_SIDES),
    help="Side whose changes decide the exit code.  [default: clients; implementers with --for implementers]",
)  # fmt: skip
@click.option(
    "--evidence", type=click.Path(path_type=Path, dir_okay=False), multiple=True, metavar="REPORT",
    help="JSON report of `verify`: say what the changes would mean for its server. May be repeated.",
)  # fmt: skip
@click.option(
    "--acknowledgements",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of accepted findings.",
)
@_told
def diff(
    versions: tuple[str, ...],
    form: str,
    output: Path | None,
    fail_on: str,
    shown: str,
    fail_for: str | None,
    evidence: tuple[Path, ...],
    acknowledgements: Path | None,
) -> None:
    """Detect breaking changes to the contract, each with a request or response that shows it.

    \b
    BASE and REVISION are files, or REV:PATH in a git commit. A single argument is the REVISION;
    the base is then `released`, the latest released contract. Without arguments, the REVISION is
    the contract in this checkout.

    A change breaks clients if what they send may be refused or what they receive may be new. It breaks
    implementers if a request becomes valid that they may refuse, if they may no longer send a response,
    or if a requirement is added or becomes a MUST.

    \b
    Exit codes: 0 compatible, 1 breaking, 2 a version cannot be used, 4 a bug in this program,
    5 undecided: a person has to review the change.
    """
    from checkpoint_openapi.diff.report import FailOn
    from checkpoint_openapi.diff.writers import UNREADABLE, write
    from checkpoint_openapi.document.source import DocumentError
    from checkpoint_openapi.terminal.streams import reader_width

    try:
        report = _report(versions, acknowledgements, evidence)
    except DocumentError as error:
        if form in UNREADABLE:
            _write(UNREADABLE[form](error), form, output)
        raise
    sides = _sides(shown)
    report = replace(report, sides=sides, counted=_counted(fail_for, sides))
    width = reader_width() if form == "text" and output is None else None
    text = write(report, form, excerpts=width is not None)
    if width is not None:
        from checkpoint_openapi.terminal.columns import fitted

        text = fitted(text, width)
    _write(text, form, output)
    sys.exit(report.exit_code(FailOn(fail_on)))


@click.command(epilog="Example: checkpoint-contract changelog --all --format html --output changes.html")
@click.argument("versions", nargs=-1, metavar="[BASE] [REVISION]")
@click.option(
    "--all", "every", is_flag=True,
    help="All released versions. The only argument is then the folder of the contract.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(("markdown", "html")), default="markdown", show_default=True,
    help="Output format; html is a page of all released versions.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the output to this file."
)
@_told
def changelog(versions: tuple[str, ...], form: str, output: Path | None, *, every: bool) -> None:
    """Write the changes as a changelog section, in Markdown.

    The arguments are those of `diff`. The heading is the version of the REVISION, or the lowest
    version that the change allows if that is higher.

    With --all, compare each released version with the one before, and write what changed, whom it
    breaks, and which requirements it touches: as sections, or as a page that shows both versions.
    """
    if every:
        _write(_all_versions(versions, form), form, output)
        return
    if form == "html":
        raise click.UsageError("--format html is for --all; `diff --format html` compares two versions")
    from checkpoint_openapi.diff.findings.version import Version
    from checkpoint_openapi.diff.writers.markdown import changelog as section

    report = _report(versions, None)
    stated, lowest = Version.parse(report.revision_version), report.next_version
    heading = report.revision_version if lowest is None or (stated and stated >= lowest) else str(lowest)
    _write(section(report, heading), form, output)


def _all_versions(folders: tuple[str, ...], form: str) -> str:
    from checkpoint_openapi.diff.history import history
    from checkpoint_openapi.diff.writers.history import as_markdown, as_page

    if len(folders) > 1:
        raise click.UsageError("give at most one folder with --all")
    folder = Path(folders[0]) if folders else Path(_contract()).parent
    releases = history(folder)
    return as_page(releases) if form == "html" else as_markdown(releases)


@click.command(epilog="Example: checkpoint-contract next-version openapi/checkpoint.yaml")
@click.argument("versions", nargs=-1, metavar="[BASE] [REVISION]")
@_told
def next_version(versions: tuple[str, ...]) -> None:
    """Print the version number that a change requires.

    A breaking change increments the major version, an addition the minor version. The
    arguments are those of `diff`. Exit code 2 if info.version of the base is not a semantic version.
    """
    report = _report(versions, None)
    if report.next_version is None:
        raise UnusableError(f"{report.base}: info.version {report.base_version!r} is not a semantic version")
    click.echo(str(report.next_version))


if __name__ == "__main__":
    diff()
