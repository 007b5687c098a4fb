"""What ends a command that cannot use a file or an option."""

from __future__ import annotations

import click

from checkpoint_openapi.exit_codes import ExitCode

__all__ = ["UnusableError"]


class UnusableError(click.ClickException):
    """Raised for a mistake of usage or configuration: one line on stderr, and exit code 2."""

    exit_code = ExitCode.USAGE
