"""What click says about a mistake on the command line, in one line."""

from __future__ import annotations

from collections.abc import Iterable

import click

from checkpoint_openapi.suggestion import nearest

__all__ = ["no_such_command", "one_line"]

_KINDS = {"integer range": "a whole number", "integer": "a whole number", "float range": "a number"}
"""What a value must be, in plain words, by click's name for it."""


def one_line(error: click.ClickException) -> str:
    """Return the message, with a hint at `--help` unless it names what was probably meant."""
    message = _message(error)
    if not isinstance(error, click.UsageError) or error.ctx is None or "Did you mean" in message:
        return message
    sentence = message if message.endswith((".", "?")) else f"{message}."
    return f"{sentence} See `{error.ctx.command_path} --help`."


def no_such_command(name: str, known: Iterable[str]) -> str:
    """Return the message about an unknown command, with the nearest of those that are known."""
    near = nearest(name, known)
    hint = f" Did you mean '{near}'?" if near else ""
    return f"No such command '{name}'.{hint}"


def _message(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        near = nearest(error.option_name, error.possibilities or ())
        hint = f" Did you mean '{near}'?" if near else ""
        return f"No such option '{error.option_name}'.{hint}"
    if name := getattr(error, "command_name", ""):  # of NoSuchCommand, which click has since 8.4
        return no_such_command(name, getattr(error, "possibilities", None) or ())
    message = " ".join(error.format_message().split())
    for kind, plain in _KINDS.items():
        message = message.replace(f"is not a valid {kind}", f"is not {plain}")
    return message
