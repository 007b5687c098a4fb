"""`verify` from the command line: a run, its reports, its exit code; whatever happens, never 0 by accident."""

from __future__ import annotations

import json
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType

import click

from checkpoint_conformance.outcome import ExitCode, exit_code
from checkpoint_conformance.reference import ReferenceServerError, reference_server
from checkpoint_conformance.report import ReportError, build_report, write_atomically
from checkpoint_conformance.runner import Options, run
from checkpoint_conformance.smoke import ConfigurationError
from checkpoint_conformance.target import Target, TargetError
from checkpoint_conformance.terminal import render

__all__ = ["verify_target"]


def verify_target(
    target_file: Path | None, folder: Path, max_examples: int, seed: int | None, *, quiet: bool
) -> ExitCode:
    """Verify, print and write; return the exit code."""
    try:
        with _interruptible(), _target(target_file) as target:
            _check_writable(folder)
            result = run(target, Options(max_examples, seed), _announcer(quiet=quiet))
            report = build_report(result)
            write_atomically(folder / "report.json", json.dumps(report, indent=1, ensure_ascii=False))
            click.echo(render(report, quiet=quiet))
            click.echo(f"Report: {folder / 'report.json'}")
            return exit_code(result.verdict)
    except (TargetError, ConfigurationError, ReferenceServerError, ReportError) as error:
        click.echo(f"Error: {error}", err=True)
        return ExitCode.USAGE
    except KeyboardInterrupt:
        click.echo("Error: interrupted, so there is no verdict.", err=True)
        return ExitCode.PARTIAL
    except Exception:  # noqa: BLE001 - the last resort: a fault of the suite is told as one, with exit code 4
        traceback.print_exc(file=sys.stderr)
        click.echo("Error: the suite failed; this says nothing about the server. Please report it.", err=True)
        return ExitCode.SUITE_FAILED


def _target(target_file: Path | None) -> AbstractContextManager[Target]:
    return reference_server() if target_file is None else nullcontext(Target.load(target_file))


def _check_writable(folder: Path) -> None:
    """Find out before the first call, which costs money, that the report will have a place."""
    probe = folder / ".writable"
    write_atomically(probe, b"")
    probe.unlink()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Turn SIGTERM into KeyboardInterrupt, so that both end a run in the same order."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _announcer(*, quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else (lambda text: click.echo(f"· {text}", err=True))
