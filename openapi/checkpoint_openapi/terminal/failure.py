"""What ends a command before its time: one line that says so, and an exit code, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.terminal.interruption import interruptible
from checkpoint_openapi.terminal.usage import one_line

__all__ = ["Complain", "exit_code"]

_TRACEBACK = "CHECKPOINT_TRACEBACK"
Complain = Callable[[str], None]
"""Writes a message for the user to standard error, as one line."""


def exit_code(run: Callable[[], Any], complain: Complain) -> Any:
    """Run a command, complain of what goes wrong, and return the exit code.

    Codes: 2 usage or a missing package, 4 a bug in this program, 5 interrupted.
    """
    try:
        with interruptible():
            return run()
    except SystemExit as ended:
        return ended.code
    except click.exceptions.NoArgsIsHelpError as help_text:
        help_text.show()
        return ExitCode.USAGE
    except click.ClickException as error:
        complain(one_line(error))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted.")
        return ExitCode.UNDECIDED
    except Exception as error:
        return _escaped(error, complain)


def _escaped(error: Exception, complain: Complain) -> ExitCode:
    """Report an exception that no command caught; return the exit code."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "checkpoint_").startswith("checkpoint_"):
        complain(
            f"the package {error.name!r} is not installed. To install the server: "
            "pip install 'checkpoint-contract[server]'"
        )
        return ExitCode.USAGE
    if os.environ.get(_TRACEBACK):
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    complain(f"this is a bug in checkpoint-contract: {what}. Set {_TRACEBACK}=1 to see where.")
    return ExitCode.FAULT
