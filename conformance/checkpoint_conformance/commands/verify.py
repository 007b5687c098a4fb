"""`verify` on the command line: its settings, and a start that does not wait for slow imports."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from checkpoint_openapi.exit_codes import ExitCode

from checkpoint_conformance.commands.console import guarded
from checkpoint_conformance.target.reference import target_or_reference
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK

__all__ = ["Settings", "dry_run", "verify_target"]


@dataclass(frozen=True)
class Settings:
    """The settings given on the command line."""

    target_file: Path | None = None
    """None for the reference server."""
    folder: Path = Path("checkpoint-report")
    max_examples: int = 60
    seed: int | None = None
    waivers: Path | None = None
    against: Path | None = None
    """An earlier report: fail only for what has got worse since."""
    shard: str | None = None
    use_cache: bool = True
    connections: int | None = None
    """None for the target file's number."""
    thorough: bool = False
    accept: str | None = None
    """`partial` to treat a partial verdict as a success."""
    record: str = "one"
    """Which exchanges the report has."""
    max_time: float | None = None
    """Seconds for everything, the reports included; None for no limit."""
    began: float | None = None
    """When they began, in seconds of the monotonic clock; None for the call."""
    resume: Path | None = None
    """The report of a run that ended early, to go on from."""
    quiet: bool = False
    as_json: bool = False

    def continuation(self, report: Path) -> str:
        """Return the command that goes on from a run that ended early, or nothing if its server has ended."""
        if self.target_file is None:
            return ""
        words = ["checkpoint-contract", "verify", "--resume", str(report)]
        for name, option in _OPTIONS.items():
            value: object = getattr(self, name)
            if value != getattr(Settings, name):
                words += (
                    [option]
                    if isinstance(value, bool)
                    else [option, str(value).removesuffix(".0") if isinstance(value, float) else str(value)]
                )
        return shlex.join(words)


_OPTIONS = {
    "target_file": "--target",
    "folder": "--report",
    "max_examples": "--max-examples",
    "seed": "--seed",
    "waivers": "--waivers",
    "against": "--against",
    "shard": "--shard",
    "use_cache": "--no-cache",
    "connections": "--connections",
    "thorough": "--thorough",
    "accept": "--accept",
    "record": "--record",
    "max_time": "--max-time",
    "quiet": "--quiet",
    "as_json": "--json",
}
"""The options that a run which goes on from another must be given again."""


def verify_target(settings: Settings) -> ExitCode:
    """Verify, print and write the reports, and return the exit code."""

    def action() -> ExitCode:
        began = SYSTEM_CLOCK.monotonic() if settings.began is None else settings.began
        with target_or_reference(settings.target_file, _load_ahead) as target:
            from checkpoint_conformance.commands import verification

            return verification.verify(target, settings, began)

    return guarded(action)


def dry_run(settings: Settings) -> ExitCode:
    """Print every request that `verify` would send, without sending any."""

    def action() -> ExitCode:
        with target_or_reference(settings.target_file) as target:
            from checkpoint_conformance.commands import verification

            verification.show_plan(target, settings)
        return ExitCode.SUCCESS

    return guarded(action)


def _load_ahead() -> None:
    """Import what the run and its reports need anyway, while the reference server starts."""
    from checkpoint_conformance.commands import verification

    verification.load_ahead()
