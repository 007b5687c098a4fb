"""The command `checkpoint-contract`: a table of subcommands, each imported only when it runs.

The table names modules as text: this package imports neither the server nor the suite, and `--help`
answers without loading Schemathesis or Connexion.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import click

from checkpoint_openapi import __version__

__all__ = ["main"]


class _Subcommand(NamedTuple):
    location: str
    """`module:attribute` of the click command."""
    summary: str


_SUBCOMMANDS = {
    "serve": _Subcommand("checkpoint_handlers.cli:serve", "Start the reference server."),
    "verify": _Subcommand("checkpoint_conformance.cli:verify", "Say whether a server keeps the contract."),
    "report": _Subcommand("checkpoint_conformance.report_cli:report", "Show, compare and join reports."),
    "replay": _Subcommand("checkpoint_conformance.cli:replay", "Repeat what failed in a report."),
    "target": _Subcommand("checkpoint_conformance.cli:target", "Write a target file."),
    "list": _Subcommand("checkpoint_conformance.cli:list_requirements", "List the requirements."),
    "explain": _Subcommand("checkpoint_conformance.cli:explain", "Explain a requirement."),
}


class _LazyGroup(click.Group):
    """A group that imports a subcommand when it is called, and none to print its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand, or return None for a name that the table does not hold."""
        if cmd_name not in _SUBCOMMANDS:
            return None
        module, attribute = _SUBCOMMANDS[cmd_name].location.split(":")
        try:
            command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name and not error.name.startswith("checkpoint_"):
                raise click.UsageError(
                    f"`{cmd_name}` needs the package {error.name!r}, which is not installed. "
                    "Install the server's parts: pip install 'checkpoint-contract[server]'"
                ) from error
            raise
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing what it names."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in _SUBCOMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="checkpoint-contract")
def main() -> None:
    """Prove that a server keeps the contract of "Executing a Backup Policy".

    Example: checkpoint-contract verify
    """
