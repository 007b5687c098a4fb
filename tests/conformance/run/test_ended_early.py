"""Runs that end before everything was judged: the time limit, silence, and faults of the suite."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.checks.judge import Judgement
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.reports.files import reserved, write_all
from checkpoint_conformance.reports.report import ReportError, build_report, read_report
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.run.record import Options, RunRecord
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.sending.client import ServerGone
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.transport.clock import LimitedClock, OutOfTime, VirtualClock
from checkpoint_conformance.transport.exchange import FaultKind, Response, TransportFault
from checkpoint_conformance.transport.in_process import InProcessTransport
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from checkpoint_openapi.exit_codes import ExitCode
from mutants.framework import in_process
from mutants.framework.in_process import InProcess
from mutants.service.server import Server, running

from conformance.runs import Broken, report, target_of, write_target

if TYPE_CHECKING:
    from pathlib import Path

    from checkpoint_conformance.probes.probe import Probe
    from checkpoint_conformance.transport.exchange import Exchange, Request


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each answer in this process take a fifth of a second of the clock."""
    monkeypatch.setattr(in_process, "_LATENCY", 0.2)


def limited(behaviour: type[Server], max_time: float, *profiles: str) -> tuple[RunRecord, float]:
    """Return a run with a time limit, and the seconds that it took."""
    transport = InProcess(behaviour)
    began = transport.clock.monotonic()
    target = target_of(transport.target, profiles=frozenset(profiles))
    options = Options(max_examples=1, max_time=max_time)
    record = run(target, options, transport=transport, clock=transport.clock)
    return record, transport.clock.monotonic() - began


@pytest.mark.parametrize("max_time", [5, 15, 45])
def test_a_run_ends_within_its_time_limit_cleaned_up(max_time: float) -> None:
    """What was created is deleted within the limit, and what was not judged stays undecided."""
    record, took = limited(Server, max_time, "deletion")
    assert took <= max_time
    assert record.ended == f"the time limit of {max_time:g} s was reached"
    assert record.verdict is Verdict.INCONCLUSIVE
    assert len(record.deleted) == record.created
    assert record.left_behind == ()
    assert Outcome.INCONCLUSIVE in {result.outcome for result in record.results}
    assert not any(result.findings for result in record.results)


def test_a_failure_before_the_time_limit_is_certain() -> None:
    """What has failed has failed, however early the run ends."""
    record, _ = limited(Broken, 30)
    assert record.ended
    assert record.verdict is Verdict.NOT_CONFORMANT


def test_a_run_within_its_time_limit_is_complete() -> None:
    """A limit that is not reached changes nothing."""
    record, _ = limited(Server, 10_000)
    assert record.ended == ""
    assert record.verdict is Verdict.CONFORMANT


def test_no_wait_outlasts_the_limit_of_a_clock() -> None:
    """A sleep that would end beyond the limit ends at the limit, with the reason."""
    inner = VirtualClock()
    clock = LimitedClock(inner)
    clock.limit(lambda: 10, "it is over")
    clock.sleep(4)
    clock.check()
    with pytest.raises(OutOfTime, match="it is over"):
        clock.sleep(7)
    assert inner.monotonic() == 10
    with pytest.raises(OutOfTime, match="it is over"):
        clock.check()
    clock.limit(lambda: 12, "now it is")
    clock.check()


def silent_from(number: int, *answering: int) -> tuple[Session, list[Request]]:
    """Return a session with a server that is silent from that request on, but for some, and the requests."""
    seen: list[Request] = []
    clock = VirtualClock()

    def respond(request: Request) -> Response | TransportFault:
        seen.append(request)
        if len(seen) < number or len(seen) in answering:
            return Response(404, (), b"")
        clock.sleep(10)
        return TransportFault(FaultKind.TIMEOUT, "no complete response within 10 s")

    target = target_of(InProcess(Server).target)
    return open_session(target, transport=InProcessTransport(respond, clock=clock), clock=clock), seen


def test_the_third_timeout_in_a_row_ends_everything() -> None:
    """After it nothing is sent any more, the clean-up included."""
    session, seen = silent_from(4)
    get = session.calls.request("GET", session.calls.path())
    for _ in range(6):
        session.client.transmit(get)
    for _ in range(2):
        with pytest.raises(ServerGone, match="3 requests in a row got no response within"):
            session.client.transmit(get)
    assert len(seen) == 6


def test_an_answer_between_timeouts_shows_a_server_that_is_there() -> None:
    """Timeouts count only in a row."""
    session, seen = silent_from(1, 3, 6)
    get = session.calls.request("GET", session.calls.path())
    for _ in range(8):
        session.client.transmit(get)
    assert len(seen) == 8


def test_a_fault_of_the_suite_leaves_what_was_judged() -> None:
    """The record has the results until then, the traceback, and a verdict that says nothing of the server."""
    transport = InProcess(Server)
    judged: list[Probe] = []

    def judge(probe: Probe, _: Exchange) -> Judgement:
        judged.append(probe)
        if len(judged) > 20:
            raise KeyError("a slip")
        return Judgement(exercised={probe.requirement})

    target = target_of(transport.target)
    record = run(
        target, Options(max_examples=1), transport=transport, clock=transport.clock, judges=lambda _: judge
    )
    assert record.ended == "the suite failed"
    assert "KeyError: 'a slip'" in record.fault
    assert record.verdict is Verdict.ERROR
    assert Outcome.PASS in {result.outcome for result in record.results}
    assert len(record.deleted) == record.created > 0


def test_an_incomplete_report_says_so(tmp_path: Path) -> None:
    """It is valid, tells why it is incomplete, and what is left on the server."""
    record, _ = limited(Server, 5)
    found = build_report(record)
    path = write_all(tmp_path, found)
    assert read_report(path) == found
    assert found["footer"]["complete"] is False
    assert found["checkpoints"]["left"] == found["checkpoints"]["ids"] != []
    told = "ended early (the time limit of 5 s was reached), so the results are incomplete"
    assert told in terminal(found, quiet=True)
    assert told in (tmp_path / "report.html").read_text()


def test_reports_that_can_be_written_are_written(tmp_path: Path) -> None:
    """One that cannot is named, after all others were written."""
    (tmp_path / WRITERS["html"].file / "in the way").mkdir(parents=True)
    with pytest.raises(ReportError, match=r"report\.html"):
        write_all(tmp_path, report(Server))
    written = {each.name for each in tmp_path.iterdir()}
    assert written == {*(each.file for each in WRITERS.values()), "bodies"}


def test_space_for_the_reports_is_kept_free_during_a_run(tmp_path: Path) -> None:
    """The space belongs to no file that could be left behind."""
    with reserved(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_the_options_tell_what_time_was_spent_before() -> None:
    """A run that begins late ends as early."""
    transport = InProcess(Server)
    target = target_of(transport.target, profiles=frozenset())
    options = Options(max_examples=1, max_time=60, time_spent=50)
    run(target, options, transport=transport, clock=transport.clock)
    assert transport.clock.monotonic() <= 10


def test_a_slow_machine_keeps_more_time_for_the_reports() -> None:
    """What its start took tells how long the reports will take, up to half of the time."""
    for spent, judged in ((0, 57), (10, 44), (30, 12), (50, 0)):
        transport = InProcess(Server)
        target = target_of(transport.target, profiles=frozenset())
        options = Options(max_examples=1, max_time=60, time_spent=spent)
        record = run(target, options, transport=transport, clock=transport.clock)
        assert record.ended
        assert transport.clock.monotonic() == pytest.approx(judged, abs=0.5)


def test_the_time_before_the_imports_counts(tmp_path: Path) -> None:
    """A process that was started long ago sends nothing, and says which limit was reached."""
    with running(Server) as table:
        file = write_target(table, tmp_path / "target.toml")
        folder, began = tmp_path / "report", time.monotonic() - 20
        settings = Settings(target_file=file, folder=folder, quiet=True, max_time=15, began=began)
        assert verify_target(settings) is ExitCode.UNDECIDED
    found = read_report(folder / "report.json")
    assert found["footer"]["ended"] == "the time limit of 15 s was reached"
    assert found["requests"] == 0


def test_a_process_knows_when_it_was_started() -> None:
    """The moment lies before its first line, and after the call that started it."""
    code = "import time; time.sleep(0.2); from checkpoint_openapi.terminal.process import process_start; "
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-c", f"{code}print(process_start())"], capture_output=True, text=True, check=True
    )
    took = time.monotonic() - began
    assert -0.02 <= float(told.stdout) - began <= took - 0.2  # it is told in hundredths of a second
