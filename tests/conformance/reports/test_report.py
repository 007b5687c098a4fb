"""The JSON report says what happened, in the published form, byte for byte, and without secrets."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from checkpoint_conformance.commands.explain.probe_names import summary_of
from checkpoint_conformance.language import speaking
from checkpoint_conformance.reports.files import held, prepare, write_all, write_atomically
from checkpoint_conformance.reports.merge import merge
from checkpoint_conformance.reports.report import SCHEMA, ReportError, read_report
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.target.secrets import Secrets
from mutants.service.server import Server, running

from conformance.closed import closed
from conformance.runs import Broken, Dropping, Parrot, finished, report, requirement, target_of

if TYPE_CHECKING:
    from pathlib import Path


def opened(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the closed schema with the one place left open where two descriptions meet."""
    copy: dict[str, Any] = closed(schema)
    finding = copy["$defs"]["observations"]["properties"]["findings"]["items"]
    finding["allOf"] = [
        {"$ref": "#/$defs/open-finding"},
        schema["$defs"]["observations"]["properties"]["findings"]["items"]["allOf"][1],
    ]
    finding["unevaluatedProperties"] = False
    copy["$defs"]["open-finding"] = schema["$defs"]["finding"]
    return copy


@pytest.mark.parametrize(
    ("behaviour", "shard"), [(Server, ""), (Broken, ""), (Dropping, ""), (Broken, "2/3"), (Dropping, "all")]
)
def test_a_report_is_what_the_published_schema_describes_and_nothing_more(
    behaviour: type[Server], shard: str
) -> None:
    """A real report validates against the schema even where that allows no further members."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert jsonschema_rs.meta.is_valid(schema)
    validator = jsonschema_rs.Draft202012Validator(opened(schema))
    if shard == "all":
        found, _ = merge([report(behaviour, f"{index}/2") for index in (1, 2)], (), date(2027, 1, 1))
    else:
        found = report(behaviour, shard)
    errors = validator.iter_errors(found)
    assert [f"{error.instance_path}: {error.message[:200]}" for error in errors] == []


def test_the_schema_of_these_tests_leaves_no_room() -> None:
    """A member that nobody described is found, at the root and further in."""
    validator = jsonschema_rs.Draft202012Validator(opened(json.loads(SCHEMA.read_text(encoding="utf-8"))))
    found = report(Server)
    found["header"]["extra"] = found["extra"] = 1
    assert len(list(validator.iter_errors(found))) == 2


def test_a_report_names_every_active_requirement_and_its_verdicts() -> None:
    """The report of a broken server holds every requirement, and each kind of outcome it is meant to show."""
    found = report(Broken)
    assert found["verdict"] == found["profiles"]["core"] == "not conformant"
    assert found["profiles"]["discovery"] == "conformant"
    assert {item["outcome"] for item in found["requirements"]} == {
        "pass",
        "fail",
        "warn",
        "skip",
        "inconclusive",
    }
    assert requirement(found, "REQ-11")["findings"][0]["actual"].startswith("200")
    assert requirement(found, "REQ-16")["detail"].endswith("flaky")


def test_a_report_holds_every_exchange_that_a_finding_names() -> None:
    """No finding points to an exchange that is not in the report."""
    found = report(Broken)
    numbers = {exchange["number"] for exchange in found["exchanges"]}
    named = {
        n for item in found["requirements"] for finding in item["findings"] for n in finding["exchanges"]
    }
    assert named
    assert named <= numbers


def test_a_lost_answer_is_told_as_a_fault_of_the_transport() -> None:
    """An exchange without an answer says what came instead."""
    found = report(Dropping)
    number = requirement(found, "HTTP-3")["findings"][0]["exchanges"][-1]
    exchange = next(each for each in found["exchanges"] if each["number"] == number)
    assert exchange["response"] is None
    assert exchange["fault"]["kind"] == "dropped"


@pytest.mark.parametrize("form", WRITERS)
def test_no_form_of_a_report_shows_a_secret(form: str) -> None:
    """A server that repeats tokens everywhere gets none of them into any report, whole or cut off."""
    with running(Parrot) as table:
        values = Secrets(target_of(table)).values.values()
    text = WRITERS[form].render(report(Parrot))
    assert len(text) > 100
    for value in values:
        assert value not in text
        assert value[: len(value) // 2] not in text


def test_the_report_of_a_leaking_server_still_says_what_leaked() -> None:
    """Where a token stood there is its name, so that the finding can be understood."""
    assert "{{token}}" in json.dumps(report(Parrot))


def test_reports_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A write that fails leaves the old file, and no other beside it."""
    target = tmp_path / "file"
    write_atomically(target, ["old"])
    with pytest.raises(UnicodeEncodeError):
        write_atomically(target, ["new", " \ud800"])
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_every_form_is_written(tmp_path: Path) -> None:
    """A run's folder holds each form under its name, and the JSON report reads back the same."""
    path = write_all(tmp_path / "a" / "b", report(Broken))
    written = {file.name for file in path.parent.iterdir()}
    assert written == {*(writer.file for writer in WRITERS.values()), "bodies"}
    assert read_report(path) == report(Broken)


def test_a_run_does_not_leave_an_older_verdict(tmp_path: Path) -> None:
    """What an earlier run wrote is gone before the next begins, and other files stay."""
    write_all(tmp_path, report(Server))
    (tmp_path / "notes.txt").write_text("mine")
    prepare(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_two_runs_at_once_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second one is refused before it deletes or writes anything, and may use the folder afterwards."""
    folder = tmp_path / "report"
    with held(folder):
        (folder / "report.json").touch()
        with pytest.raises(ReportError, match="another run is using this folder"), held(folder):
            prepare(folder)
        assert (folder / "report.json").exists()
    with held(folder):
        prepare(folder)


def test_a_folder_that_cannot_be_written_is_found_out(tmp_path: Path) -> None:
    """Neither a file in the folder's place nor a folder in a file's place is overlooked."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="file"):
        prepare(tmp_path / "file")
    (tmp_path / "folder" / "report.html").mkdir(parents=True)
    with pytest.raises(ReportError, match=r"report\.html"):
        prepare(tmp_path / "folder")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "not a JSON report"),
        ("[" * 100_000, "not a JSON report"),
        ("[]", "not a report of format 1"),
        ('{"format": 0}', "not a report of format 1"),
        ('{"format": 2}', "a report of format 2; this suite reads format 1"),
        ('{"format": 1}', "at the root"),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_one_line(
    content: str | None, complaint: str, tmp_path: Path
) -> None:
    """The message says which file, and what is wrong with it."""
    file = tmp_path / "report.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ReportError, match=complaint) as raised:
        read_report(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_edited_report_is_refused_with_the_place(tmp_path: Path) -> None:
    """A value that the schema does not allow is named by its path."""
    found = report(Server)
    found["requirements"][3]["outcome"] = "passed"
    file = tmp_path / "report.json"
    file.write_text(json.dumps(found))
    with pytest.raises(ReportError, match="requirements/3/outcome"):
        read_report(file)


def test_a_finding_tells_in_how_many_tries_it_was_seen() -> None:
    """What a repetition showed again was seen more than once, and what it did not show once in several."""
    found = report(Broken)
    told = {
        finding["probe"]: (finding["seen"], finding["tries"], finding["confirmed"])
        for item in found["requirements"]
        for finding in item["findings"]
        if "tries" in finding
    }
    assert all(1 <= seen <= tries for seen, tries, _ in told.values())
    assert told["REQ-11/string-true"] == (2, 2, True)
    assert told["REQ-16/word"] == (1, 6, False)
    assert "REQ-16/word (failed in 1 of 6 tries)" in terminal(found)
    with speaking("zh"):
        assert "6 次尝试中出现 1 次\N{FULLWIDTH RIGHT PARENTHESIS}" in terminal(found)


def test_the_plainest_probe_of_a_requirement_comes_first() -> None:
    """A fault in the documented call is shown before the same one with others, or in another shape."""
    found = requirement(report(Broken), "HTTP-2")["findings"]
    assert found[0]["probe"] == "REQ-13/text"
    assert "AUTH-6/content-type" in [finding["probe"] for finding in found]


def test_the_clause_is_that_of_the_status_that_failed() -> None:
    """HTTP-2 is about every response, and the one that failed is a 400."""
    assert requirement(report(Broken), "HTTP-2")["clause"].endswith("/post/responses/400")
    assert requirement(report(Server), "HTTP-2")["clause"].endswith(
        "/post/responses/200/content/application~1json"
    )


def test_every_probe_of_a_run_can_be_explained() -> None:
    """`explain` knows each name that a run may put into a report."""
    names = {probe.id for probe in finished(Server).asked.values()}
    assert len(names) > 400
    assert [name for name in sorted(names) if not summary_of(name)] == []
