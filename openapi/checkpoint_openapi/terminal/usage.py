"""What click says about a mistake on the command line, in one line."""

from __future__ import annotations

import click

__all__ = ["one_line"]


def one_line(error: click.ClickException) -> str:
    """Return the message, with a hint at `--help` unless it names what was probably meant."""
    message = " ".join(error.format_message().split())
    if not isinstance(error, click.UsageError) or error.ctx is None or "Did you mean" in message:
        return message
    sentence = message if message.endswith((".", "?")) else f"{message}."
    return f"{sentence} `{error.ctx.command_path} --help` shows what there is."
