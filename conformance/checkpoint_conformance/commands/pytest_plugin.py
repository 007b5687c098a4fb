"""The suite as a pytest plugin: `pytest --checkpoint-target target.toml`, one item per requirement.

The server is verified once, when the first item runs. Without the option, the plugin does nothing and imports
nothing from the suite.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from checkpoint_conformance.target.target import Target
    from checkpoint_conformance.verdict.waivers import Applied, Waiver

__all__ = ["NotConformant", "RequirementItem", "RequirementList", "WaiversItem"]

_SUITE_FAILED = "the suite failed, which says nothing about the server"
_NAME = "checkpoint-contract"


class NotConformant(Exception):
    """A requirement is not met; the message is the evidence."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup(_NAME, "conformance with the contract of Executing a Backup Policy")
    group.addoption("--checkpoint-target", metavar="FILE", help="verify the server of this target file")
    group.addoption("--checkpoint-waivers", metavar="FILE", help="failures that are accepted until a date")
    group.addoption("--checkpoint-report", metavar="DIR", help="write the reports into this folder")
    group.addoption(
        "--checkpoint-max-examples",
        metavar="N",
        type=int,
        default=60,
        help="examples of the fuzzing phase (default: 60)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the target, if one is given. Raises pytest.UsageError if the file cannot be used."""
    file = config.getoption("--checkpoint-target")
    if file is None:
        return
    if config.getoption("dist", default="no") != "no":
        # One process verifies the server; pytest-xdist reads these after every other plugin is configured.
        config.option.dist, config.option.tx, config.option.numprocesses = "no", [], 0
    config.pluginmanager.register(_Plugin(config, Path(file)), "checkpoint-contract-run")


class _Plugin:
    """The hooks of a session with a target."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        from checkpoint_openapi.document.source import DocumentError

        from checkpoint_conformance.reports.files import prepare
        from checkpoint_conformance.reports.report import ReportError
        from checkpoint_conformance.target.target import Target
        from checkpoint_conformance.verdict.waivers import read_waivers

        waivers, folder = config.getoption("--checkpoint-waivers"), config.getoption("--checkpoint-report")
        try:
            target = Target.load(file)
            given = read_waivers(Path(waivers)) if waivers else ()
            if folder:
                prepare(Path(folder))
        except (DocumentError, ReportError) as error:
            raise pytest.UsageError(str(error)) from error
        max_examples = cast("int", config.getoption("--checkpoint-max-examples"))
        self._verification = _Verification(target, given, max_examples, Path(folder) if folder else None)
        self._file = file.resolve()
        # Collected like a file of tests, the items are counted and selected like any others.
        config.args.append(str(self._file))

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> RequirementList | None:
        """Return the requirements in place of the target file."""
        if file_path != self._file:
            return None
        found = RequirementList.from_parent(parent, path=file_path, name=_NAME, nodeid=_NAME)  # pyright: ignore[reportUnknownMemberType] - untyped **kw
        found.verification = self._verification
        return found

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Summarise the items, since unmet advice does not fail a test."""
        from checkpoint_conformance.reports.writers.text import declared, explained, in_short

        report = self._verification.report
        if report is None:
            return
        terminalreporter.section(f"conformance: {report['verdict']}")
        terminalreporter.write_line(explained(report))
        for item in declared(report):
            if item["outcome"] == "warn":
                terminalreporter.write_line(f"advice not followed: {item['id']}: {in_short(item)}")


class RequirementList(pytest.File):
    """All requirements of the contract."""

    verification: _Verification

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each active requirement, and one for the waivers if there are any."""
        from checkpoint_openapi.load import requirements

        for requirement in requirements():
            if requirement.status == "active":
                item = RequirementItem.from_parent(self, name=requirement.id)  # pyright: ignore[reportUnknownMemberType] - untyped **kw
                item.verification, item.text = self.verification, requirement.text
                yield item
        if self.verification.waivers:
            waivers = WaiversItem.from_parent(self, name="waivers")  # pyright: ignore[reportUnknownMemberType] - untyped **kw
            waivers.verification = self.verification
            yield waivers


class _Item(pytest.Item):
    """What both kinds of items share."""

    verification: _Verification
    text = ""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> Any:
        """Show only the evidence; a traceback through the suite says nothing about the server."""
        if isinstance(excinfo.value, NotConformant):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the location of the item, for pytest's listings."""
        return self.config.rootpath / _NAME, None, f"{self.name} {self.text}".strip()


class RequirementItem(_Item):
    """One requirement: passes, fails with the evidence, or is skipped for a stated reason."""

    def runtest(self) -> None:
        """Look up the outcome. An undecided MUST fails; unmet advice passes."""
        requirement = self.verification.requirement(self.name)
        outcome, reason = requirement["outcome"], requirement["reason"]
        evidence = self.verification.evidence(requirement)
        self.user_properties.append(("outcome", outcome))
        if outcome == "skip" or (outcome == "inconclusive" and requirement["level"] == "SHOULD"):
            pytest.skip(f"{reason or outcome}: {requirement['detail']}")
        if outcome == "warn":
            self.add_report_section("call", "advice not followed", evidence)
        elif outcome != "pass":
            raise NotConformant(evidence)


class WaiversItem(_Item):
    """The waivers: fails if any is stale or expired."""

    def runtest(self) -> None:
        """Check the state of each waiver."""
        if problems := self.verification.problems():
            raise NotConformant("\n".join(problems))


class _Verification:
    """A single verification of the target, shared by all items of a session."""

    def __init__(
        self, target: Target, waivers: tuple[Waiver, ...], max_examples: int, folder: Path | None
    ) -> None:
        self.waivers = waivers
        self.report: dict[str, Any] | None = None
        self._target = target
        self._max_examples = max_examples
        self._folder = folder
        self._applied: list[Applied] = []
        self._failure: NotConformant | None = None

    def requirement(self, identifier: str) -> dict[str, Any]:
        """Return the report's entry for a requirement. Raises NotConformant if there is no report."""
        return next(item for item in self._finished()["requirements"] if item["id"] == identifier)

    def evidence(self, requirement: dict[str, Any]) -> str:
        """Return the evidence against a requirement: expected, actual, and how to reproduce it."""
        from click import unstyle

        from checkpoint_conformance.reports.writers.terminal import evidence
        from checkpoint_conformance.reports.writers.text import in_short

        told = evidence(requirement, self._finished())[1:]
        return "\n".join([in_short(requirement), *map(unstyle, told)])

    def problems(self) -> list[str]:
        """Return the problems with the waivers. Raises NotConformant if there is no report."""
        self._finished()
        return [each.problem for each in self._applied if each.problem]

    def _finished(self) -> dict[str, Any]:
        if self.report is None and self._failure is None:
            self._verify()
        if self._failure:
            raise self._failure
        assert self.report is not None
        return self.report

    def _verify(self) -> None:
        from checkpoint_conformance.commands.console import SuiteError
        from checkpoint_conformance.commands.progress import Progress
        from checkpoint_conformance.commands.verification import examine
        from checkpoint_conformance.reports.files import write_all
        from checkpoint_conformance.run.record import Options
        from checkpoint_conformance.run.stages.smoke import ConfigurationError
        from checkpoint_conformance.target.target import TargetError

        try:
            options = Options(self._max_examples)
            record, self._applied, report = examine(self._target, options, self.waivers, Progress(quiet=True))
        except (ConfigurationError, TargetError) as error:
            self._failure = NotConformant(f"configuration: {error}")
        except SuiteError as error:
            self._failure = NotConformant(f"{_SUITE_FAILED}:\n{error}")
        else:
            if self._folder:
                write_all(self._folder, report)
            if record.fault:
                self._failure = NotConformant(f"{_SUITE_FAILED}:\n{record.fault}")
                return
            if record.ended:
                raise KeyboardInterrupt(record.ended)
            self.report = report
