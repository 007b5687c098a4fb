"""The command `checkpoint-contract lint`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkpoint_openapi.commands.collection import rarely_collected
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.suggestion import nearest
from checkpoint_openapi.terminal.paths import shown_path
from checkpoint_openapi.terminal.unusable import UnusableError

if TYPE_CHECKING:
    from checkpoint_openapi.lint import Report

__all__ = ["lint"]

_DOCUMENT = "checkpoint.yaml"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|FOLDER]...")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option("--rule", "only", multiple=True, metavar="RULE", help="Apply only this rule; may be repeated.")
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="Skip a rule; may be repeated.")
@click.option(
    "--severity",
    type=click.Choice(["error", "warning"]),
    default="warning",
    show_default=True,
    help="Apply only the rules of this severity or a higher one.",
)
@click.option(
    "--for",
    "tools",
    metavar="TOOL[,TOOL]",
    help="Check compatibility with these tools only: connexion, openapi-generator, openapi-typescript, "
    "schemathesis.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of accepted findings, which are left out; an entry that is no longer found is an error.",
)
@click.option(
    "--write-baseline", "write", is_flag=True, help="Write what is found to the file of --baseline."
)
@click.option("--rules", is_flag=True, help="List the rules and exit.")
def lint(
    files: tuple[Path, ...],
    style: str,
    only: tuple[str, ...],
    ignored: tuple[str, ...],
    severity: str,
    tools: str | None,
    baseline: Path | None,
    *,
    write: bool,
    rules: bool,
) -> None:
    """Find errors in OpenAPI documents, and show how to fix them.

    In a FOLDER, lint checks every document, and whether documents, catalogues (requirements.yaml,
    errors.yaml) and released versions are in step. Without arguments, it checks the contract.

    Exit codes: 0 clean, 1 findings, or an entry of the baseline that is no longer found, 2 a file or an
    option cannot be used, 5 no findings, but a part of OpenAPI 3.2 was not checked.

    Example: checkpoint-contract lint --baseline accepted.yaml --write-baseline openapi.yaml
    """
    from checkpoint_openapi import lint as linter
    from checkpoint_openapi.document.source import DocumentError
    from checkpoint_openapi.lint import baseline as baselines

    known = (*linter.RULES, *linter.FOLDER_RULES)
    if rules:
        for rule in known:
            click.echo(f"{rule.id:26} {rule.severity:8} {rule.about}")
        return
    _refuse_unknown((*only, *ignored), [rule.id for rule in known])
    asked = tuple(name.strip() for name in (tools or "").split(",") if name.strip())
    _refuse_unknown(asked, list(linter.TOOLS), "tool")
    if write and baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE, the file to write.")
    lenient = [rule.id for rule in known if severity == "error" and rule.severity != severity]
    try:
        accepted = baselines.load_baseline(baseline) if baseline and not write else ()
    except DocumentError as error:
        raise UnusableError(str(error)) from error
    with rarely_collected():
        reports, usable = _linted(files, ignored=(*ignored, *lenient), tools=asked, only=only)
    if baseline and write and usable:
        _write(baseline, baselines.as_baseline(reports, baseline))
        return
    if baseline:
        reports = baselines.applied(reports, accepted, baseline)
    _show(reports, style)
    if not usable:
        sys.exit(ExitCode.USAGE)
    codes = {report.exit_code for report in reports}
    sys.exit(next(code for code in (ExitCode.FAILURE, ExitCode.UNDECIDED, ExitCode.SUCCESS) if code in codes))


def _linted(
    paths: tuple[Path, ...], *, ignored: tuple[str, ...], tools: tuple[str, ...], only: tuple[str, ...]
) -> tuple[list[Report], bool]:
    """Lint paths, or the contract; return whether all could be read, and say on stderr which could not."""
    from checkpoint_openapi.document.source import DocumentError
    from checkpoint_openapi.load import data_path

    reports: list[Report] = []
    usable = True
    for path in paths or (data_path(_DOCUMENT).parent,):
        try:
            reports += _reports(shown_path(path), ignored, tools, only)
        except DocumentError as error:
            click.echo(f"Error: {error}", err=True)
            usable = False
    return reports, usable


def _reports(
    path: Path, ignored: tuple[str, ...], tools: tuple[str, ...], only: tuple[str, ...]
) -> list[Report]:
    """Return the report on a document, or those on the documents of a folder and on the folder itself."""
    from checkpoint_openapi import lint as linter
    from checkpoint_openapi.document.folder import ContractFolder

    if not path.is_dir():
        return [linter.lint(path, ignored=ignored, tools=tools, only=only)]
    folder = ContractFolder(path)
    found = [linter.lint_folder(folder, ignored=ignored, only=only)]
    for documents in folder.documents.values():
        found.append(linter.lint_documents(documents, ignored=ignored, tools=tools, only=only))
    return found


def _write(baseline: Path, text: str) -> None:
    try:
        baseline.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnusableError(f"{baseline}: cannot be written: {error.strerror or error}") from error
    count = text.count("- rule: ")
    click.echo(f"{baseline} accepts {count} finding{'' if count == 1 else 's'}")


def _show(reports: list[Report], style: str) -> None:
    from checkpoint_openapi.lint import render
    from checkpoint_openapi.terminal.columns import fitted
    from checkpoint_openapi.terminal.streams import reader_width, write_document

    if not reports:
        return
    if style == "text":
        width = reader_width()
        click.echo(fitted(render.as_text(reports, excerpts=width is not None), width), nl=False)
    else:
        write_document({"json": render.as_json, "github": render.as_github}[style](reports))


def _refuse_unknown(names: tuple[str, ...], known: list[str], what: str = "rule") -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f" Did you mean {near!r}?" if near else ""
            listed = "List them with --rules." if what == "rule" else f"Known: {', '.join(known)}."
            raise click.UsageError(f"Unknown {what} {name!r}.{hint} {listed}")
