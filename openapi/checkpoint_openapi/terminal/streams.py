"""Standard output and standard error that may end: a reader that left, a closed descriptor, a full disk.

Their encoding is that of the locale, which may lack characters; a document is always UTF-8.

A command does its work in any case: a run cleans up, and its exit code is that of its verdict. Only output
that was wanted and is lost changes the exit code.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TextIO

__all__ = ["Output", "colours", "is_interactive", "reader_width", "standard_streams", "write_document"]


class Output(io.RawIOBase):
    """A file descriptor that accepts everything, and drops what follows a failed write."""

    def __init__(self, descriptor: int) -> None:
        """Write to a descriptor, which stays open."""
        super().__init__()
        self._file = io.FileIO(descriptor, "w", closefd=False)
        self.failure: OSError | None = None
        """Why output was lost."""

    def write(self, data: Any, /) -> int:
        """Write, or drop the data if this or an earlier write fails; return how many bytes are dealt with."""
        if self.failure is None:
            try:
                return self._file.write(data)
            except OSError as error:
                self.failure = error
        return len(data)

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._file.isatty()

    @property
    def lost(self) -> str:
        """Why output that was wanted is lost, or an empty string. A reader that leaves has seen enough."""
        if self.failure is None or isinstance(self.failure, BrokenPipeError):
            return ""
        return self.failure.strerror or str(self.failure)


@contextmanager
def standard_streams() -> Generator[Output | None]:
    """Replace both standard streams until the block ends, and yield what is behind standard output.

    Yields None, and replaces nothing, where somebody else has replaced them already, such as a test runner.
    """
    before = sys.stdout, sys.stderr
    if before != (sys.__stdout__, sys.__stderr__):
        yield None
        return
    output, errors = Output(_opened(1, sys.stdout)), Output(_opened(2, sys.stderr))
    sys.stdout, sys.stderr = _text(output, before[0]), _text(errors, before[1])
    try:
        yield output
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def colours() -> bool | None:
    """Return False where output must be plain, and None where that depends on the stream alone."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return False if plain else None


def is_interactive(stream: TextIO) -> bool:
    """Return whether a person watches a stream on a terminal that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def reader_width() -> int | None:
    """Return the width in columns of the terminal on standard output, or None if it is not a terminal."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def write_document(text: str) -> None:
    """Write a document to standard output in UTF-8, as formats such as JSON and HTML demand in any locale."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(errors="backslashreplace"))
    sys.stdout.buffer.flush()


def _opened(descriptor: int, stream: TextIO | None) -> int:
    """Return a descriptor, which leads nowhere if the caller closed it, so that no file takes its place."""
    if stream is None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != descriptor:
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
    return descriptor


def _text(output: Output, before: TextIO | None) -> io.TextIOWrapper:
    """Return a text stream in the locale's encoding, which escapes the characters that this lacks."""
    return io.TextIOWrapper(
        io.BufferedWriter(output),
        encoding=before.encoding if before else "utf-8",
        errors="backslashreplace",
        line_buffering=output.isatty() or output.fileno() == 2,
    )
