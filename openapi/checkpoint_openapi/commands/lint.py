"""The command `checkpoint-contract lint`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.suggestion import nearest

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
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="Skip a rule; may be repeated.")
@click.option(
    "--for",
    "tools",
    metavar="TOOL[,TOOL]",
    help="Check compatibility with these tools only: connexion, schemathesis.",
)
@click.option("--rules", is_flag=True, help="List the rules and exit.")
def lint(
    files: tuple[Path, ...], style: str, ignored: tuple[str, ...], tools: str | None, *, rules: bool
) -> None:
    """Find errors in OpenAPI documents, and show how to fix them.

    In a FOLDER, lint checks every document, and whether documents, catalogues (requirements.yaml,
    errors.yaml) and released versions are in step. Without arguments, it checks the contract.

    Exit codes: 0 clean, 1 findings, 2 a file or an option cannot be used, 5 no findings, but a part of
    OpenAPI 3.2 was not checked.

    Example: checkpoint-contract lint --ignore example-missing
    """
    from checkpoint_openapi import lint as linter
    from checkpoint_openapi.document.source import DocumentError
    from checkpoint_openapi.lint import render
    from checkpoint_openapi.load import data_path

    known = (*linter.RULES, *linter.FOLDER_RULES)
    if rules:
        for rule in known:
            click.echo(f"{rule.id:26} {rule.severity:8} {rule.about}")
        return
    _refuse_unknown(ignored, [rule.id for rule in known])
    asked = tuple(name.strip() for name in (tools or "").split(",") if name.strip())
    _refuse_unknown(asked, list(linter.TOOLS), "tool")
    reports: list[linter.Report] = []
    usable = True
    for path in files or (data_path(_DOCUMENT).parent,):
        try:
            reports += _reports(Path(_shown(path)), ignored, asked)
        except DocumentError as error:
            click.echo(f"Error: {error}", err=True)
            usable = False
    if reports:
        form = {"text": render.as_text, "json": render.as_json, "github": render.as_github}[style]
        click.echo(form(reports), nl=False)
    if not usable:
        sys.exit(ExitCode.USAGE)
    codes = {report.exit_code for report in reports}
    sys.exit(next(code for code in (ExitCode.FAILURE, ExitCode.UNDECIDED, ExitCode.SUCCESS) if code in codes))


def _reports(path: Path, ignored: tuple[str, ...], tools: tuple[str, ...]) -> list[Report]:
    """Return the report on a document, or those on the documents of a folder and on the folder itself."""
    from checkpoint_openapi import lint as linter
    from checkpoint_openapi.document.folder import ContractFolder

    if not path.is_dir():
        return [linter.lint(path, ignored=ignored, tools=tools)]
    folder = ContractFolder(path)
    found = [linter.lint_folder(folder, ignored=ignored)]
    for documents in folder.documents.values():
        found.append(linter.lint_documents(documents, ignored=ignored, tools=tools))
    return found


def _shown(path: Path) -> str:
    """Return a path for display: relative if it lies inside the working directory."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _refuse_unknown(names: tuple[str, ...], known: list[str], what: str = "rule") -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f" Did you mean {near!r}?" if near else ""
            listed = "List them with --rules." if what == "rule" else f"There are {', '.join(known)}."
            raise click.UsageError(f"No {what} is called {name!r}.{hint} {listed}")
