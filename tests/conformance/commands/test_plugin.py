"""The pytest plugin gives an item for each requirement, and does nothing unless it is asked."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.load import requirements
from mutants.service.server import Server, running

from conformance.runs import Broken, write_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytest_plugins = ["pytester"]
ALONE = ("--disable-plugin-autoload", "-p", "checkpoint_conformance.commands.pytest_plugin")
"""No other plugin: Hypothesis's refuses to be loaded into a process that has used Hypothesis."""
QUICK = (*ALONE, "-p", "no:cacheprovider", "--checkpoint-max-examples", "1")


@pytest.fixture
def verify(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Return a function that runs pytest against a server of its own."""

    def verify(behaviour: type[Server], *options: str) -> pytest.RunResult:
        with running(behaviour) as table:
            file = write_target(table, pytester.path / "target.toml")
            return pytester.runpytest_inprocess(*QUICK, "--checkpoint-target", str(file), *options)

    return verify


def test_a_conforming_server_passes_every_item(verify: Callable[..., pytest.RunResult]) -> None:
    """One item for each active requirement; what was not declared is skipped by name."""
    result = verify(Server, "-v", "-rs")
    active = [requirement.id for requirement in requirements() if requirement.status == "active"]
    undeclared = ("CONF-1", "OBS-1", "OBS-2", "OBS-3", "OBS-4")
    result.assert_outcomes(passed=len(active) - len(undeclared), skipped=len(undeclared))
    result.stdout.fnmatch_lines([f"checkpoint-contract::{name} *" for name in active])
    result.stdout.fnmatch_lines(["*conformance: conformant*", "All * MUSTs * passed."])
    result.stdout.fnmatch_lines(["SKIPPED *feature-not-declared: the target does not declare*"])


def test_each_outcome_is_mapped(verify: Callable[..., pytest.RunResult], pytester: pytest.Pytester) -> None:
    """A failure fails, an undecided MUST fails, a warning passes and is told; the evidence is the message.

    A waived failure is skipped, a stale waiver fails, and a folder gets every report.
    """
    waivers, folder = pytester.path / "waivers.toml", pytester.path / "reports"
    entry = '[[waivers]]\nrequirement = "{}"\nreason = "r"\nlink = "https://l"\nexpires = 2099-01-01\n'
    waivers.write_text(entry.format("RESP-3") + entry.format("REQ-12"))
    result = verify(Broken, "-rA", "--checkpoint-waivers", str(waivers), "--checkpoint-report", str(folder))
    failed = {line.split()[1] for line in result.outlines if line.startswith("FAILED")}
    names = ("HTTP-2", "REQ-11", "REQ-16", "waivers")
    assert failed == {f"checkpoint-contract::{name}" for name in names}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "expected 400, got 200 (accepted)",
            "  clause    checkpoint.yaml#*",
            "  repeat    curl *",
            "the waiver of REQ-12 is stale*",
            "advice not followed: REQ-14: expected *",
            "SKIPPED *waived: r (https://l, until 2099-01-01)*",
            "FAILED checkpoint-contract::REQ-11 - *expected 400, got 200*",
        ]
    )
    assert "PASSED checkpoint-contract::REQ-14" in result.outlines
    assert "Traceback" not in result.stdout.str()
    assert (folder / "report.html").exists()


def test_a_server_that_cannot_be_reached_fails_every_item(pytester: pytest.Pytester) -> None:
    """One line says what is wrong with the configuration."""
    with running(Server) as table:
        file = write_target(table, pytester.path / "target.toml", url="http://127.0.0.1:9")
    result = pytester.runpytest_inprocess(*QUICK, "--checkpoint-target", str(file), "-k", "REQ-1 or NF-1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes().keys() == {"failed", "deselected"}
    result.stdout.fnmatch_lines(["configuration: http://127.0.0.1:9: no connection*Check the port in `url`*"])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--checkpoint-target", "nowhere.toml"], "*nowhere.toml: cannot be read: No such file*"),
        (
            ["--checkpoint-target", "target.toml", "--checkpoint-waivers", "nowhere.toml"],
            "*nowhere.toml: cannot be read: No such*",
        ),
        (["--checkpoint-target", "target.toml", "--checkpoint-report", "target.toml"], "*target.toml*writ*"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_usage_error(
    options: list[str], complaint: str, pytester: pytest.Pytester
) -> None:
    """There is one line, and no item."""
    with running(Server) as table:
        write_target(table, pytester.path / "target.toml")
    result = pytester.runpytest_inprocess(*QUICK, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([complaint])


def test_one_process_verifies_the_server(pytester: pytest.Pytester) -> None:
    """Options of pytest-xdist, which a project may have in its configuration, do not hinder the run."""
    with running(Server) as table:
        file = write_target(table, pytester.path / "target.toml")
        result = pytester.runpytest_inprocess(
            *ALONE, "-p", "xdist", "-n", "2", "--checkpoint-target", str(file), "--collect-only", "-q"
        )
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["checkpoint-contract::REQ-1"])


def test_selected_items_are_counted(pytester: pytest.Pytester) -> None:
    """What is collected is what is deselected and what is left, as for tests in files."""
    with running(Server) as table:
        file = write_target(table, pytester.path / "target.toml")
        result = pytester.runpytest_inprocess(
            *ALONE, "--checkpoint-target", str(file), "-k", "REQ-9 or AUTH-2", "--collect-only"
        )
    counted = re.search(r"collected (\d+) items / (\d+) deselected / (\d+) selected", result.stdout.str())
    assert counted is not None
    collected, deselected, selected = map(int, counted.groups())
    assert (collected, selected) == (deselected + 2, 2)


def test_without_the_option_nothing_happens(pytester: pytest.Pytester) -> None:
    """Other people's tests see no item of ours."""
    pytester.makepyfile("def test_theirs(): pass")
    pytester.runpytest_inprocess(*ALONE, "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_without_the_option_nothing_of_the_suite_is_imported(tmp_path: Path) -> None:
    """Every pytest run of an environment that has the suite loads the plugin, so it must be light."""
    (entry,) = (each for each in entry_points(group="pytest11") if each.name == "checkpoint_contract")
    code = (
        f"import sys, pytest; pytest.main(['--collect-only', *{(*ALONE, '-p', 'no:cacheprovider')}]);"
        " print(sorted(name for name in sys.modules if name.startswith(('checkpoint_', 'schemathesis'))))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = result.stdout.splitlines()[-1]
    package = "checkpoint_conformance"
    assert loaded == str([package, f"{package}.commands", entry.value])
    assert entry.value in ALONE
