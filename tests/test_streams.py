"""Standard streams that end: the reader leaves, the descriptor is closed, the disk is full."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.terminal.streams import Output, is_interactive

ROOT = Path(__file__).resolve().parents[1]
REPORT = Path(__file__).parent / "conformance" / "reports" / "report-1.0.0.json"
COMMAND = Path(sys.executable).with_name("checkpoint-contract")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ('"$0" report schema | head -n 1 > /dev/null; exit "${PIPESTATUS[0]}"', ExitCode.SUCCESS, 0),
        ('"$0" list >&-', ExitCode.SUCCESS, 0),
        ('"$0" list > /dev/full', ExitCode.USAGE, 1),
        ('"$0" --help > /dev/full', ExitCode.USAGE, 1),
        ('"$0" explain nothing > /dev/full', ExitCode.USAGE, 1),
        ('"$0" diff missing.yaml 2>&-', ExitCode.USAGE, 0),
        ('"$0" diff missing.yaml 2> /dev/full', ExitCode.USAGE, 0),
        ('"$0" list >&- 2>&- < /dev/null', ExitCode.SUCCESS, 0),
    ],
)
def test_streams_that_end_keep_the_exit_code(line: str, code: ExitCode, said: int) -> None:
    """Only output that is lost against the caller's will changes the code, and one line says so."""
    ended = subprocess.run(["bash", "-c", line, COMMAND], capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert ended.stderr.count("\n") == said
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_output_to_a_reader_that_left_is_dropped() -> None:
    """Whoever writes to a pipe that nobody reads goes on, and nothing counts as lost."""
    reading, writing = os.pipe()
    os.close(reading)
    output = Output(writing)
    with io.TextIOWrapper(io.BufferedWriter(output), encoding="utf-8", write_through=True) as stream:
        for _ in range(3):
            stream.write("a line\n")
            stream.flush()
    os.close(writing)
    assert isinstance(output.failure, BrokenPipeError)
    assert output.lost == ""


@pytest.mark.parametrize("encoding", ["latin-1", "gbk"])
def test_text_for_people_has_the_encoding_of_the_locale(encoding: str) -> None:
    """What the encoding lacks is escaped, and is no error."""
    ended = subprocess.run(
        [COMMAND, "explain", "REQ-11", "--lang", "zh"],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (ExitCode.SUCCESS, b"")
    assert ("的" if encoding == "gbk" else r"\u7684") in ended.stdout.decode(encoding)


@pytest.mark.parametrize(
    "line",
    [
        "report show {report} --format html --lang zh",
        "report matrix {report} --format markdown --lang zh",
        "diff {base} {revision} --format json",
        "changelog {base} {revision}",
    ],
)
def test_a_document_is_utf_8_in_any_locale(line: str, tmp_path: Path) -> None:
    """The same bytes are written, whatever the encoding of the locale."""
    base = ROOT / "openapi" / "checkpoint.yaml"
    revision = tmp_path / "revision.yaml"
    text = base.read_text(encoding="utf-8").replace("maxItems: 64", "maxItems: 32")
    revision.write_text(text.replace("summary: ", "summary: é → ", 1), encoding="utf-8")
    words = line.format(report=REPORT, base=base, revision=revision).split()
    ended = [
        subprocess.run(
            [COMMAND, *words],
            env=os.environ | {"PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )
        for encoding in ("utf-8", "gbk")
    ]
    assert not ended[0].stdout.isascii()
    assert ended[1].stdout == ended[0].stdout
    assert ended[1].returncode in (ExitCode.SUCCESS, ExitCode.FAILURE)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_only_a_person_gets_a_live_line(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline, and a terminal that cannot move its cursor, get plain lines."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert is_interactive(_Terminal())
    assert not is_interactive(io.StringIO())
    monkeypatch.setenv(name, value)
    assert not is_interactive(_Terminal())


@pytest.mark.parametrize(
    ("setting", "coloured"),
    [("NO_COLOR=1", False), ("CI=1", False), ("TERM=dumb", False), ("ANYTHING=1", True)],
)
def test_colours_are_for_people(setting: str, coloured: bool) -> None:
    """NO_COLOR and CI make a command plain, even on a terminal, and so does one without colours."""
    variable, _, value = setting.partition("=")
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI")}
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        subprocess.run(
            [COMMAND, "report", "diff", REPORT, REPORT],
            env={**environment, "TERM": "xterm", variable: value},
            stdout=theirs,
            check=True,
        )
        os.close(theirs)
        shown = terminal.read(4096)
    assert b"No regression" in shown
    assert (b"\x1b[" in shown) is coloured
