"""Options shared by several commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import wraps
from itertools import pairwise
from typing import ParamSpec

import click

from checkpoint_conformance.language import LANGUAGES, retold, speaking, tr

__all__ = ["LanguageCommand", "accept_option", "complaint", "language_option"]

_P = ParamSpec("_P")
_VARIABLE = "CHECKPOINT_LANG"


accept_option = click.option(
    "--accept",
    type=click.Choice(["partial"]),
    help="Exit with 0 if the verdict is partial: nothing failed, but something was skipped.",
)
"""The option `--accept`, for every command whose exit code is that of a verdict."""


class LanguageCommand(click.Command):
    """A command with the option `--lang`, which may know more about a mistake of usage."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raises UsageError, with the command's own advice if it has any."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            advice = self.advice(error.message, given)
            if not advice:
                raise
            raise click.UsageError(f"{error.message.removesuffix('.')}.{advice}", ctx) from None

    def advice(self, message: str, given: list[str]) -> str:  # noqa: ARG002 - for commands that know more
        """Return what to add to a message about these arguments, with a space before it, or nothing."""
        return ""


def complaint(message: str, arguments: Sequence[str]) -> str:
    """Return the line that tells a complaint, in the language that the arguments or the environment ask for.

    A message that the language does not know, such as that of a command in English, stays in English.
    """
    with speaking(_wanted(arguments)):
        told = retold(message)
        return f"Error: {message}" if told == message else tr("Error: {message}", message=told)


def _wanted(arguments: Sequence[str]) -> str:
    """Return the language that the arguments, or else the environment, ask for; English if it is none."""
    named = [value for option, value in pairwise(arguments) if option == "--lang"]
    named += [argument.removeprefix("--lang=") for argument in arguments if argument.startswith("--lang=")]
    wanted = (named or [os.environ.get(_VARIABLE, "")])[-1]
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def language_option(command: Callable[_P, None]) -> Callable[_P, None]:
    """Add the option `--lang`, and run the command in the chosen language."""

    @click.option(
        "--lang",
        "name",
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        envvar=_VARIABLE,
        show_envvar=True,
        help="Language of the output: English or Chinese.",
    )
    @wraps(command)
    def run(name: str, *args: _P.args, **kwargs: _P.kwargs) -> None:
        with speaking(name):
            command(*args, **kwargs)

    return run  # type: ignore[return-value]
