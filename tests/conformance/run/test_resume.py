"""Going on from a run that ended early: the verdict is that of a run that was never interrupted."""

from __future__ import annotations

import base64
import gzip
import json
import shlex
from dataclasses import replace
from functools import cache
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.reports.files import write_all
from checkpoint_conformance.reports.journal import pack, unpack
from checkpoint_conformance.reports.report import ReportError, build_report, read_report
from checkpoint_conformance.reports.resumable import read_resumable
from checkpoint_conformance.run.record import Options, RunRecord
from checkpoint_conformance.run.recorder import created_checkpoint
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.verdict.outcome import Verdict
from checkpoint_openapi.exit_codes import ExitCode
from mutants.catalogue import mutant
from mutants.faults.http.endings import EndsAfterMalformedJsonAndReturns
from mutants.framework.in_process import InProcess
from mutants.service.server import Server, running

from conformance.runs import Broken, Forgetting, Parrot, report, target_of, write_target

if TYPE_CHECKING:
    from pathlib import Path

    from checkpoint_conformance.run.session import Session
    from checkpoint_conformance.target.target import Target
    from mutants.service.wire import Request, Response

pytestmark = pytest.mark.matrix

EVERYTHING = ("discovery", "observation", "deletion")
OPTIONS = Options(max_examples=1)
PATIENCE = 60
"""Seconds that a server waits at most for a test that failed."""


def part(
    transport: InProcess, target: Target, stop: int | None = None, before: RunRecord | None = None
) -> RunRecord:
    """Verify until an interrupt after that many exchanges, or to the end, on from what was run before."""
    interrupted: list[int] = []

    def watch(session: Session) -> None:
        if stop is not None and len(session.recorder.exchanges) >= stop and not interrupted:
            interrupted.append(stop)
            raise KeyboardInterrupt("interrupted by SIGINT")

    journal = None
    if before:
        assert before.journal
        secrets = Secrets(target)
        journal = unpack(pack(before.journal, target.url, secrets), secrets)
    return run(target, OPTIONS, watch=watch, transport=transport, clock=transport.clock, earlier=journal)


def in_parts(behaviour: type[Server], profiles: tuple[str, ...], *stops: int) -> list[RunRecord]:
    """Verify one server in several parts, each of which but the last is interrupted."""
    transport = InProcess(behaviour)
    target = target_of(transport.target, profiles=frozenset(profiles))
    records: list[RunRecord] = []
    for stop in (*stops, None):
        records.append(part(transport, target, stop, records[-1] if records else None))
    return records


@cache
def whole(behaviour: type[Server], profiles: tuple[str, ...]) -> RunRecord:
    """Verify a server at once."""
    (record,) = in_parts(behaviour, profiles)
    return record


def charges(record: RunRecord) -> dict[str, tuple[str, str | None]]:
    """Return the outcome of each requirement, and why it was skipped."""
    return {each.requirement.id: (each.outcome.value, each.reason) for each in record.results}


@pytest.mark.parametrize(
    ("behaviour", "profiles", "stops"),
    [
        pytest.param(Server, (), (30,), id="among the valid requests"),
        pytest.param(Server, EVERYTHING, (700,), id="among the items"),
        pytest.param(Server, EVERYTHING, (780,), id="in the model"),
        pytest.param(Server, EVERYTHING, (860,), id="in the clean-up"),
        pytest.param(Server, EVERYTHING, (300, 500, 760), id="three times"),
        pytest.param(Broken, ("deletion",), (400,), id="with findings"),
        pytest.param(Forgetting, EVERYTHING, (600,), id="before the finding"),
        pytest.param(
            mutant("no-items-when-automatic").behaviour, EVERYTHING, (500,), id="without some items"
        ),
        pytest.param(Parrot, (), (200,), id="with secrets in the answers"),
        pytest.param(EndsAfterMalformedJsonAndReturns, (), (75,), id="with a server that ends"),
    ],
)
def test_a_resumed_run_has_the_verdict_of_an_uninterrupted_one(
    behaviour: type[Server], profiles: tuple[str, ...], stops: tuple[int, ...]
) -> None:
    """Wherever it is interrupted, every requirement has the same outcome in the end."""
    *parts, record = in_parts(behaviour, profiles, *stops)
    uninterrupted = whole(behaviour, profiles)
    assert all(each.ended == "interrupted by SIGINT" for each in parts)
    assert record.ended == ""
    assert record.verdict is uninterrupted.verdict
    assert charges(record) == charges(uninterrupted)
    assert len(record.parts) == len(parts)


@pytest.mark.parametrize("stop", [1, 250])
def test_nothing_that_was_judged_is_sent_again(stop: int) -> None:
    """Without a clean-up, both parts together send exactly what one run sends, and create as much."""
    transport = InProcess(Server)
    target = target_of(transport.target, profiles=frozenset())
    first = part(transport, target, stop)
    second = part(transport, target, before=first)
    uninterrupted = whole(Server, ())
    assert first.journal
    assert len(first.journal.course) == len(first.exchanges) < len(second.exchanges)
    assert len(second.exchanges) == len(uninterrupted.exchanges)
    assert len(transport.server.store.checkpoints) == second.created == uninterrupted.created


def test_what_every_part_created_counts_and_is_deleted() -> None:
    """The budget holds for all parts together, and nothing is left behind."""
    transport = InProcess(Server)
    target = target_of(transport.target, profiles=frozenset({"deletion"}), max_creates=100)
    first = part(transport, target, 60)
    second = part(transport, target, before=first)
    assert 0 < len(first.deleted) < len(second.deleted) == second.created <= 100
    assert transport.server.store.checkpoints == []


def test_no_part_exceeds_the_budget() -> None:
    """However often a run is interrupted, `max_creates` holds for all of it."""
    transport = InProcess(Server)
    target = target_of(transport.target, profiles=frozenset({"deletion"}), max_creates=20)
    record: RunRecord | None = None
    created = 0
    for stop in (10, 200, 400, None):
        record = part(transport, target, stop, record)
        created = max(created, record.created)
    assert record is not None
    assert record.ended == ""
    assert created <= 20
    made = {created_checkpoint(each) for each in record.exchanges if each.request.method == "POST"}
    assert len(made - {None}) <= 20


def test_the_report_of_a_resumed_run_is_whole() -> None:
    """It has the evidence and the times of all parts, tells them apart, and holds no journal any more."""
    first, second = in_parts(Server, (), 250)
    found = build_report(second)
    assert build_report(first)["footer"]["complete"] is False
    assert found["footer"]["complete"] is True
    assert "journal" not in found
    (earlier,) = found["parts"]
    assert earlier["ended"] == "interrupted by SIGINT"
    assert earlier["exchanges"] == len(first.exchanges)
    assert found["header"]["started"] == build_report(first)["header"]["started"]
    assert found["times"]["count"] == found["requests"] == len(second.exchanges)
    starts = [each.started for each in second.exchanges]
    assert max(starts[: earlier["exchanges"]]) <= min(starts[earlier["exchanges"] :])


def test_a_journal_holds_no_secret() -> None:
    """Not even of a server that repeats the token wherever it can."""
    transport = InProcess(Parrot)
    target = target_of(transport.target, profiles=frozenset())
    packed = build_report(part(transport, target, 300))["journal"]
    text = gzip.decompress(b"".join(map(base64.b64decode, packed))).decode()
    assert "{{token}}" in text
    for secret in Secrets(target).values.values():
        assert secret not in text


def interrupted_report(folder: Path) -> tuple[Path, Target]:
    """Write the reports of an interrupted run; return the file and its target."""
    transport = InProcess(Server)
    target = target_of(transport.target, profiles=frozenset())
    return write_all(folder, build_report(part(transport, target, 5))), target


def test_an_interrupted_report_can_be_read_again(tmp_path: Path) -> None:
    """What the file holds is what the run exchanged."""
    file, target = interrupted_report(tmp_path)
    journal = read_resumable(file, target, OPTIONS)
    assert read_report(file)["requests"] == len(journal.course)
    assert journal.course[0].request.header("X-Auth-Token") == target.token


@pytest.mark.parametrize(
    ("changes", "options", "said"),
    [
        ({"url": "http://127.0.0.1:1"}, {}, r"target\.url was http.* now\. Give the target file of"),
        ({"timeout": 3.0}, {}, r"target\.timeout was .*, and is 3\.0 now\. Give the target file of"),
        ({"profiles": frozenset({"deletion"})}, {}, r"target\.profiles was .* Give the target file of"),
        ({}, {"seed": 3}, r"seed was None, and is 3 now\. Give the options of"),
        ({}, {"thorough": True}, r"thorough was False, and is True now\. Give the options of"),
    ],
)
def test_another_run_is_refused(
    tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], said: str
) -> None:
    """A report of another target, or of other options, is told with the first difference."""
    file, target = interrupted_report(tmp_path)
    with pytest.raises(ReportError, match=rf"report\.json: it is from another run: {said}"):
        read_resumable(file, replace(target, **changes), replace(OPTIONS, **options))


def test_another_suite_is_refused(tmp_path: Path) -> None:
    """Another version may judge otherwise what has been judged."""
    file, target = interrupted_report(tmp_path)
    found = read_report(file)
    found["header"]["suite"] = "0.0.1"
    file.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(ReportError, match=r"suite was 0\.0\.1, and is .* now\. Install the versions"):
        read_resumable(file, target, OPTIONS)


@pytest.mark.parametrize(
    "damage",
    [
        [],
        ["AAAA"],
        ["no Base64!"],
        [base64.b64encode(gzip.compress(b"[]")).decode()],
        [base64.b64encode(gzip.compress(b"[]")[:-9]).decode()],
    ],
)
def test_a_journal_that_is_damaged_is_told(tmp_path: Path, damage: list[str]) -> None:
    """It is one line that names the file."""
    file, target = interrupted_report(tmp_path)
    found = read_report(file)
    found["journal"] = damage
    file.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(ReportError, match=r"report\.json: (the journal is damaged|it has no journal)"):
        read_resumable(file, target, OPTIONS)


def test_a_run_that_came_to_its_end_is_refused(tmp_path: Path) -> None:
    """There is nothing to go on from."""
    file = write_all(tmp_path, report(Server))
    target = target_of(InProcess(Server).target)
    with pytest.raises(ReportError, match="is from a complete run"):
        read_resumable(file, target, OPTIONS)


def test_an_early_end_says_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that is printed goes on, and comes to the verdict of a whole run."""
    going_on = Event()

    class Stopping(Server):
        """Holds back its answers after the first sixty."""

        answered = 0

        def respond(self, request: Request) -> Response:
            self.answered += 1
            if self.answered > 60:
                going_on.wait(PATIENCE)
            return super().respond(request)

    with running(Stopping) as table:
        file = write_target(table, tmp_path / "target.toml", profiles=[])
        folder = tmp_path / "a report"
        settings = Settings(target_file=file, folder=folder, max_examples=1, quiet=True, max_time=0.7)
        assert verify_target(settings) is ExitCode.UNDECIDED
        (line,) = capsys.readouterr().err.splitlines()
        told = shlex.split(line.partition("Continue with: ")[2])
        assert told[:4] == ["checkpoint-contract", "verify", "--resume", str(folder / "report.json")]
        assert told[4:] == [
            *("--target", str(file), "--report", str(folder)),
            *("--max-examples", "1", "--max-time", "0.7", "--quiet"),
        ]
        going_on.set()
        again = replace(settings, resume=folder / "report.json", max_time=None)
        assert verify_target(again) is ExitCode.SUCCESS
    found = read_report(folder / "report.json")
    assert found["verdict"] == Verdict.CONFORMANT
    assert len(found["parts"]) == 1
