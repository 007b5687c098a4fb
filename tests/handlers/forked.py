"""A server process without the cost of its imports: a fork of a process that has made them.

Each test process has one such parent, the standard library's fork server: importing the framework is most of
what a start costs. The server is as real as any: its process has its own id, folder, environment and pipes.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
from multiprocessing import util
from multiprocessing.reduction import DupFd
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Forked"]

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["checkpoint_handlers.serving.server"])


@atexit.register
def _end_all() -> None:
    """Kill the servers that a failed test has left, before `multiprocessing` waits for them."""
    assert util is not None  # imported first, so that its own function at exit comes after this one
    for process in multiprocessing.active_children():
        process.kill()


class Forked:
    """`python -m checkpoint_handlers` with these arguments, and the attributes of `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
        self.args = list(arguments)
        output, errors = os.pipe(), os.pipe()
        pipes = (output[1], errors[1])
        self._process = _CONTEXT.Process(
            target=_Server(self.args, str(folder), environment, pipes), name="checkpoint_handlers"
        )
        self._process.start()
        for end in pipes:
            os.close(end)
        self.stdout: TextIO = os.fdopen(output[0], encoding="utf-8")
        self.stderr: TextIO = os.fdopen(errors[0], encoding="utf-8")

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal, or None while it runs."""
        return self._process.exitcode

    poll = returncode.fget

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end, and return what was written to stdout and stderr and not read yet.

        Raises subprocess.TimeoutExpired. A server writes far less than a pipe holds, so waiting comes first.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return _rest(self.stdout), _rest(self.stderr)


def _rest(pipe: TextIO) -> str:
    """Read a pipe to its end and close it; a closed one has no more."""
    if pipe.closed:
        return ""
    with pipe:
        return pipe.read()


class _Server:
    """What runs in the new process; it is pickled while the process is made, with the ends of the pipes."""

    def __init__(
        self, arguments: list[str], folder: str, environment: dict[str, str], pipes: tuple[int, int]
    ) -> None:
        self._arguments, self._folder, self._environment, self._pipes = arguments, folder, environment, pipes

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_pipes": [DupFd(end) for end in self._pipes]}

    def __call__(self) -> None:
        from checkpoint_openapi.cli import main

        for number, end in enumerate(self._pipes, 1):
            descriptor = end.detach()  # type: ignore[attr-defined]
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.chdir(self._folder)
        os.environ.clear()
        os.environ.update(self._environment)
        main(["serve", *self._arguments], prog_name="checkpoint-contract")
