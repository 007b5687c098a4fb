"""Evidence of what passed, and the times of all answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkpoint_conformance.reports.comparison import compare
from checkpoint_conformance.reports.report import build_report, read_report, times
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.har import har
from checkpoint_conformance.reports.writers.html import html
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.run.record import Recorded
from hypothesis import given
from hypothesis import strategies as st
from mutants.service.server import Server

from .runs import Broken, finished, report

BEFORE = Path(__file__).with_name("report-1.0.0.json")
"""A report in the form of the first release, of which some requirements were kept."""


def recorded(behaviour: type[Server], record: Recorded) -> dict[str, Any]:
    """Return the report of a cached run that records these exchanges."""
    run = finished(behaviour)
    return build_report(replace(run, options=replace(run.options, record=record)))


@pytest.mark.parametrize("behaviour", [Server, Broken])
def test_each_requirement_that_passed_has_an_exchange(behaviour: type[Server]) -> None:
    """It is in the report, the page and the HAR, where a comment says what it shows."""
    found = report(behaviour)
    exchanges = {exchange["number"]: exchange for exchange in found["exchanges"]}
    comments = {
        entry["_number"]: entry.get("comment", "") for entry in json.loads(har(found))["log"]["entries"]
    }
    page = html(found)
    for item in found["requirements"]:
        assert len(item["evidence"]) == (item["outcome"] == "pass"), item["id"]
        for number in item["evidence"]:
            assert number in exchanges
            assert f"{item['id']}: pass" in comments[number]
            assert f"Exchange {number}: " in page


def test_an_exchange_of_a_pass_was_judged_for_it() -> None:
    """The evidence of a refusal is a refusal, and that of an answer's member is an accepted call."""
    found = report(Server)
    exchanges = {exchange["number"]: exchange for exchange in found["exchanges"]}
    statuses = {
        item["id"]: exchanges[number]["response"]["status"]
        for item in found["requirements"]
        for number in item["evidence"]
    }
    assert {statuses[name] for name in ("RESP-1", "RESP-3", "REQ-1", "REQ-3")} == {200}
    assert statuses["AUTH-1"] == 401
    assert statuses["ERR-1"] >= 400


def test_only_the_exchanges_that_were_asked_for_are_recorded() -> None:
    """`failures` leaves out what passed, `all` leaves out nothing."""
    failures, one, everything = (recorded(Broken, record) for record in Recorded)
    numbers = [{exchange["number"] for exchange in each["exchanges"]} for each in (failures, one, everything)]
    assert numbers[0] < numbers[1] < numbers[2] == set(range(1, everything["requests"] + 1))
    assert not any(item["evidence"] for item in failures["requirements"])
    assert recorded(Server, Recorded.FAILURES)["exchanges"] == []


@given(st.lists(st.integers(0, 10**6).map(float), max_size=120))
def test_the_times_of_answers_are_summarized(series: list[float]) -> None:
    """Each percentile is one of the values, and as many as it says do not exceed it."""
    told = times(series)
    values = told["series_ms"]
    assert told["count"] == len(values) == len(series)
    if not values:
        assert told["p50_ms"] is told["p99_ms"] is told["max_ms"] is None
        return
    assert told["max_ms"] == max(values)
    for share, name in ((0.5, "p50_ms"), (0.99, "p99_ms")):
        assert told[name] in values
        assert sum(value <= told[name] for value in values) >= share * len(values)
        assert sum(value < told[name] for value in values) < share * len(values)


def test_the_times_are_those_of_all_complete_answers() -> None:
    """The series has one for each, recorded or not."""
    run = finished(Server)
    complete = [each for each in run.exchanges if each.response and not each.fault]
    assert build_report(run)["times"]["series_ms"] == [round(each.elapsed * 1000, 3) for each in complete]


def test_a_report_in_the_form_before_is_read_and_written_anew() -> None:
    """It has no times and no evidence of what passed, and every format and comparison works."""
    found = read_report(BEFORE)
    assert "times" not in found
    for writer in WRITERS.values():
        assert writer.render(found)
    assert "conformant" in terminal(found)
    assert not compare(found, found).regressions
