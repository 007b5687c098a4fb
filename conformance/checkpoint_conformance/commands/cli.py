"""The commands of the suite: verify, replay, target, list, explain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.finite_range import FiniteRange

from checkpoint_conformance.commands.options import LanguageCommand, accept_option, language_option
from checkpoint_conformance.language import retold, tr

__all__ = ["explain", "list_requirements", "replay", "target", "verify"]

_PATH = click.Path(path_type=Path)


class _NamesItsTarget(LanguageCommand):
    """A command that takes a target file with `--target`, and suggests the option if it is missing."""

    def advice(self, message: str, given: list[str]) -> str:
        """Suggest the option if a file is given without it."""
        stray = [arg for arg in given if arg.endswith(".toml") and f"({arg})" in message]
        return f" Did you mean --target {stray[0]}?" if stray else ""


def _requirement_ids(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a requirement id."""
    from checkpoint_openapi.load import requirements

    return [each.id for each in requirements() if each.id.startswith(incomplete.upper())]


def _codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete any name that `explain` knows."""
    from checkpoint_conformance.commands.explain.explanation import known_codes

    return [code for code in known_codes() if code.casefold().startswith(incomplete.casefold())]


@click.command(cls=_NamesItsTarget)
@click.option(
    "--target",
    "target_file",
    type=_PATH,
    help="The target file. Default: start the reference server and verify it.",
)
@click.option(
    "--report",
    "folder",
    type=_PATH,
    default=Path("checkpoint-report"),
    show_default=True,
    help="Folder for the reports: JSON, HTML, JUnit, HAR, Markdown, badge.",
)
@click.option(
    "--max-examples",
    type=click.IntRange(1, 100_000),
    default=60,
    show_default=True,
    help="Number of examples in the fuzzing phase.",
)
@click.option(
    "--seed", type=int, help="Seed for the generated requests. Default: the same requests every time."
)
@click.option(
    "--cache/--no-cache",
    "use_cache",
    default=True,
    show_default=True,
    help="Store generated requests in the user's cache folder, and reuse them.",
)
@click.option(
    "--waivers", type=_PATH, help="A TOML or YAML file of failures that are accepted until a given date."
)
@click.option("--against", type=_PATH, help="An earlier report.json: fail only on regressions since then.")
@click.option("--shard", metavar="K/N", help="Run only this part; `report merge` combines the parts.")
@click.option(
    "--connections",
    type=click.IntRange(1, 16),
    help="Connections for requests that do not depend on each other. Default: the target file's, or 4.",
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Keep testing a MUST after three of its invalid requests were accepted.",
)
@click.option(
    "--record",
    type=click.Choice(["failures", "one", "all"]),
    default="one",
    show_default=True,
    help="Exchanges in the report: only those of failures; those plus one for each passed requirement; "
    "or all.",
)
@click.option(
    "--max-time",
    metavar="SECONDS",
    type=FiniteRange(min=0, min_open=True),
    help="End the run early, so that clean-up and reports are done within this time.",
)
@click.option(
    "--resume",
    type=_PATH,
    metavar="REPORT",
    help="Continue the run recorded in this report.json, which ended early, without repeating what it has "
    "judged.",
)
@click.option(
    "--clean-up",
    "left_by",
    type=_PATH,
    metavar="REPORT",
    help="Only delete the checkpoints left behind by the run that this report.json records. Exit code 1 if "
    "any remain.",
)
@accept_option
@click.option("--dry-run", is_flag=True, help="Print every request that would be sent, and send none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the verdict.")
@language_option
def verify(dry_run: bool, left_by: Path | None, **options: Any) -> None:
    """Check a server against the contract, requirement by requirement.

    Exit codes: 0 conformant, 1 not conformant, 2 usage or configuration, 3 partial, 4 the suite failed,
    5 inconclusive or ended early. With --against: 1 for a regression, else 0. The exit code of a
    shard covers only its own part. If the target declares the `observation` profile, give each shard its
    own server, or run the shards one after the other.

    Example: checkpoint-contract verify --target target.toml
    """
    if left_by:
        from checkpoint_conformance.commands.clean_up import clean_up

        raise SystemExit(clean_up(left_by, options["target_file"]))

    if options["resume"] and not options["target_file"]:
        raise _usage("--resume needs --target: the reference server of the earlier run has ended.")

    from checkpoint_conformance.commands import verify as command

    settings = command.Settings(**options, began=click.get_current_context().find_root().obj)
    raise SystemExit((command.dry_run if dry_run else command.verify_target)(settings))


@click.command(cls=LanguageCommand)
@click.argument("report_file", metavar="REPORT", type=_PATH)
@click.argument("requirement_id", metavar="[REQ]", required=False, shell_complete=_requirement_ids)
@click.option(
    "--target",
    "target_file",
    type=_PATH,
    help="The target file of the original run. Default: start the reference server.",
)
@click.option(
    "--times",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="How often to try a request that does not fail at once; faults may be intermittent.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@language_option
def replay(
    report_file: Path, requirement_id: str | None, target_file: Path | None, times: int, as_json: bool
) -> None:
    """Repeat the failed requests of a report, and show whether they still fail.

    Exit codes: 0 nothing fails anymore, 1 something still fails, 2 usage or configuration,
    4 the suite failed, 5 undecided.

    Example: checkpoint-contract replay checkpoint-report/report.json REQ-9 --target target.toml
    """
    from checkpoint_conformance.commands.report.commands import replay_report

    requirement = requirement_id.upper() if requirement_id else None
    raise SystemExit(replay_report(report_file, requirement, target_file, times, as_json=as_json))


@click.group()
def target() -> None:
    """Create or check a target file, which describes the server to verify."""


@target.command("init", cls=LanguageCommand)
@click.argument("file", type=_PATH, default=Path("target.toml"))
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@language_option
def target_init(file: Path, force: bool) -> None:
    """Create a target file with comments, to fill in.

    Example: checkpoint-contract target init target.toml
    """
    from checkpoint_conformance.target.template import TEMPLATE

    if file.exists() and not force:
        raise _usage(f"{file} already exists. Choose another file, or use --force.")
    try:
        file.write_text(TEMPLATE, encoding="utf-8")
    except OSError as error:
        raise _usage(f"{file}: {error.strerror}. Choose a writable location.") from error
    told = "Wrote {file}. Fill it in, then: checkpoint-contract target check {again}"
    click.echo(tr(told, file=file, again=file))


@target.command("check", cls=LanguageCommand)
@click.argument("file", metavar="TARGET", type=_PATH, default=Path("target.toml"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@language_option
def target_check(file: Path, *, as_json: bool) -> None:
    """Check a target file against its server, and show what to fix. Creates no backup.

    Checks address, TLS, operation, clock, token, project, provider, policy, resources, profiles and fixtures,
    in this order, with requests that every server must reject and with the declared companion operations.

    Exit codes: 0 ready, 2 something must be fixed, 4 the suite failed, 5 the responses leave something open.

    Example: checkpoint-contract target check target.toml
    """
    from checkpoint_conformance.commands.check_target import check_target

    raise SystemExit(check_target(file, as_json=as_json))


@click.command("list", cls=LanguageCommand)
@language_option
def list_requirements() -> None:
    """List the requirements of the contract.

    Example: checkpoint-contract list
    """
    from checkpoint_openapi.load import requirements
    from checkpoint_openapi.terminal.columns import columns, wrapped
    from checkpoint_openapi.terminal.streams import reader_width

    width = reader_width()
    for requirement in requirements():
        start = f"{requirement.id:<8} {requirement.level:<7} "
        text = f"{start}{requirement.profile_names:<12} {tr(requirement.text)}"
        click.echo(wrapped(text, width, columns(start)))


@click.command(cls=LanguageCommand)
@click.argument("code", metavar="CODE", nargs=-1, required=True, shell_complete=_codes)
@language_option
def explain(code: tuple[str, ...]) -> None:
    """Explain a requirement, an error, a rule or a word of the verdict.

    CODE is the id of a requirement (REQ-5), an error with or without its status (404 CSBS.3000), a rule of
    `lint` or `diff` (example-invalid), or an outcome, verdict or reason (budget-spent).

    Example: checkpoint-contract explain REQ-5
    """
    from checkpoint_openapi.terminal.columns import fitted
    from checkpoint_openapi.terminal.streams import reader_width

    from checkpoint_conformance.commands.explain.explanation import UnknownCodeError, explain_code

    try:
        click.echo(fitted(explain_code(" ".join(code)), reader_width()))
    except UnknownCodeError as error:
        raise _usage(str(error)) from error


def _usage(message: str) -> SystemExit:
    """Print what is wrong, and return the exit to raise."""
    click.echo(tr("Error: {message}", message=retold(message)), err=True)
    return SystemExit(ExitCode.USAGE)
