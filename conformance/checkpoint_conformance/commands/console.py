"""How every command of the suite reports and exits: one clear line, a documented exit code, no traceback."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

import click
from checkpoint_openapi.exit_codes import ExitCode

from checkpoint_conformance.language import retold, tr

__all__ = ["SuiteError", "complain", "guarded", "interruptible"]

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals by which users, supervisors and closing terminals end a command."""


class SuiteError(Exception):
    """The suite itself failed; the message is the traceback with secrets removed."""


def complain(text: str) -> None:
    """Write one line to standard error that says what is wrong, where, and what to do."""
    from checkpoint_conformance.reports.writers.text import printable

    click.echo(tr("Error: {message}", message=printable(retold(text))), err=True)


def guarded(action: Callable[[], ExitCode]) -> ExitCode:
    """Run a command's action, and turn any exception into one line and a nonzero exit code."""
    try:
        with interruptible():
            return action()
    except KeyboardInterrupt as interrupt:
        complain(f"there is no verdict: {interrupt or 'interrupted'}.")
        return ExitCode.UNDECIDED
    except SuiteError as failure:
        return _suite_failed(str(failure))
    except Exception as error:
        if isinstance(error, _usage_errors()):
            complain(str(error))
            return ExitCode.USAGE
        return _suite_failed(traceback.format_exc())  # the last resort: reported as a bug in the suite


@contextmanager
def interruptible() -> Generator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP, unless ignored, into KeyboardInterrupt, whose message names them."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(f"interrupted by {signal.Signals(number).name}")

    handled = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, interrupt) for number in handled}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _usage_errors() -> tuple[type[Exception], ...]:
    """Return the errors that the caller can fix, each of whose messages says how."""
    # Their modules are slow to import, and whoever raises one of them has imported its module.
    from checkpoint_openapi.document.source import DocumentError

    from checkpoint_conformance.reports.report import ReportError
    from checkpoint_conformance.run.shard import ShardError
    from checkpoint_conformance.run.stages.smoke import ConfigurationError
    from checkpoint_conformance.target.reference import ReferenceServerError
    from checkpoint_conformance.target.target import TargetError

    return ConfigurationError, DocumentError, ReferenceServerError, ReportError, ShardError, TargetError


def _suite_failed(details: str) -> ExitCode:
    click.echo(details, err=True, nl=False)
    complain("the suite failed; this says nothing about the server. Please report it.")
    return ExitCode.FAULT
