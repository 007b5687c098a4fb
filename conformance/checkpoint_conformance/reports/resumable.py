"""Which report a run can be resumed from: one that ended early, with the same target, options and suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checkpoint_conformance.data import as_object
from checkpoint_conformance.reports.header import header
from checkpoint_conformance.reports.journal import unpack
from checkpoint_conformance.reports.report import ReportError, read_report, redacted
from checkpoint_conformance.run.record import Journal, Options
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target

__all__ = ["read_resumable"]

_SAME_SUITE = "Install the versions that the report names, or verify from the beginning"
_SAME_OPTIONS = "Give the options of the earlier run"
_SAME_TARGET = "Give the target file of the earlier run, unchanged"
_ADVICE = {
    "suite": _SAME_SUITE,
    "contract": _SAME_SUITE,
    "environment": _SAME_SUITE,
    "seed": _SAME_OPTIONS,
    "max_examples": _SAME_OPTIONS,
    "thorough": _SAME_OPTIONS,
    "shard": _SAME_OPTIONS,
}


def read_resumable(file: Path, target: Target, options: Options) -> Journal:
    """Return what a run of this target with these options needs to go on from a report.

    Raises ReportError if the report cannot be read, is of a run that came to its end, or of another one.
    """
    report = read_report(file)
    if not report.get("journal"):
        ended = report["footer"]["complete"]
        why = "it is from a complete run" if ended else "it has no journal"
        raise ReportError(f"{file}: {why}, so there is nothing to continue. Verify from the beginning.")
    secrets = Secrets(target)
    now = redacted(header(target, options, 0.0), secrets)
    if difference := _difference(report["header"], now):
        name, then, given = difference
        advice = _ADVICE.get(name.partition(".")[0], _SAME_TARGET)
        raise ReportError(f"{file}: it is from another run: {name} was {then}, and is {given} now. {advice}.")
    try:
        return unpack(report["journal"], secrets)
    except ValueError as error:
        raise ReportError(f"{file}: {error}. Has it been edited?") from error


def _difference(then: dict[str, Any], now: dict[str, Any], place: str = "") -> tuple[str, Any, Any] | None:
    """Return the first member that differs, with both values; the time of the start may."""
    for name in sorted({*then, *now} - {"started"}):
        one, other = then.get(name), now.get(name)
        members, others = as_object(one), as_object(other)
        if members is not None and others is not None:
            if found := _difference(members, others, f"{place}{name}."):
                return found
        elif one != other:
            return f"{place}{name}", one, other
    return None
