"""Serve one mutant until Ctrl+C, and write its target file."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from threading import Event

from .catalogue import MUTANTS, mutant
from .framework.target_file import target_text
from .service.server import running


def main(name: str, file: Path) -> None:
    """Serve the mutant with this name, and write its target file."""
    for number in (signal.SIGINT, signal.SIGTERM):  # also if whoever started it ignores them
        signal.signal(number, signal.default_int_handler)
    with running(mutant(name).behaviour) as members, suppress(KeyboardInterrupt):
        file.write_text(target_text(members), encoding="utf-8")
        where = f"{name} is listening on {members['url']}; {file} describes it."
        sys.stdout.write(f"{where} Press Ctrl+C to stop it.\n")
        sys.stdout.flush()
        Event().wait()


if __name__ == "__main__":
    parser = ArgumentParser("python -m tests.mutants", description=__doc__)
    parser.add_argument("name", help="a mutant's name, as listed in docs/kill-matrix.md")
    parser.add_argument("target", type=Path, help="the target file to write")
    given = parser.parse_args()
    if given.name not in {each.name for each in MUTANTS}:
        parser.error(f"no mutant is called {given.name!r}; docs/kill-matrix.md lists all")
    main(given.name, given.target)
