"""What is seen of a run: a live line on a terminal, plain lines elsewhere, nothing that steers a terminal."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.commands.console import say
from checkpoint_conformance.commands.progress import Progress
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom
from mutants.service.server import Server, running

from .runs import PLENTY, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    wanted = f"3 requests · 0 of at most {PLENTY} checkpoints · findings against 1 requirements · 5 s"
    assert drawn[2].endswith(wanted)
    assert drawn[-1] == ""


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


def test_an_output_of_few_letters_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the encoding of standard output lacks is escaped, and is no error."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    say("✓ pass")
    sys.stdout.flush()
    assert raw.getvalue() == b"\\u2713 pass\n"
