"""The report folder of a run: checked before the first call, and cleared of old verdicts."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from checkpoint_conformance.reports.curl import BODIES, LONGEST_COMMAND
from checkpoint_conformance.reports.evidence import body_bytes
from checkpoint_conformance.reports.report import ReportError
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.text import by_number, command

__all__ = ["held", "prepare", "reserved", "write_all", "write_atomically"]

_RESERVE = 16 << 20
"""Bytes kept free for the reports of a run: more than any that was seen."""
_Parts = Callable[[], Iterable[str | bytes]]
"""Makes what a file holds."""


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Make the folder if necessary, and keep other runs out of it until the block ends.

    Raises ReportError if another run holds it, or if it cannot be used.
    """
    _make(folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReportError(
                f"{folder}: another run is using this folder. Wait until it ends, or name another folder."
            ) from error
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(descriptor)


def prepare(folder: Path, kept: Path | None = None) -> None:
    """Make the folder ready, and delete the reports of an earlier run, except for the one to be `kept`.

    A run costs money, so an unusable folder must be noticed before the first call; and a run that ends
    without a verdict must not leave an old one behind. Raises ReportError if the folder cannot be used.
    """
    _make(folder)
    try:
        for file in (folder / writer.file for writer in WRITERS.values()):
            if kept is None or file.resolve() != kept.resolve():
                file.unlink(missing_ok=True)
        bodies = folder / BODIES
        for body in bodies.glob("[0-9]*"):
            body.unlink(missing_ok=True)
        if bodies.is_dir() and not any(bodies.iterdir()):
            bodies.rmdir()
    except OSError as error:
        raise ReportError(
            f"{error.filename}: {error.strerror}. Name another folder with --report."
        ) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ReportError(f"{folder}: {error.strerror}. Name a folder that can be written.") from error


@contextmanager
def reserved(folder: Path) -> Generator[None]:
    """Keep disk space for the reports until the block ends, so that a disk may become full in between.

    Raises ReportError if there is not enough.
    """
    with tempfile.TemporaryFile(dir=folder) as space:
        try:
            os.posix_fallocate(space.fileno(), 0, _RESERVE)
        except OSError as error:
            raise ReportError(
                f"{folder}: {error.strerror}. The reports need {_RESERVE >> 20} MiB: name another folder."
            ) from error
        yield


def write_all(folder: Path, report: dict[str, Any]) -> Path:
    """Write the report in every format, with what is too long to be pasted; return the JSON report's path.

    Raises ReportError if any cannot be written, after trying the others.
    """
    problems: list[ReportError] = []
    files: dict[str, _Parts] = {writer.file: partial(writer.parts, report) for writer in WRITERS.values()}
    files |= _long_bodies(report) | _long_commands(report)
    for name, parts in files.items():
        try:
            write_atomically(folder / name, parts())
        except ReportError as error:
            problems.append(error)
    for problem in problems:
        raise problem
    return folder / WRITERS["json"].file


def _long_bodies(report: dict[str, Any]) -> dict[str, _Parts]:
    """Return the bodies that commands read from files, by name."""
    return {
        f"{BODIES}/{exchange['number']}": partial(_body, exchange)
        for exchange in report["exchanges"]
        if f" @{BODIES}/{exchange['number']} " in exchange["curl"]
    }


def _long_commands(report: dict[str, Any]) -> dict[str, _Parts]:
    """Return the scripts with the commands that are too long to be shown, by name."""
    exchanges = by_number(report)
    commands = {
        finding["exchanges"][-1]: command(finding, exchanges)
        for item in report["requirements"]
        for finding in item["findings"]
        if finding["exchanges"]
    }
    return {
        f"{BODIES}/{number}.sh": partial(iter, (text, "\n"))
        for number, text in commands.items()
        if len(text) > LONGEST_COMMAND
    }


def _body(exchange: dict[str, Any]) -> Iterable[bytes]:
    yield body_bytes(exchange["request"]["body"])


def write_atomically(path: Path, parts: Iterable[str | bytes]) -> None:
    """Write a file of these parts completely or not at all. Raises ReportError if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                for part in parts:
                    file.write(part.encode() if isinstance(part, str) else part)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}. Choose a writable location.") from error
