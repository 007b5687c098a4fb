"""The commands `report show`, `schema`, `diff`, `matrix` and `merge`."""

from __future__ import annotations

from pathlib import Path

import click

from checkpoint_conformance.commands.options import LanguageCommand, accept_option, language_option
from checkpoint_conformance.reports.writers import WRITERS

__all__ = ["report"]

_FILE = click.Path(path_type=Path)


@click.group()
def report() -> None:
    """Show, compare and merge the reports that `verify` writes."""


@report.command(cls=LanguageCommand)
@click.argument("file", type=_FILE)
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "github", *WRITERS]),
    default="terminal",
    show_default=True,
    help="Output format; `github` prints workflow annotations.",
)
@language_option
def show(file: Path, form: str) -> None:
    """Print a report in another format.

    Example: checkpoint-contract report show checkpoint-report/report.json --format markdown
    """
    from checkpoint_conformance.commands.report.commands import show_report

    raise SystemExit(show_report(file, form))


@report.command()
@click.argument(
    "form",
    type=click.Choice(["report", "matrix", "diff", "replay", "target-check", "dry-run"]),
    default="report",
)
def schema(form: str) -> None:
    """Print the JSON Schema (2020-12) of a report, or of what another command writes as JSON.

    Example: checkpoint-contract report schema matrix
    """
    from checkpoint_conformance.commands.report.commands import show_schema

    raise SystemExit(show_schema(form))


@report.command(cls=LanguageCommand)
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@language_option
def diff(old: Path, new: Path, form: str) -> None:
    """Show regressions, causes first, and fixes. Exit codes: 0 no regression, 1 regressions, 2 usage.

    Example: checkpoint-contract report diff old/report.json new/report.json
    """
    from checkpoint_conformance.commands.report.commands import diff_reports

    raise SystemExit(diff_reports(old, new, form))


@report.command(cls=LanguageCommand)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "html"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--name", "names", multiple=True, help="The name of a report's column; once for each report, in order."
)
@click.option("--differing", is_flag=True, help="Show only requirements in which the reports differ.")
@language_option
def matrix(files: tuple[Path, ...], form: str, names: tuple[str, ...], differing: bool) -> None:
    """Show reports side by side: requirements by implementations, or by the runs of one.

    A report is compared with the latest earlier one of the same implementation, and changes are marked.

    Exit codes: 0 shown, 2 usage.

    Example: checkpoint-contract report matrix one/report.json two/report.json
    """
    from checkpoint_conformance.commands.report.commands import show_matrix

    raise SystemExit(show_matrix(files, form, names, differing=differing))


@report.command(cls=LanguageCommand)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--report",
    "folder",
    type=_FILE,
    default=Path("checkpoint-report"),
    show_default=True,
    help="Folder for the reports of the whole run.",
)
@click.option(
    "--waivers", type=_FILE, help="A TOML or YAML file of failures that are accepted until a given date."
)
@accept_option
@click.option("--quiet", "-q", is_flag=True, help="Print only the verdict.")
@language_option
def merge(
    files: tuple[Path, ...], folder: Path, waivers: Path | None, accept: str | None, quiet: bool
) -> None:
    """Merge the reports of all shards into one report of the whole run.

    Exit codes: those of `verify`, for the verdict of the whole run.

    Example: checkpoint-contract report merge shard-1/report.json shard-2/report.json
    """
    from checkpoint_conformance.commands.report.commands import merge_reports

    raise SystemExit(merge_reports(files, folder, waivers, accept=accept, quiet=quiet))
