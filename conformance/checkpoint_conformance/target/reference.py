"""The reference server as a separate process, for `verify` without a target.

Importing this module and starting the server need none of what a target needs, which is loaded meanwhile.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoint_conformance.transport.clock import SYSTEM_CLOCK

if TYPE_CHECKING:
    from checkpoint_conformance.target.target import Target

__all__ = ["ReferenceServerError", "reference_server", "target_or_reference"]

_START_LIMIT = 30.0
_PAUSE = 0.005
"""Seconds between two looks for the file that the server writes once it listens."""


class ReferenceServerError(Exception):
    """The reference server did not start; the message contains its output."""


def target_or_reference(
    target_file: Path | None, meanwhile: Callable[[], object] = lambda: None
) -> AbstractContextManager[Target]:
    """Open the target of a file, or of a new reference server; `meanwhile` is called while that starts.

    Raises `DocumentError` if the file is invalid, and ReferenceServerError if the server does not start.
    """
    if target_file is not None:
        from checkpoint_conformance.target.target import Target

        return nullcontext(Target.load(target_file))
    return reference_server(meanwhile=meanwhile)


@contextmanager
def reference_server(*options: str, meanwhile: Callable[[], object] = lambda: None) -> Generator[Target]:
    """Start the server on a free port with its own database; yield its target, and stop it at the end.

    `meanwhile` is called once, while the server starts.

    Raises ReferenceServerError if it is not listening within 30 s.
    """
    with tempfile.TemporaryDirectory(prefix="checkpoint-contract-") as folder:
        database, target_file, log = (Path(folder, name) for name in ("checkpoints.db", "target.toml", "log"))
        command = [sys.executable, "-m", "checkpoint_handlers", "--port", "0", *options]
        command += ["--database", str(database), "--target-file", str(target_file)]
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            meanwhile()
            _await(target_file, process, log)
            from checkpoint_conformance.target.target import Target

            yield Target.load(target_file)
        finally:
            process.kill()  # a clean end would save nothing: its database goes with it
            process.wait()


def _await(target_file: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = SYSTEM_CLOCK.monotonic() + _START_LIMIT
    while not target_file.exists():
        if process.poll() is not None or SYSTEM_CLOCK.monotonic() > deadline:
            said = log.read_text(errors="replace").strip()
            reason = (
                f"it exited with {process.returncode}"
                if process.returncode is not None
                else "it did not listen"
            )
            raise ReferenceServerError(f"the reference server did not start: {reason}. {said}")
        SYSTEM_CLOCK.sleep(_PAUSE)
