"""Every form of a report says the same, to the readers for which it is made, whatever a server answers."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections import Counter
from unicodedata import east_asian_width
from xml.etree import ElementTree

import pytest
from checkpoint_conformance.language import speaking
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.badge import badge, endpoint
from checkpoint_conformance.reports.writers.github import github
from checkpoint_conformance.reports.writers.har import har
from checkpoint_conformance.reports.writers.junit import junit
from checkpoint_conformance.reports.writers.markdown import markdown
from checkpoint_conformance.reports.writers.terminal import evidence, terminal
from checkpoint_conformance.reports.writers.text import (
    counts,
    duration,
    explained,
    listed,
    printable,
    repetition,
)
from checkpoint_openapi.load import document
from click import unstyle
from junitparser import Error, Failure, JUnitXml, Skipped
from mutants.service.server import Server

from conformance.runs import QUICK, Broken, Dropping, report, requirement, with_verdict

PAIRED = ("conformant", "not conformant", "partial", "inconclusive", "error")


# -- JUnit


def test_junit_readers_count_a_case_for_each_requirement() -> None:
    """A standard reader sees one case for each requirement, with the outcomes of the report."""
    found = report(Broken)
    read = JUnitXml.fromstring(junit(found).encode())
    cases = {case.name.split()[0]: case for suite in read for case in suite}
    assert sorted(cases) == sorted(item["id"] for item in found["requirements"])
    assert read.tests == len(found["requirements"])
    number = Counter(item["outcome"] for item in found["requirements"])
    assert (read.failures, read.errors, read.skipped) == (
        number["fail"],
        number["inconclusive"],
        number["skip"],
    )
    assert min(number.values()) > 0
    kinds = {name: [type(result) for result in case.result] for name, case in cases.items()}
    assert kinds["REQ-11"] == [Failure]
    assert kinds["REQ-16"] == [Error]
    assert kinds["CONF-1"] == [Skipped]
    assert kinds["REQ-14"] == kinds["REQ-1"] == []


def test_junit_tells_the_evidence() -> None:
    """A failure says what was expected, what came, and how to see it again; a warning tells it and passes."""
    read = JUnitXml.fromstring(junit(report(Broken)).encode())
    cases = {case.name.split()[0]: case for suite in read for case in suite}
    failure = cases["REQ-11"].result[0]
    assert failure.message.startswith("expected 400, got 200")
    assert "Repeat: curl" in failure.text
    assert "HTTP/1.1 200" in failure.text
    assert "Probe: REQ-14/" in cases["REQ-14"].system_out


@pytest.mark.parametrize("level", ["MUST", "SHOULD"])
def test_junit_never_passes_what_is_not_decided(level: str) -> None:
    """An undecided requirement is an error where it binds, and skipped where it advises."""
    found = report(Broken)
    requirement(found, "REQ-16")["level"] = level
    read = JUnitXml.fromstring(junit(found).encode())
    case = next(case for suite in read for case in suite if case.name.startswith("REQ-16 "))
    assert [type(result) for result in case.result] == [Error if level == "MUST" else Skipped]


def test_junit_has_a_case_for_each_waiver() -> None:
    """A waiver that makes the run fail is a failure; one that counts is skipped."""
    found = report(Server)
    waiver = {"requirement": "REQ-1", "probe": None, "reason": "r", "link": "l", "expires": "2027-01-01"}
    found["waivers"] = [waiver | {"state": state} for state in ("applied", "stale", "expired", "open")]
    suite = list(JUnitXml.fromstring(junit(found).encode()))[-1]
    assert suite.name.endswith("waivers")
    assert [type(case.result[0]) for case in suite] == [Skipped, Failure, Failure, Skipped]


# -- HAR


def test_har_is_of_version_1_2() -> None:
    """Each entry has the members that HAR 1.2 requires."""
    log = json.loads(har(report(Broken)))["log"]
    assert log["version"] == "1.2"
    assert log["creator"].keys() >= {"name", "version"}
    assert log["entries"]
    for entry in log["entries"]:
        assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
        assert entry["timings"].keys() >= {"send", "wait", "receive"}
        message = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert entry["request"].keys() >= message | {"method", "url", "queryString"}
        assert entry["response"].keys() >= message | {"status", "statusText", "content", "redirectURL"}
        assert entry["response"]["content"].keys() >= {"size", "mimeType"}


def test_har_keeps_every_byte() -> None:
    """Bodies have their size, and what is not UTF-8 stands in base64."""
    found = report(Broken)
    entries = {entry["_number"]: entry for entry in json.loads(har(found))["log"]["entries"]}
    number = requirement(found, "HTTP-2")["findings"][0]["exchanges"][-1]
    content = entries[number]["response"]["content"]
    assert content["encoding"] == "base64"
    body = base64.b64decode(content["text"])
    assert b"caf\xe9" in body
    assert content["size"] == entries[number]["response"]["bodySize"] == len(body)
    assert "HTTP-2 " in entries[number]["comment"]
    request = entries[number]["request"]
    assert {"name": "Content-Length", "value": str(request["bodySize"])} in request["headers"]


def test_har_tells_an_answer_that_never_came() -> None:
    """A dropped connection is an entry of status 0 with its fault."""
    entries = json.loads(har(report(Dropping)))["log"]["entries"]
    lost = [entry["response"]["_error"] for entry in entries if entry["response"]["status"] == 0]
    assert "dropped: the connection was closed without a response" in lost


# -- Markdown, badge, terminal


def test_the_summary_tells_verdict_failures_and_every_requirement() -> None:
    """The Markdown holds the verdict, each failure with its call, and a row for each requirement."""
    found = report(Broken)
    text = markdown(found)
    assert text.startswith("## ❌ Nimbus \\<Backup\\> \\& Sons 1: not conformant")
    assert "### ❌ REQ-11 (MUST)" in text
    assert "### ⚠️ REQ-14 (SHOULD)" in text
    assert "```sh\n  curl" in text
    rows = [
        line for line in text.split("\n") if re.match(r"\| \S+ (pass|fail|warn|skip|inconclusive) \|", line)
    ]
    assert len(rows) == len(found["requirements"])
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_the_summary_cannot_be_broken_by_a_server() -> None:
    """What a server said stands in code spans and fences that it cannot leave."""
    text = markdown(report(Broken))
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.DOTALL)
    assert "<script" not in outside
    assert "\x1b" not in text


@pytest.mark.parametrize("verdict", PAIRED)
def test_the_badge_says_the_verdict_in_both_forms(verdict: str) -> None:
    """The SVG is well-formed and named for screen readers; the endpoint says the same."""
    found = with_verdict(verdict)
    root = ElementTree.fromstring(badge(found))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == f"checkpoint contract {document()['info']['version']}: {verdict}"
    data = json.loads(endpoint(found))
    assert (data["schemaVersion"], data["message"], data["isError"]) == (1, verdict, verdict == "error")
    assert f'fill="#{data["color"]}"' in badge(found)


def test_an_annotation_says_what_was_found() -> None:
    """Each requirement that is not met is a line of its severity, whose data no answer can end."""
    found = report(Broken)
    requirement(found, "REQ-11")["findings"][0]["actual"] = "100 %\r\n::error::no"
    severities = dict(re.findall(r"^::(\w+) title=(\S+)", github(found), re.MULTILINE))
    assert severities.keys() == {"error", "warning"}
    line = next(line for line in github(found).splitlines() if "title=REQ-11 (MUST)::" in line)
    assert line.endswith("%0Aexpected 400, got 100 %25\\x0d%0A::error::no")
    told = [item["id"] for item in found["requirements"] if item["outcome"] not in ("pass", "skip")]
    assert re.findall(r"^::\w+ title=(\S+)", github(found), re.MULTILINE) == told


def test_markdown_repeats_each_failure_once() -> None:
    """Every probe that found something is named, and the first of each failure comes with its call."""
    found = report(Broken)
    text = markdown(found)
    told = [item for item in found["requirements"] if item["outcome"] in ("fail", "warn", "inconclusive")]
    assert text.count("```sh") == len(told)
    assert all(f"`{finding['probe']}`" in text for item in told for finding in item["findings"])


def test_the_badge_names_profiles_and_shards() -> None:
    """No badge says conformant of more than what was verified."""
    whole = json.loads(endpoint(report(Server)))
    assert whole["message"] == "conformant (core, deletion, discovery)"
    assert json.loads(endpoint(report(Broken, "2/3")))["label"].endswith("shard 2/3")


def test_junit_tells_how_long_each_requirement_took() -> None:
    """A case has the time of its probes, a suite that of its cases, and the whole that of the run."""
    found = report(Broken)
    read = JUnitXml.fromstring(junit(found).encode())
    times = {case.name.split()[0]: case.time for suite in read for case in suite}
    for item in found["requirements"]:
        assert times[item["id"]] == pytest.approx(item["elapsed_ms"] / 1000, abs=1e-3)
    assert sum(map(bool, times.values())) > 20
    for suite in read:
        assert suite.time == pytest.approx(sum(case.time for case in suite), abs=1e-2)
    assert read.time == found["footer"]["elapsed"]


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0.0, "0 ms"),
        (0.1234, "0.123 ms"),
        (12.345, "12.3 ms"),
        (999.6, "1 s"),
        (1000, "1 s"),
        (123_456, "123 s"),
    ],
)
def test_a_time_has_three_digits_and_a_unit(milliseconds: float, shown: str) -> None:
    """Milliseconds below a second, seconds above."""
    assert duration(milliseconds) == shown.replace(" ", "\N{NO-BREAK SPACE}")


def test_the_terminal_has_a_line_for_each_requirement_and_the_evidence() -> None:
    """Failures come with clause, expected, actual and call; the last lines say the verdict and why."""
    found = report(Broken)
    text = unstyle(terminal(found))
    lines = text.split("\n")
    declared = [item for item in found["requirements"] if item["profile"] in found["profiles"]]
    assert [line.split()[2] for line in lines[: len(declared)]] == [item["id"] for item in declared]
    for word in ("clause", "probe", "expected", "actual", "repeat    curl"):
        assert re.search(rf"^  {word}", text, re.MULTILINE)
    assert "not conformant" in lines[-2]
    assert lines[-1] == explained(found)
    assert "\u202e" not in text


def test_the_terminal_tells_one_finding_at_length() -> None:
    """The first probe of a failure comes with its call, the next three have a line, the rest a number."""
    found = report(Broken)
    failed = requirement(found, "RESP-3")
    told = unstyle("\n".join(evidence(failed, found)))
    assert told.count("  repeat    curl") == 1
    assert re.findall(r"^  also      (\S+): ", told, re.MULTILINE) == [
        finding["probe"] for finding in failed["findings"][1:4]
    ]
    assert told.endswith(f"and {len(failed['failing']) - 4} more")


def test_the_terminal_shows_each_call_once() -> None:
    """A call that shows failures of two requirements is written at the first, and named at the second."""
    found = copy.deepcopy(report(Broken))
    requirement(found, "RESP-4")["findings"] = copy.deepcopy(requirement(found, "RESP-3")["findings"])
    told = unstyle(terminal(found))
    repeats = re.findall(r"^  repeat    (.*)$", told, re.MULTILINE)
    assert "the same command as for RESP-3" in repeats
    calls = re.findall(r"^  repeat    (curl .*(?:\n {12}.*)*)", told, re.MULTILINE)
    assert len(calls) > 2
    assert len(calls) == len(set(calls))


def test_a_line_of_the_terminal_tells_what_was_expected_otherwise() -> None:
    """A further finding names its own expectation where it differs from that of the first."""
    found = report(Broken)
    failed = requirement(found, "RESP-3")
    failed["findings"][1] |= {"expected": "400 or 404", "actual": "500"}
    told = f"{failed['findings'][1]['probe']}: expected 400 or 404, got 500"
    assert told in unstyle("\n".join(evidence(failed, found)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_narrow_terminal_breaks_lines_under_their_text(language: str) -> None:
    """A line that is too long goes on under its text; a call stays as it is pasted."""
    found = report(Broken)
    with speaking(language):
        lines = unstyle(terminal(found, width=60)).split("\n")
    listed = lines[: lines.index("")]
    margins = {len(line) - len(line.lstrip()) for line in listed}
    assert margins == {0, 31}
    columns = [sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line) for line in listed]
    assert 50 < max(columns) <= 60
    assert any(len(line) > 150 for line in lines if "--data-binary" in line)


def test_the_terminal_names_some_of_the_checkpoints_that_are_left() -> None:
    """A hundred ids say nothing to a reader: three are named, and where all of them are."""
    found = report(Broken)
    found["checkpoints"] = {"limit": 20, "created": 20, "ids": [*"abcdefghij"], "deleted": []}
    assert "Left on the server: a, b, c and 7 more (report.json has all ids)" in unstyle(terminal(found))
    narrow = unstyle(terminal(found, width=50))
    assert "a, b, c and 7 more\n(report.json has all ids)" in narrow


def test_a_run_that_met_its_cap_says_what_it_did_not_reach() -> None:
    """The reason of the verdict names what max_creates left out, and what would be enough if that helps."""
    found = report(Broken)
    requirement(found, "NF-3").update(outcome="skip", reason="budget-spent", detail="")
    found["checkpoints"].update(limit=25, enough=79)
    assert explained(found).endswith("max_creates = 25 is too small for NF-3; 79 is enough.")
    found["checkpoints"].update(limit=80)
    spent = "Wrongly accepted requests used up max_creates = 80, so calls were left out for NF-3."
    assert explained(found).endswith(spent)
    assert explained(report(Broken)).endswith("RESP-3.")


def test_a_list_of_names_is_cut_only_where_that_is_shorter() -> None:
    """Instead of "and 1 more" the name itself is told."""
    assert listed([*"abcd"], most=3) == "a, b, c, d"
    assert listed([*"abcde"], most=3) == "a, b, c and 2 more"


def test_a_failure_after_a_refusal_is_repeated_with_the_refusal() -> None:
    """What a connection carried before is sent, too, unless a body is read from standard input."""
    first, second = "curl --silent 'http://a/1'", "curl --silent 'http://a/2'"
    exchanges = {
        1: {"number": 1, "connection": 7, "context": "none", "curl": "curl --silent 'http://a/0'"},
        2: {"number": 2, "connection": 8, "context": "connection", "curl": first},
        3: {"number": 3, "connection": 8, "context": "connection", "curl": second},
    }
    both = f"{first} \\\n  --next --silent 'http://a/2'"
    assert repetition({"exchanges": [1, 2, 3]}, exchanges) == both
    assert repetition({"exchanges": [3]}, exchanges) == both
    assert repetition({"exchanges": [2]}, exchanges) == first
    exchanges[3]["context"] = "none"
    assert repetition({"exchanges": [3]}, exchanges) == second
    exchanges[2]["curl"] = "printf 'x' |\n  curl --data-binary @- 'http://a/1'"
    assert repetition({"exchanges": [1, 2, 3]}, exchanges) == second
    assert repetition({"exchanges": []}, exchanges) == ""


def test_a_quiet_terminal_says_the_verdict_alone() -> None:
    """Two lines: the verdict and its reason."""
    assert len(terminal(report(Broken), quiet=True).split("\n")) == 2


@pytest.mark.parametrize("verdict", PAIRED)
def test_every_verdict_is_explained(verdict: str) -> None:
    """The reason names what decided."""
    found = with_verdict(verdict)
    changed = {"not conformant": "fail", "partial": "skip", "inconclusive": "inconclusive"}
    requirement(found, "REQ-2")["outcome"] = changed.get(verdict, "pass")
    reason = explained(found)
    assert ("REQ-2" in reason) == (verdict in changed)
    assert reason.endswith(".")


def test_counts_leave_undeclared_profiles_out() -> None:
    """What was never asked for is not counted as skipped."""
    found = counts(report(Server))
    assert found.keys() == {"pass"}
    assert found["pass"] == sum(
        item["profile"] in ("core", *QUICK) for item in report(Server)["requirements"]
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[0m\r\x00", "\\x1b[0m\\x0d\\x00"),
        ("\u202e\ufeff\u2028", "\\u202e\\ufeff\\u2028"),
        ("\ud800\U000e0001", "\\ud800\\U000e0001"),
        ("é漢🙂", "é漢🙂"),
        ("a\u00a0b\u3000\ue000\x7f", "a\u00a0b\u3000\ue000\\x7f"),
    ],
)
def test_letters_that_are_not_seen_are_escaped(text: str, shown: str) -> None:
    """What a reader sees is what was sent; nothing steers his terminal."""
    assert printable(text) == shown


@pytest.mark.parametrize("form", WRITERS)
def test_every_form_ends_with_a_line_break(form: str) -> None:
    """A file of text ends as files of text do."""
    assert WRITERS[form].render(report(Broken)).endswith("\n")


def test_what_nobody_knows_of_is_told() -> None:
    """A call without an id of its own in the response may have left a checkpoint."""
    found, told = report(Server), "Calls that returned no new id: 2; each may have left a checkpoint behind."
    assert "no new id" not in terminal(found)
    found["checkpoints"]["created"] += 2
    assert told in terminal(found)
