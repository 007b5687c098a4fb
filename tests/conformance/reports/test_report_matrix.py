"""Reports side by side: who conforms to what, what changed since, and what makes the reports incomparable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance import language
from checkpoint_conformance.reports.comparison.matrix import build_matrix
from checkpoint_conformance.reports.comparison.matrix_markdown import matrix_markdown
from checkpoint_conformance.reports.comparison.matrix_text import matrix_text
from checkpoint_conformance.reports.comparison.notes import notes
from checkpoint_conformance.reports.report import ReportError
from checkpoint_openapi.cli import main
from checkpoint_openapi.load import requirements
from click import unstyle
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mutants.service.server import Server

from conformance.runs import HOSTILE, Broken, Dropping, report, requirement

if TYPE_CHECKING:
    from pathlib import Path


def named(behaviour: type[Server], name: str, started: str = "2026-11-01T00:00:00+00:00") -> dict[str, Any]:
    """Return the report of a server under a name and with the start of its run."""
    found = report(behaviour)
    found["header"]["implementation"] |= {"name": name, "version": ""}
    found["header"]["started"] = started
    return found


def test_each_cell_is_what_its_report_says() -> None:
    """Rows are the requirements in the order of the catalogue, columns the reports in the order given."""
    reports = [named(Server, "one"), named(Broken, "two"), named(Dropping, "three")]
    matrix = build_matrix(reports)
    assert [column.name for column in matrix.columns] == ["one", "two", "three"]
    assert [column.verdict for column in matrix.columns] == [found["verdict"] for found in reports]
    assert [row.id for row in matrix.rows] == [item["id"] for item in reports[0]["requirements"]]
    for row in matrix.rows:
        told = [(cell.outcome, cell.reason) for cell in row.cells if cell]
        items = [requirement(found, row.id) for found in reports]
        assert told == [(item["outcome"], item["reason"]) for item in items]
        assert row.differs == (len({item["outcome"] for item in items}) > 1)
        assert row.passed == sum(item["outcome"] == "pass" for item in items)


def test_a_failure_has_its_plainest_evidence() -> None:
    """A cell of a failure has the first finding of its report, with the exchange and how to repeat it."""
    found = named(Broken, "two")
    (row,) = [row for row in build_matrix([named(Server, "one"), found]).rows if row.id == "REQ-11"]
    passed, failed = row.cells
    assert passed
    assert passed.evidence is None
    assert failed
    assert failed.evidence
    first = requirement(found, "REQ-11")["findings"][0]
    assert (failed.evidence.probe, failed.evidence.actual) == (first["probe"], first["actual"])
    assert failed.evidence.repeat.startswith("curl ")
    assert failed.evidence.exchange
    assert failed.evidence.exchange["number"] in first["exchanges"]


def test_the_same_failure_is_told_once() -> None:
    """Reports that fail alike share one piece of evidence."""
    matrix = build_matrix([named(Broken, "one"), named(Server, "two"), named(Broken, "three")])
    (row,) = [row for row in matrix.rows if row.id == "REQ-11"]
    ((_, numbers),) = row.alike()
    assert numbers == [0, 2]
    told = matrix_text(matrix)
    assert "\n  1, 3: expected 400, got 200 (accepted) (REQ-11/string-true)" in told


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_a_run_is_compared_with_the_latest_earlier_one(order: tuple[int, ...]) -> None:
    """Whatever the order of the reports, each of the same implementation is compared with its predecessor."""
    days = [
        named(Server, "one", "2026-11-01"),
        named(Broken, "one", "2026-11-02"),
        named(Server, "one", "2026-11-03"),
    ]
    matrix = build_matrix([days[day] for day in order])
    since = {column.started: column.since for column in matrix.columns}
    places = {found["header"]["started"]: order.index(day) for day, found in enumerate(days)}
    assert since == {
        "2026-11-01": None,
        "2026-11-02": places["2026-11-01"],
        "2026-11-03": places["2026-11-02"],
    }
    (row,) = [row for row in matrix.rows if row.id == "REQ-11"]
    changes = {
        column.started: (cell.before, cell.change)
        for column, cell in zip(matrix.columns, row.cells, strict=True)
        if cell
    }
    assert changes == {
        "2026-11-01": (None, None),
        "2026-11-02": ("pass", "worse"),
        "2026-11-03": ("fail", "better"),
    }
    assert "fail ▼ was pass" in matrix_markdown(matrix)
    assert "pass ▲ was fail" in matrix_markdown(matrix)


def test_other_implementations_are_not_compared() -> None:
    """A server is no earlier run of another, even if neither has a name."""
    reports = [named(Server, "unnamed"), named(Broken, "unnamed", "2026-11-02")]
    reports[0]["header"]["target"]["url"], reports[1]["header"]["target"]["url"] = "http://a", "http://b"
    matrix = build_matrix([*reports, named(Broken, "two", "2026-11-03")])
    assert [column.since for column in matrix.columns] == [None, None, None]
    assert [column.name for column in matrix.columns] == ["http://a", "http://b", "two"]


def test_names_are_distinct() -> None:
    """Columns that would have the same name have the start of their runs, and then a number, too."""
    days = ["2026-11-01", "2026-11-02", "2026-11-02"]
    matrix = build_matrix([named(Server, "one", day) for day in days] + [named(Server, "two")])
    names = ["one · 2026-11-01", "one · 2026-11-02 (2)", "one · 2026-11-02 (3)", "two"]
    assert [column.name for column in matrix.columns] == names
    given = build_matrix([named(Server, "one", day) for day in days], ["a", "b", "c"])
    assert [column.name for column in given.columns] == ["a", "b", "c"]


def test_other_contracts_are_told() -> None:
    """A requirement that a report's contract does not have is neither passed nor failed, as a note says."""
    old = named(Server, "old")
    old["header"]["contract"]["version"] = "1.0.0"
    old["requirements"] = [item for item in old["requirements"] if item["id"] != "REQ-11"]
    new = named(Server, "new")
    latest = new["header"]["contract"]["version"]
    matrix = build_matrix([old, new])
    assert list(notes(matrix)) == [f"The reports are about different contracts: 1.0.0 (old); {latest} (new)."]
    (row,) = [row for row in matrix.rows if row.id == "REQ-11"]
    assert row.cells[0] is None
    assert row.differs
    assert [each.id for each in matrix.rows] == [item["id"] for item in report(Server)["requirements"]]
    assert "| REQ-11 | MUST | · | ✅ pass |" in matrix_markdown(matrix)


def test_what_makes_reports_unlike_is_told() -> None:
    """Profiles, documents, suites and runs that ended early are told before the numbers."""
    one, two = named(Server, "one"), named(Server, "two")
    del two["profiles"]["deletion"]
    two["header"]["contract"]["sha256"] = "f" * 64
    two["header"]["suite"] = "9.9"
    two["footer"] = {"complete": False, "ended": "interrupted", "elapsed": 1}
    documents, profiles, suites, ended = notes(build_matrix([one, two]))
    assert "different documents" in documents
    assert "ffffffffffff (two)" in documents
    assert profiles.endswith(
        "core, deletion, discovery (one); core, discovery (two). Only declared ones count."
    )
    assert "9.9 (two)" in suites
    assert ended == "The run of two ended early, so only its failures are certain: interrupted."
    (row,) = [row for row in build_matrix([one, two]).rows if row.id == "DEL-1"]
    assert [cell and cell.is_declared for cell in row.cells] == [True, False]


def test_words_give_way_to_signs_where_there_is_no_room() -> None:
    """A wide terminal shows each outcome in words, a narrow one signs and what they mean."""
    reports = [named(Server, "one"), named(Broken, "two")]
    wide, narrow = (unstyle(matrix_text(build_matrix(reports), width)) for width in (120, 80))
    assert "✗ fail" in wide.partition("REQ-11 ")[2].partition("\n")[0]
    assert "pass  ✗" not in wide
    assert "✓ pass  - skip" in narrow
    assert "✓   ✗   " in narrow.partition("REQ-11 ")[2].partition("\n")[0]
    assert max(map(len, narrow.splitlines())) <= 80
    many = build_matrix([named(Broken, f"server {number}") for number in range(30)])
    assert unstyle(matrix_text(many, 120)).count(": not conformant (3 fail") == 30


def test_only_what_differs_is_shown_on_request() -> None:
    """Rows in which all agree are left out, and the totals are still those of all."""
    matrix = build_matrix([named(Server, "one"), named(Broken, "two")]).only_differing()
    assert {row.id for row in matrix.rows} == {"HTTP-2", "REQ-11", "REQ-14", "REQ-16", "RESP-3", "FUZZ-2"}
    total = f"Conforming: 1 of 2. Differing requirements: 6 of {len(report(Server)['requirements'])}."
    assert matrix_text(matrix).endswith(total)
    assert matrix_markdown(matrix).startswith(total)


def test_what_a_server_says_breaks_no_table() -> None:
    """Names and answers with markup, bars and control characters stay inside their cells."""
    broken = named(Broken, HOSTILE)
    text = matrix_markdown(build_matrix([named(Server, "one"), broken]))
    rendered = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script>" not in rendered
    rows = [row.count("<td") for row in rendered.split("<tr>")[2:]]
    assert set(rows) == {4}
    assert "\x1b" not in text + unstyle(matrix_text(build_matrix([broken])))


def test_the_matrix_is_told_in_chinese() -> None:
    """Everything but names, ids and evidence is Chinese."""
    matrix = build_matrix([named(Server, "one"), named(Broken, "two")])
    with language.speaking("zh"):
        text, markdown = matrix_text(matrix), matrix_markdown(matrix)
    for told in (text, markdown):
        assert "不符合" in told
        assert "不通过" in told
        assert "requirements" not in told
        assert "conform" not in told


IDS = tuple(each.id for each in requirements())


@settings(max_examples=40)
@given(st.lists(st.sets(st.sampled_from(IDS), min_size=1), min_size=1, max_size=4))
def test_rows_keep_the_order_of_each_report(chosen: list[set[str]]) -> None:
    """Whichever requirements the contracts have, each stands once, and in every report's own order."""
    template = report(Server) | {"exchanges": []}
    reports = [
        template | {"requirements": [item for item in template["requirements"] if item["id"] in names]}
        for names in chosen
    ]
    rows = [row.id for row in build_matrix(reports).rows]
    assert len(rows) == len({*rows}) == len(set().union(*chosen))
    for found in reports:
        own = [item["id"] for item in found["requirements"]]
        assert [name for name in rows if name in own] == own


def test_a_shard_is_refused() -> None:
    """The report of a shard says nothing about the rest; the message says what to do."""
    with pytest.raises(ReportError, match=r"shard 1 of 3 .* `report merge`"):
        build_matrix([report(Server, "1/3")])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "not a report of format 1"),
        ('{"format": 2}', "a report of format 2; this suite reads format 1"),
        ('{"format": "new"}', "not a report of format 1"),
        ("", "not a JSON report"),
        ("[" * 100_000, "not a JSON report"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(content: str, said: str, tmp_path: Path) -> None:
    """The message names the file, says what is wrong with it, and ends with 2."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(report(Server)))
    bad.write_text(content)
    result = CliRunner().invoke(main, ["report", "matrix", str(good), str(bad)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{bad}: " in result.stderr
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_command_prints_each_form(tmp_path: Path) -> None:
    """`--format` chooses the form, `--name` the names of the columns, once for each report."""
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file, behaviour in zip(files, (Server, Broken), strict=True):
        file.write_text(json.dumps(report(behaviour)))

    def printed(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["report", "matrix", *map(str, files), *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    names = ["--name", "left", "--name", "right"]
    assert " 2  right: not conformant" in printed(*names)
    assert "| left | right |" in printed(*names, "--format", "markdown")
    told = json.loads(printed(*names, "--format", "json", "--differing"))
    assert [column["name"] for column in told["columns"]] == ["left", "right"]
    (row,) = [row for row in told["requirements"] if row["id"] == "REQ-11"]
    assert [cell["outcome"] for cell in row["cells"]] == ["pass", "fail"]
    assert row["cells"][1]["evidence"]["probe"] == "REQ-11/string-true"
    few = CliRunner().invoke(main, ["report", "matrix", *map(str, files), "--name", "left"])
    assert (few.exit_code, few.stderr) == (2, "Error: --name: 1 names for 2 reports. Give one for each.\n")
