"""The command `checkpoint-contract release`."""

from __future__ import annotations

import os
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.terminal.unusable import UnusableError

if TYPE_CHECKING:
    from checkpoint_openapi.release.plan import Plan

__all__ = ["release"]

_MOST_TOLD = 3
"""Problems to list that are fixed in the same way; any others are only counted."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument(
    "folder", required=False, type=click.Path(path_type=Path, file_okay=False), metavar="[FOLDER]"
)
@click.option("--write", is_flag=True, help="Write the release. Without it, nothing is changed.")
@click.option(
    "--acknowledgements",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of accepted findings, as for `diff`.",
)
def release(folder: Path | None, acknowledgements: Path | None, *, write: bool) -> None:
    """Release a version of the contract: freeze its files and write its changelog.

    FOLDER holds the documents and catalogues of the contract; without it, this is the contract of this
    checkout. The command checks that the contract is valid and in step (as `lint` does), compares it with
    the last release (as `diff` does), and proposes the next version. With --write, it copies documents,
    catalogues and errata to released/X.Y.Z with their hashes, adds a section to CHANGELOG.md, and says
    what to commit.

    Exit codes: 0 ready, or released; 1 not ready, by name; 2 a file cannot be used; 5 a person has to
    review a change.

    Example: checkpoint-contract release --write
    """
    from checkpoint_openapi.diff.findings.acknowledgements import load_acknowledgements
    from checkpoint_openapi.document.source import DocumentError
    from checkpoint_openapi.load import data_path
    from checkpoint_openapi.release.freeze import freeze
    from checkpoint_openapi.release.plan import plan

    path = Path(os.path.relpath(folder or data_path("checkpoint.yaml").parent))
    try:
        accepted = load_acknowledgements(acknowledgements) if acknowledgements is not None else None
        found = plan(path, accepted)
        if found.problems:
            _refuse(found)
        _announce(found)
        if write:
            _released(found, freeze(found))
        else:
            click.echo("Ready. This was a dry run: nothing was written. Run it again with --write.")
    except DocumentError as error:
        raise UnusableError(str(error)) from error
    except OSError as error:
        raise UnusableError(f"{error.filename or path}: {error.strerror or error}") from error


def _refuse(found: Plan) -> None:
    """Say what is in the way, each problem by its name, and exit."""
    for (name, fix), group in groupby(found.problems, key=lambda each: (each.name, each.fix)):
        problems = list(group)
        for problem in problems[:_MOST_TOLD]:
            click.echo(f"{name}: {problem.what}", err=True)
            click.echo(f"    fix: {fix}", err=True)
        if more := len(problems[_MOST_TOLD:]):
            command = f"checkpoint-contract lint {found.folder}"
            click.echo(f"{name}: {more} more, which `{command}` lists", err=True)
    since = f" after {found.base}" if found.base else ""
    count = f"{len(found.problems)} problem{'' if len(found.problems) == 1 else 's'}"
    click.echo(f"Not ready: {count}. The next version{since} is {found.proposed}.", err=True)
    codes = {problem.exit_code for problem in found.problems}
    sys.exit(ExitCode.FAILURE if ExitCode.FAILURE in codes else ExitCode.UNDECIDED)


def _announce(found: Plan) -> None:
    since = f"{found.base} → " if found.base else ""
    click.echo(f"Contract {since}{found.stated} (at least {found.proposed}), in {found.target}:")
    click.echo(f"    {', '.join(sorted(found.files))}\n")
    click.echo(found.section)


def _released(found: Plan, written: list[Path]) -> None:
    click.echo(f"Released {found.stated}. Commit it:\n")
    click.echo(f"    git add {' '.join(map(str, written))}")
    click.echo(f"    git commit --message 'Release contract {found.stated}'")
