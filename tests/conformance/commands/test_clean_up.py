"""What an earlier run left is deleted by its report, and a replay says what it costs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.commands.clean_up import clean_up
from checkpoint_conformance.commands.replay import failing, replay
from checkpoint_conformance.reports.report import build_report
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_openapi.exit_codes import ExitCode
from mutants.service.server import Server, running

from conformance.runs import Broken, report, target_of, write_target

if TYPE_CHECKING:
    from pathlib import Path

CORE = frozenset[str]()


def test_what_a_run_left_is_deleted_by_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first clean-up deletes every checkpoint, and another finds them gone and is content."""
    file = tmp_path / "report.json"
    with running(Server) as table:
        target = target_of(table, profiles=CORE, max_creates=12)
        record = run(target, Options(max_examples=1))
        file.write_text(json.dumps(build_report(record)), encoding="utf-8")
        path = write_target(table, tmp_path / "target.toml", profiles=["deletion"])
        for _ in range(2):
            assert clean_up(file, path) is ExitCode.SUCCESS
            assert f"Deleted {record.created} of {record.created} checkpoints." in capsys.readouterr().out


def test_without_the_profile_nothing_is_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A server that cannot delete is not asked to, and what is left is named."""
    file = tmp_path / "report.json"
    with running(Server) as table:
        record = run(target_of(table, profiles=CORE, max_creates=5), Options(max_examples=1))
        built = build_report(record)
        file.write_text(json.dumps(built), encoding="utf-8")
        assert clean_up(file, write_target(table, tmp_path / "target.toml", profiles=[])) is ExitCode.USAGE
    told = capsys.readouterr().err
    assert "does not declare the profile deletion" in told
    assert built["checkpoints"]["ids"][0] in told


@pytest.mark.parametrize("profiles", [frozenset({"deletion"}), CORE])
def test_a_replay_says_what_it_may_create_and_what_it_leaves(profiles: frozenset[str]) -> None:
    """Its cost is announced first, and without the profile deletion what it created is named at the end."""
    announced: list[str] = []
    with running(Broken) as table:
        target = target_of(table, profiles=profiles)
        replay(report(Broken), target, failing(report(Broken), "RESP-3"), announced.append)
    assert announced[0].startswith("this may create ")
    assert any(each.startswith("left behind") for each in announced) is not bool(profiles)
