"""Options shared by several commands."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from checkpoint_conformance.language import LANGUAGES, speaking
from checkpoint_conformance.verdict.outcome import Verdict

__all__ = ["accept_option", "language_option"]

_P = ParamSpec("_P")


accept_option = click.option(
    "--accept",
    type=click.Choice([Verdict.PARTIAL.value]),
    help="Exit with 0 if the verdict is partial: nothing failed, but something was skipped.",
)
"""The option `--accept`, for every command whose exit code is that of a verdict."""


def language_option(command: Callable[_P, None]) -> Callable[_P, None]:
    """Add the option `--lang`, and run the command in the chosen language."""

    @click.option(
        "--lang",
        "name",
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        envvar="CHECKPOINT_LANG",
        show_envvar=True,
        help="Language of the output: English or Chinese.",
    )
    @wraps(command)
    def run(name: str, *args: _P.args, **kwargs: _P.kwargs) -> None:
        with speaking(name):
            command(*args, **kwargs)

    return run  # type: ignore[return-value]
