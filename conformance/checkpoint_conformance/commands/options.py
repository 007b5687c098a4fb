"""The option `--lang` of every command that tells a verdict, a report or a requirement."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from checkpoint_conformance.language import LANGUAGES, speaking

__all__ = ["spoken"]

_P = ParamSpec("_P")


def spoken(command: Callable[_P, None]) -> Callable[_P, None]:
    """Give a command the option, and run it in the language that is asked for."""

    @click.option(
        "--lang",
        "name",
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        envvar="CHECKPOINT_LANG",
        show_envvar=True,
        help="The language of what a person reads: English or Chinese.",
    )
    @wraps(command)
    def run(name: str, *args: _P.args, **kwargs: _P.kwargs) -> None:
        with speaking(name):
            command(*args, **kwargs)

    return run  # type: ignore[return-value]
