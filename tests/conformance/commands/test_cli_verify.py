"""`verify` ends with the documented exit code and one clear line, and never with 0 by accident."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.commands import verification
from checkpoint_conformance.reports.report import read_report
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.run.record import RunRecord
from checkpoint_conformance.run.stages.smoke import ConfigurationError
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.verdict.outcome import Outcome
from click.testing import Result
from mutants.service.server import Server, running

from conformance.runs import Broken, Counting, Parrot, finished, invoke, report, target_of, write_target

if TYPE_CHECKING:
    from mutants.service.wire import Request

TRACES = ("Traceback", 'File "')
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored
from checkpoint_openapi.cli import main
main()
"""


class Recording(Server):
    """A conforming server that remembers what it was sent."""

    sent: list[tuple[str, tuple[tuple[str, str], ...], bytes]]

    def respond(self, request: Request) -> Any:
        """Remember every call, but for the address, which is another each time."""
        if request.method != "GET" and "checkpoints/" not in request.target:
            fields = tuple(field for field in request.headers if field[0] != "Host")
            self.sent.append((request.target, fields, request.body))
        return super().respond(request)


class Slow(Server):
    """A conforming server on which a run takes long enough to be interrupted."""

    hold = 0.05


@pytest.fixture
def canned(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that makes `verify` take a finished run for its own."""

    def use(behaviour: type[Server], **outcomes: Outcome) -> None:
        known = finished(behaviour)
        changed = [
            replace(each, outcome=outcomes.get(each.requirement.id.replace("-", "_"), each.outcome))
            for each in known.results
        ]
        monkeypatch.setattr(verification, "run", lambda *_, **__: replace(known, results=tuple(changed)))

    return use


def complaint(result: Result, code: int) -> str:
    """Return the one line that a command complained with, after a look at its end."""
    assert result.exit_code == code
    assert not any(trace in result.output for trace in TRACES)
    lines = [line for line in result.stderr.splitlines() if not line.startswith("·")]
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    return lines[0]


def test_a_conforming_server_gives_0_and_every_report(target: Path, tmp_path: Path) -> None:
    """The whole way over real HTTP: progress, verdict, reports, exit code; no secret in any of it."""
    folder = tmp_path / "out"
    result = invoke("verify", "--target", target, "--report", folder, "--max-examples", "1")
    assert result.exit_code == 0
    assert "conformant" in result.stdout
    assert "· smoke test (server reachable" in result.stderr
    assert {file.name for file in folder.iterdir() if file.is_file()} == {
        writer.file for writer in WRITERS.values()
    }
    assert Counting.requests > 300


def test_no_artefact_of_a_leaking_server_holds_a_secret(tmp_path: Path, canned: Any) -> None:
    """Neither a file nor a stream shows a token that the server repeated."""
    with running(Parrot) as table:
        file = write_target(table, tmp_path / "target.toml")
        secrets = list(Secrets(target_of(table)).values.values())
    canned(Parrot)
    folder = tmp_path / "out"
    result = invoke("verify", "--target", file, "--report", folder)
    assert result.exit_code == 1
    texts = [result.output, *(file.read_text() for file in folder.rglob("*") if file.is_file())]
    assert len(secrets) == 4
    assert not [secret for secret in secrets for text in texts if secret[:12] in text.replace("gAAAAAB", "")]
    assert not [secret for secret in secrets for text in texts if secret in text]


@pytest.mark.parametrize(
    ("outcomes", "code", "verdict"),
    [
        ({}, 0, "conformant"),
        ({"REQ_5": Outcome.WARN}, 0, "conformant"),
        ({"REQ_2": Outcome.FAIL}, 1, "not conformant"),
        ({"REQ_2": Outcome.SKIP}, 3, "partial"),
        ({"REQ_2": Outcome.INCONCLUSIVE}, 5, "inconclusive"),
        ({"REQ_2": Outcome.ERROR}, 4, "error"),
    ],
)
def test_each_verdict_has_its_exit_code(
    outcomes: dict[str, Outcome], code: int, verdict: str, target: Path, tmp_path: Path, canned: Any
) -> None:
    """The exit code is that of the verdict in the report."""
    canned(Server, **outcomes)
    result = invoke("verify", "--target", target, "--report", tmp_path / "out", "--json")
    assert (result.exit_code, json.loads(result.stdout)["verdict"]) == (code, verdict)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(Outcome.SKIP, 0), (Outcome.PASS, 0), (Outcome.FAIL, 1), (Outcome.ERROR, 4), (Outcome.INCONCLUSIVE, 5)],
)
def test_a_partial_verdict_alone_can_be_accepted(
    outcome: Outcome, code: int, target: Path, tmp_path: Path, canned: Any
) -> None:
    """`--accept partial` turns 3 into 0 and leaves every other code."""
    canned(Server, REQ_2=outcome)
    arguments = ["verify", "--target", target, "--report", tmp_path / "out", "--accept", "partial"]
    assert invoke(*arguments).exit_code == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--target", "nowhere.toml"],
            "nowhere.toml: cannot be read: No such file or directory. `checkpoint-contract target init`",
        ),
        (["--target", "broken.toml"], "broken.toml:1:1: is invalid TOML"),
        (["--target", "unknown.toml"], "unknown key 'tokken'. Did you mean 'token'?"),
        (["--target", "target.toml", "--report", "target.toml/x"], "Error: target.toml/x: Not a directory"),
        (["--target", "target.toml", "--report", "target.toml"], "Error: target.toml: File exists. Name"),
        (
            ["--target", "target.toml", "--waivers", "nowhere.toml"],
            "nowhere.toml: cannot be read: No such file",
        ),
        (["--target", "target.toml", "--against", "target.toml"], "target.toml: not a JSON report"),
        (["--target", "target.toml", "--shard", "4/3"], "--shard 4/3: write k/n"),
        (["target.toml"], "Got unexpected extra argument (target.toml). Did you mean --target target.toml?"),
        (["--target", "gone.toml"], "http://127.0.0.1:9: no connection to 127.0.0.1:9"),
    ],
)
def test_bad_input_gives_2_and_one_line_before_any_request(
    arguments: list[str], words: str, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the caller can fix is named with the place and the remedy, and the server is not asked."""
    monkeypatch.chdir(tmp_path)
    text = target.read_text()
    Path("broken.toml").write_text("= 1")
    Path("unknown.toml").write_text('tokken = "x"\n' + text)
    Path("gone.toml").write_text(re.sub("(?m)^url = .*$", 'url = "http://127.0.0.1:9"', text))
    assert words in complaint(invoke("verify", *arguments), 2)
    assert Counting.requests == 0


def test_a_run_without_a_verdict_leaves_none(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier report is gone once a run has failed, so that nobody takes it for this run's."""

    def fail(*_: object, **__: object) -> RunRecord:
        token = re.search(r'^token = "(.*)"', target.read_text(), re.MULTILINE)
        assert token
        raise ConfigurationError(f"the answer was {token[1]}: check `token`.")

    monkeypatch.setattr(verification, "run", fail)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").write_text("{}")
    line = complaint(invoke("verify", "--target", target, "--report", tmp_path / "out"), 2)
    assert line == "Error: the answer was {{token}}: check `token`."
    assert list((tmp_path / "out").iterdir()) == []


def test_a_fault_of_the_suite_gives_4_and_no_secret(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The traceback is shown, because it is the suite's own, but without the token in it."""

    def fail(given: Any, *_: object, **__: object) -> RunRecord:
        raise RuntimeError(f"no header {given.token}")

    monkeypatch.setattr(verification, "run", fail)
    result = invoke("verify", "--target", target, "--report", tmp_path / "out")
    assert result.exit_code == 4
    assert "RuntimeError: no header {{token}}" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("Error: the suite failed")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_gives_5_and_names_what_it_leaves(number: signal.Signals, tmp_path: Path) -> None:
    """The report has what was judged until then, and no checkpoint is left that nobody knows of."""
    with running(Slow) as table:
        file = write_target(table, tmp_path / "target.toml", profiles=[])
        command = [sys.executable, "-c", PROGRAM, "verify", "--target", file, "--report", tmp_path / "out"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr
            while "valid requests" not in process.stderr.readline():
                assert process.poll() is None, "the run ended before it was interrupted"
            os.kill(process.pid, number)
            stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 5
    why = f"interrupted by {number.name}"
    left = r"Checkpoints left behind: ([0-9a-f, -]{36,})\."
    possible = r"Calls that returned no new id: ([0-9]+); each may have left a checkpoint behind\."
    line = rf"Error: the report is incomplete: {why}\. {left}(?: {possible})? Continue with: "
    said = re.match(line, stderr.splitlines()[-1])
    assert said
    assert not any(trace in stderr for trace in TRACES)
    assert "inconclusive (" in stdout
    written = {file.name for file in (tmp_path / "out").iterdir() if file.is_file()}
    assert written == {each.file for each in WRITERS.values()}
    found = read_report(tmp_path / "out" / "report.json")
    assert found["footer"]["ended"] == why
    assert not found["footer"]["complete"]
    assert found["checkpoints"]["left"] == said[1].split(", ")
    assert found["checkpoints"]["created"] == len(found["checkpoints"]["ids"]) + int(said[2] or 0)


@pytest.mark.parametrize(
    ("earlier", "later", "code"),
    [(Server, Server, 0), (Broken, Broken, 0), (Broken, Server, 0), (Server, Broken, 1)],
)
def test_against_an_earlier_report_only_regressions_fail(
    earlier: type[Server], later: type[Server], code: int, target: Path, tmp_path: Path, canned: Any
) -> None:
    """A server that was broken and still is passes; one that became worse does not."""
    canned(later)
    old = tmp_path / "old.json"
    old.write_text(json.dumps(report(earlier)))
    result = invoke("verify", "--target", target, "--report", tmp_path / "out", "--against", old)
    assert result.exit_code == code
    assert ("regressions" if code else "No regression") in result.stdout


@pytest.mark.parametrize(
    ("requirement", "day", "code", "words"),
    [
        ("REQ-11", "2099-01-01", 1, None),
        ("REQ-12", "2099-01-01", 1, "the waiver of REQ-12 is stale"),
        ("REQ-11", "2020-01-01", 1, "the waiver of REQ-11 expired on 2020-01-01"),
    ],
)
def test_waivers_are_heeded(
    requirement: str, day: str, code: int, words: str | None, target: Path, tmp_path: Path, canned: Any
) -> None:
    """A stale or expired waiver is told in a line with its file."""
    canned(Broken)
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(
        f'[[waivers]]\nrequirement = "{requirement}"\nreason = "r"\nlink = "https://l"\nexpires = {day}\n'
    )
    result = invoke("verify", "--target", target, "--report", tmp_path / "out", "--waivers", waivers)
    assert result.exit_code == code
    if words:
        assert words in complaint(result, code)
        assert str(waivers) in result.stderr
    else:
        assert "waived: r (https://l, until 2099-01-01)" in result.stdout


def test_a_waiver_alone_turns_conformant_into_a_failure(target: Path, tmp_path: Path, canned: Any) -> None:
    """A stale waiver fails the run of a server that conforms."""
    canned(Server)
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers:\n- {requirement: REQ-2, reason: r, link: 'https://l', expires: 2099-01-01}\n"
    )
    result = invoke("verify", "--target", target, "--report", tmp_path / "out", "--waivers", waivers)
    assert "REQ-2 is stale" in complaint(result, 1)


def test_a_shard_answers_for_its_own_part(target: Path, tmp_path: Path) -> None:
    """Verdict and exit code are those of this part, and the last line says so."""
    options = ("--report", tmp_path / "out", "--max-examples", "1", "--shard", "2/2", "--quiet")
    result = invoke("verify", "--target", target, *options)
    assert result.exit_code == 0
    assert "conformant (" in result.stdout
    assert "Shard 2 of 2 passed its own part" in result.stdout
    assert result.stderr == ""
    found = json.loads((tmp_path / "out" / "report.json").read_text())
    assert found["header"]["shard"]["index"] == 2


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("profiles", "least"),
    [
        pytest.param([], 300, id="core"),
        pytest.param(["deletion", "discovery", "observation"], 400, id="all"),
    ],
)
def test_two_runs_send_the_same_requests(profiles: list[str], least: int, tmp_path: Path) -> None:
    """Neither the folder nor the time zone nor the hashes of a process change a byte of what is sent."""
    sent: list[Counter[Any]] = []
    for name, zone in (("one", "Asia/Shanghai"), ("two", "America/Lima")):
        folder = tmp_path / name
        folder.mkdir()
        behaviour = type("Recorded", (Recording,), {"sent": []})
        with running(behaviour) as table:
            command = (sys.executable, "-c", PROGRAM, "verify", "--target")
            environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(len(sent))}
            target = write_target(table, folder / "target.toml", profiles=profiles)
            subprocess.run([*command, target], cwd=folder, env=environment, check=True, capture_output=True)
        sent.append(Counter(behaviour.sent))
    assert sent[0] == sent[1]
    assert sent[0].total() > least


def test_json_on_standard_output_is_the_report(target: Path, tmp_path: Path, canned: Any) -> None:
    """Nothing else is printed there."""
    canned(Broken)
    result = invoke("verify", "--target", target, "--report", tmp_path / "out", "--json")
    assert json.loads(result.stdout) == json.loads((tmp_path / "out" / "report.json").read_text())
    assert result.stderr == ""
