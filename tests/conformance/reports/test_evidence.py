"""Evidence of what passed, and the times of all answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkpoint_conformance.reports.comparison.compare import compare
from checkpoint_conformance.reports.report import build_report, read_report
from checkpoint_conformance.reports.times import summary
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.har import har
from checkpoint_conformance.reports.writers.html import html
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.run.record import Recorded
from hypothesis import given
from hypothesis import strategies as st
from mutants.service.server import Server

from conformance.runs import Broken, Dropping, finished, report, requirement

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
    told = summary(series)
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
    told = build_report(run)["times"]
    assert told["series_ms"] == [round(each.elapsed * 1000, 3) for each in complete]
    assert told["statuses"] == [each.status for each in complete]
    assert told["started_s"] == [pytest.approx(each.started - run.started, abs=1e-3) for each in complete]


def test_the_times_name_what_got_no_complete_answer() -> None:
    """Each such request has its number, its time and what happened; the other places are the answers'."""
    run = finished(Dropping)
    told = build_report(run)["times"]
    lost = {each.number: each.fault.kind for each in run.exchanges if each.fault}
    assert lost
    assert {each["number"]: each["kind"] for each in told["incomplete"]} == lost
    assert len(told["incomplete"]) + told["count"] == len(run.exchanges)


def test_the_phases_are_in_order_and_cover_the_run() -> None:
    """The first begins with the first request, and each later one after the one before."""
    run = finished(Server)
    told = build_report(run)["times"]
    names, starts = zip(*((each["name"], each["started_s"]) for each in told["phases"]), strict=True)
    assert names[0] == "smoke test"
    assert names[-1] == "clean-up"
    assert list(starts) == sorted(starts)
    assert starts[0] <= told["started_s"][0] + 1e-3


def test_a_requirement_has_the_time_of_its_own_probes() -> None:
    """The times of all requirements together are those of all judged answers."""
    run = finished(Broken)
    found = build_report(run)
    judged = sum(run.exchanges[number - 1].elapsed for number in run.asked)
    assert sum(item["elapsed_ms"] for item in found["requirements"]) == pytest.approx(judged * 1000, abs=1)
    own = [run.exchanges[n - 1].elapsed for n, probe in run.asked.items() if probe.requirement == "REQ-11"]
    assert requirement(found, "REQ-11")["elapsed_ms"] == pytest.approx(sum(own) * 1000, abs=1e-3) != 0


def test_a_report_in_the_form_before_is_read_and_written_anew() -> None:
    """It has no times and no evidence of what passed, and every format and comparison works."""
    found = read_report(BEFORE)
    assert "times" not in found
    for writer in WRITERS.values():
        assert writer.render(found)
    assert "conformant" in terminal(found)
    assert not compare(found, found).regressions
