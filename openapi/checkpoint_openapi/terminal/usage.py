"""What click says about a mistake on the command line, in one line."""

from __future__ import annotations

import click

from checkpoint_openapi.suggestion import nearest

__all__ = ["one_line"]

_KINDS = {"integer range": "a whole number", "integer": "a whole number", "float range": "a number"}
"""What a value must be, in plain words, by click's name for it."""


def one_line(error: click.ClickException) -> str:
    """Return the message, with a hint at `--help` unless it names what was probably meant."""
    message = _message(error)
    if not isinstance(error, click.UsageError) or error.ctx is None or "Did you mean" in message:
        return message
    sentence = message if message.endswith((".", "?")) else f"{message}."
    return f"{sentence} See `{error.ctx.command_path} --help`."


def _message(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        near = nearest(error.option_name, error.possibilities or ())
        hint = f" Did you mean '{near}'?" if near else ""
        return f"No such option '{error.option_name}'.{hint}"
    message = " ".join(error.format_message().split())
    for kind, plain in _KINDS.items():
        message = message.replace(f"is not a valid {kind}", f"is not {plain}")
    return message
