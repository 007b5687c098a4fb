"""Serve one mutant until Ctrl+C, and write its target file.

Usage: python -m tests.mutants NAME target.toml
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from threading import Event

from .catalogue import mutant
from .framework.target_file import target_text
from .service.server import running


def main(name: str, file: Path) -> None:
    """Serve the mutant with this name, and write its target file."""
    with running(mutant(name).behaviour) as members, suppress(KeyboardInterrupt):
        file.write_text(target_text(members), encoding="utf-8")
        sys.stdout.write(f"{name} listens on {members['url']}; {file} describes it. Ctrl+C ends it.\n")
        sys.stdout.flush()
        Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
