"""`report` and `replay` from the command line: output, exit codes, one line for bad input."""

from __future__ import annotations

import json
from contextlib import chdir
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.commands.cli import replay as replay_command
from checkpoint_conformance.commands.cli import verify as verify_command
from checkpoint_conformance.commands.report.cli import report as report_group
from checkpoint_conformance.reports.report import SCHEMA
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_openapi.cli import main
from click.testing import CliRunner, Result
from mutants.service.server import Server, running

from conformance.runs import Broken, report, requirement, write_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def invoke(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a report into a file."""

    def save(found: dict[str, Any], name: str = "report.json") -> Path:
        (tmp_path / name).write_text(json.dumps(found))
        return tmp_path / name

    return save


@pytest.mark.parametrize("form", ["terminal", "github", *WRITERS])
def test_show_prints_each_form(form: str, saved: Callable[..., Path]) -> None:
    """The form on standard output is the one that `verify` writes."""
    file = saved(report(Broken))
    result = invoke("report", "show", file, "--format", form)
    assert result.exit_code == 0
    if form in WRITERS:
        assert result.stdout == WRITERS[form].render(report(Broken))
    else:
        told = {
            "terminal": "Nimbus <Backup> & Sons 1: not conformant",
            "github": "\n::error title=REQ-11 (MUST)::",
        }
        assert told[form] in result.stdout


def test_the_schema_can_be_had_without_looking_for_it() -> None:
    """It is printed as it is published."""
    result = invoke("report", "schema")
    assert (result.exit_code, result.stdout) == (0, SCHEMA.read_text(encoding="utf-8"))


def test_diff_has_the_exit_code_of_its_regressions(saved: Callable[..., Path]) -> None:
    """1 where something became worse, else 0; the JSON form says the same."""
    good, bad = saved(report(Server), "good.json"), saved(report(Broken), "bad.json")
    assert invoke("report", "diff", good, bad).exit_code == 1
    assert invoke("report", "diff", bad, good).exit_code == 0
    result = invoke("report", "diff", good, bad, "--format", "json")
    assert result.exit_code == 1
    named = [change["requirement"] for change in json.loads(result.stdout)["regressions"]]
    assert "REQ-11" in named


def test_merge_writes_the_whole_and_ends_with_its_verdict(saved: Callable[..., Path], tmp_path: Path) -> None:
    """The merged reports stand in a folder; a stale waiver fails the merge."""
    files = [saved(report(Server, f"{index}/3"), f"{index}.json") for index in (3, 1, 2)]
    result = invoke("report", "merge", *files, "--report", tmp_path / "out")
    assert result.exit_code == 0
    written = {file.name for file in (tmp_path / "out").iterdir() if file.is_file()}
    assert written == {each.file for each in WRITERS.values()}
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers:\n- {requirement: REQ-2, reason: r, link: 'https://l', expires: 2099-01-01}\n"
    )
    result = invoke("report", "merge", *files, "--report", tmp_path / "out", "--waivers", waivers, "-q")
    assert result.exit_code == 1
    assert "the waiver of REQ-2 is stale" in result.stderr
    assert json.loads((tmp_path / "out" / "report.json").read_text())["waivers"][0]["state"] == "stale"


@pytest.mark.parametrize(
    ("behaviour", "name", "code", "words"),
    [
        (Broken, "REQ-11", 1, "Findings that still fail: 2 of 2."),
        (Server, "req-11", 0, "Findings that still fail: 0 of 2."),
        (Server, "REQ-2", 0, "Nothing failed there"),
    ],
)
def test_replay_says_whether_it_still_fails(
    behaviour: type[Server], name: str, code: int, words: str, saved: Callable[..., Path], tmp_path: Path
) -> None:
    """The exit code is 1 while anything still fails, and the last line counts."""
    file = saved(report(Broken))
    with running(behaviour) as table:
        target = write_target(table, tmp_path / "target.toml")
        result = invoke("replay", file, name, "--target", target)
    assert result.exit_code == code
    assert words in result.stdout.splitlines()[-1]


def test_replay_in_json_and_with_a_spent_budget(saved: Callable[..., Path], tmp_path: Path) -> None:
    """What cannot be decided gives 5, and each finding has its state."""
    file = saved(report(Broken))
    with running(Server) as table:
        target = write_target(table, tmp_path / "target.toml", max_creates=1, profiles=[])
        result = invoke("replay", file, "RESP-3", "--target", target, "--json")
    states = [each["state"] for each in json.loads(result.stdout)]
    assert states[0] == "no longer fails"
    assert set(states[1:]) == {"undecided"}
    assert result.exit_code == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "show", "nowhere.json"], "nowhere.json: No such file"),
        (["report", "diff", "good.json", "empty.json"], "empty.json: not a JSON report"),
        (["report", "merge", "good.json"], "one of the reports is from a whole run"),
        (["report", "merge", "part.json"], "the shards 2/3 do not make up a whole run"),
        (["report", "merge", "part.json", "--waivers", "empty.json"], "empty.json:1:1: is empty"),
        (["replay", "nowhere.json"], "nowhere.json: No such file"),
        (["replay", "bad.json", "REQ-99"], "no requirement 'REQ-99' in the report"),
        (["replay", "bad.json", "--target", "nowhere.toml"], "nowhere.toml: cannot be read: No such file"),
        (["replay", "bad.json", "--target", "gone.toml"], "http://127.0.0.1:9: no connection to"),
        (["replay", "bad.json", "--target", "other.toml"], "the report is from another target"),
    ],
)
def test_bad_input_gives_2_and_one_line(
    arguments: list[str],
    words: str,
    saved: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line says what is wrong, where, and what to do."""
    monkeypatch.chdir(tmp_path)
    for name, found in {"good": report(Server), "bad": report(Broken), "part": report(Server, "2/3")}.items():
        saved(found, f"{name}.json")
    (tmp_path / "empty.json").write_text("")
    with running(Server) as table:
        write_target(table, tmp_path / "gone.toml", url="http://127.0.0.1:9")
        write_target(table, tmp_path / "other.toml", project_id="0" * 32)
    with chdir(tmp_path):
        result = invoke(*arguments)
    assert result.exit_code == 2
    lines = [line for line in result.stderr.splitlines() if not line.startswith("·")]
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    assert words in lines[0]
    assert result.stdout == ""


def test_the_help_of_each_command_has_an_example() -> None:
    """Every example in a help text begins with the program's name and uses options that exist."""
    commands = {"verify": verify_command, "replay": replay_command}
    commands |= {f"report {name}": command for name, command in report_group.commands.items()}
    for name, command in commands.items():
        text = " ".join((command.help or "").split()) + " "
        assert f"Example: checkpoint-contract {name} " in text
        options = {option for parameter in command.params for option in parameter.opts}
        used = {word for word in text.partition("Example:")[2].split() if word.startswith("--")}
        assert used <= options


def test_the_failing_requirement_of_these_tests_fails_twice() -> None:
    """The counts above rest on two findings of REQ-11: with resources, and without."""
    assert len(requirement(report(Broken), "REQ-11")["findings"]) == 2
