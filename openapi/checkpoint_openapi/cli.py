"""The command `checkpoint-contract`: a table of subcommands, each imported only when it runs.

The table names modules as text: this package imports neither the server nor the suite, and `--help`
answers without loading Schemathesis or Connexion.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import click

from checkpoint_openapi import __version__
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.terminal.failure import exit_code
from checkpoint_openapi.terminal.process import process_start
from checkpoint_openapi.terminal.streams import colours, standard_streams
from checkpoint_openapi.terminal.usage import no_such_command

__all__ = ["SUBCOMMANDS", "Subcommand", "main"]

_LANGUAGE = "checkpoint_conformance.commands.options"
"""The module that tells a complaint in another language, named as text like those of the table."""


class Subcommand(NamedTuple):
    """Where a subcommand is defined, and its line in the overview."""

    location: str
    """`module:attribute` of the click command."""
    summary: str


SUBCOMMANDS = {
    "verify": Subcommand(
        "checkpoint_conformance.commands.cli:verify", "Check whether a server conforms to the contract."
    ),
    "report": Subcommand(
        "checkpoint_conformance.commands.report.cli:report", "Show, compare and merge reports."
    ),
    "replay": Subcommand(
        "checkpoint_conformance.commands.cli:replay", "Repeat the failed requests of a report."
    ),
    "target": Subcommand(
        "checkpoint_conformance.commands.cli:target", "Create a target file, or check it against its server."
    ),
    "list": Subcommand("checkpoint_conformance.commands.cli:list_requirements", "List the requirements."),
    "explain": Subcommand(
        "checkpoint_conformance.commands.cli:explain", "Explain a requirement, an error or a rule."
    ),
    "serve": Subcommand("checkpoint_handlers.commands.serve:serve", "Start the reference server."),
    "admin": Subcommand(
        "checkpoint_handlers.commands.admin:admin", "Manage the data of the reference server."
    ),
    "lint": Subcommand("checkpoint_openapi.commands.lint:lint", "Find errors in OpenAPI documents."),
    "diff": Subcommand("checkpoint_openapi.commands.diff:diff", "Detect breaking changes."),
    "changelog": Subcommand("checkpoint_openapi.commands.diff:changelog", "List the changes, in Markdown."),
    "next-version": Subcommand(
        "checkpoint_openapi.commands.diff:next_version", "Print the version number that a change requires."
    ),
    "release": Subcommand("checkpoint_openapi.commands.release:release", "Freeze a version of the contract."),
    "docs": Subcommand(
        "checkpoint_openapi.commands.docs:docs", "Render the contract as a page, or preview it."
    ),
}
"""All subcommands, in the order of the overview."""


class _LazyGroup(click.Group):
    """A group that imports a subcommand when it is called, and reports errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the table."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import the subcommand, or return None for a name that is not in the table."""
        if cmd_name not in SUBCOMMANDS:
            return None
        module, attribute = SUBCOMMANDS[cmd_name].location.split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; raises UsageError, which suggests the nearest name, for an unknown one."""
        name = args[0]
        if name in SUBCOMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        raise click.UsageError(no_such_command(name, SUBCOMMANDS), ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the table without importing the subcommands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in SUBCOMMANDS.items()])

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command; report an exception as one line on stderr and an exit code, never as a traceback."""
        run: Callable[..., Any] = super().main
        extra.setdefault("color", colours())
        if not args and "args" not in extra:  # the process itself is the command
            extra.setdefault("obj", process_start())
            atexit.register(gc.freeze)  # else Python searches everything for cycles at the end
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        given = args[0] if args else extra.get("args")
        complain = partial(_complain, arguments=sys.argv[1:] if given is None else given)
        with standard_streams() as output:
            code = exit_code(lambda: run(*args, standalone_mode=False, **extra), complain)
            sys.stdout.flush()
            if output and output.lost:
                complain(f"standard output: {output.lost}. Write to a place with enough space.")
                code = ExitCode.USAGE
        sys.exit(code)


def _complain(message: str, arguments: Sequence[str]) -> None:
    """Write one line to standard error, in the language that the arguments or the environment ask for."""
    told = import_module(_LANGUAGE).complaint(message, arguments)
    click.echo(told, err=True)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="checkpoint-contract")
def main() -> None:
    """Check whether a server conforms to the contract of "Executing a Backup Policy".

    Example: checkpoint-contract verify
    """
