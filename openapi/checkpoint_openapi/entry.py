"""The start of the process `checkpoint-contract`."""

from __future__ import annotations

from collections.abc import Sequence

from checkpoint_openapi.terminal.interruption import end_at_once

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command in this process, with its arguments unless others are given."""
    end_at_once()
    from checkpoint_openapi.cli import main as command

    command(*([] if arguments is None else [arguments]), prog_name="checkpoint-contract")
