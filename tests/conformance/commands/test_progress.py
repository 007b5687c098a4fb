"""What is seen of a run: a live line on a terminal, plain lines elsewhere, nothing that steers a terminal."""

from __future__ import annotations

import io
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.commands.progress import Progress
from checkpoint_conformance.language import speaking
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.recorder import Phase
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.run.simulation import request_count, simulate
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom
from checkpoint_openapi.terminal.columns import columns
from mutants.service.server import Server, running

from conformance.language.chinese import HAN, ZH
from conformance.runs import PLENTY, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def session() -> Iterator[Session]:
    """Yield a session that has sent something and found something."""
    with running(Server) as table:
        session = open_session(target_of(table))
        session.recorder.exchanges.extend([Exchange(Request("GET", "/"), None, None, 0, 0)] * 3)
        session.ledger.add(Finding("REQ-1", Symptom.REFUSED, Origin("REQ-1/documented"), "200", "400", ()))
        yield session


def test_elsewhere_there_are_plain_lines(session: Session) -> None:
    """A log gets one line for each announcement and no control characters but line breaks."""
    stream = io.StringIO()
    with Progress(stream) as progress:
        progress.announce("smoke")
        progress.watch(session)
        progress.announce("an answer \x1b[2J")
    assert stream.getvalue() == "· smoke\n· an answer \\x1b[2J\n"


def test_a_terminal_gets_a_live_line(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line tells requests, checkpoints, findings and seconds, and is gone at the end."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    moments = iter([0.0, 0.0, 0.01, 5.0])
    stream = Terminal()
    with Progress(stream, clock=lambda: next(moments)) as progress:
        for _ in range(3):
            progress.watch(session)
    drawn = stream.getvalue().split("\r\x1b[2K")
    assert len(drawn) == 4
    wanted = f"3 requests · 0 of {PLENTY} checkpoints · findings against 1 requirement · 5 s"
    assert drawn[2].endswith(wanted)
    assert drawn[-1] == ""


def test_a_terminal_shows_the_phase_and_the_total(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The requests of a dry run are the total once they can be counted, until confirmations exceed it."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    counts = iter([None, 4])
    stream = Terminal()
    progress = Progress(stream, clock=count(0.0, 1.0).__next__)
    progress.expect(lambda: next(counts))
    shown: list[str] = []
    for sent in (3, 3, 5):
        with progress:
            progress.announce("single faults")
        session.recorder.phases.append(Phase("single faults", 0.0))
        session.recorder.exchanges[:] = [Exchange(Request("GET", "/"), None, None, 0, 0)] * sent
        progress.watch(session)
        shown.append(stream.getvalue().rpartition("\x1b[2K")[2])
    assert [line[2:].partition(" · ")[0] for line in shown] == ["3 requests", "3 of 4 requests", "5 requests"]
    assert all("requests · single faults · 0 of " in line for line in shown)


def test_the_total_is_that_of_a_dry_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is known once the generated requests are, and never makes a run generate them twice."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with running(Server) as table:
        target = target_of(table)
    options = Options(max_examples=2, seed=7_654_321)
    assert request_count(target, options) is None
    planned = simulate(target, options)
    assert request_count(target, options) == len(planned)


def test_progress_speaks_the_language_of_the_command(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads of the run, which know no language, announce and redraw in that of the command."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    with speaking("zh"):
        progress = Progress(stream)
    with progress:
        for act in (lambda: progress.announce("single faults (AUTH, REQ)"), lambda: progress.watch(session)):
            thread = Thread(target=act)
            thread.start()
            thread.join()
    announced, drawn, _ = stream.getvalue().split("\r\x1b[2K")[1:]
    assert announced == f"· {ZH['single faults']}\uff08AUTH\u3001REQ\uff09\n"
    assert HAN.search(drawn)
    assert columns(drawn) == 39


def test_a_narrow_terminal_is_not_overrun(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line never wraps."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    with Progress(stream) as progress:
        progress.watch(session)
    assert len(stream.getvalue().split("\r\x1b[2K")[1]) == 19


def test_quiet_is_quiet(session: Session) -> None:
    """Nothing at all is written."""
    stream = Terminal()
    with Progress(stream, quiet=True) as progress:
        progress.announce("smoke")
        progress.watch(session)
    assert stream.getvalue() == ""
