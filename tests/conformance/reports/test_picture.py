"""The picture of a run shows every request in its place, however many there are, and stays small."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.reports.merge import merge
from checkpoint_conformance.reports.writers.html import html
from checkpoint_conformance.reports.writers.picture import RESULTS, pictures
from hypothesis import given, settings
from hypothesis import strategies as st
from mutants.service.server import Server

from conformance.runs import Broken, Dropping, finished, report

if TYPE_CHECKING:
    from checkpoint_conformance.reports.writers.picture import Picture

STATUSES = st.sampled_from((200, 201, 302, 400, 404, 499, 500, 503, 599))
ANSWER = st.tuples(st.integers(0, 100), st.integers(1, 10_000), STATUSES)


def drawn(answers: list[tuple[float, float, int]], timeout: float = 10) -> Picture:
    """Return the picture of a run with these answers: the second of each, its milliseconds, its status."""
    started, elapsed, statuses = ([*column] for column in zip(*answers, strict=True))
    series = {"started_s": started, "series_ms": elapsed, "statuses": statuses}
    (result,) = pictures(
        {
            "header": {"target": {"timeout": timeout}},
            "times": {"count": len(answers), "phases": [], "incomplete": [], **series},
            "requirements": [],
            "profiles": {},
        }
    )
    return result


def heights(found: Picture) -> list[float]:
    """Return the heights of all points from left to right."""
    points = [point for points in found.points.values() for point in points]
    return [point.y for point in sorted(points, key=lambda point: point.x)]


@pytest.mark.parametrize("behaviour", [Server, Broken, Dropping])
def test_every_request_of_a_run_is_counted_with_its_result(behaviour: type[Server]) -> None:
    """The picture counts what the run sent, by what came back, and so do its phases."""
    (found,), run = pictures(report(behaviour)), finished(behaviour)
    sent = [exchange for exchange in run.exchanges if exchange.response or exchange.fault]
    assert sum(found.counts.values()) == len(sent) == sum(band.requests for band in found.bands)
    accepted = [each for each in sent if not each.fault and each.status in range(200, 300)]
    assert found.counts["accepted"] == len(accepted)
    assert found.counts.get("no complete response", 0) == sum(each.fault is not None for each in sent)
    assert found.bands[0].name == "smoke test"
    assert found.bands[-1].x + found.bands[-1].width == pytest.approx(100)


def test_a_finding_is_marked_where_its_request_is() -> None:
    """The mark of a requirement is at the request that its finding names last."""
    found = report(Broken)
    (shown,) = pictures(found)
    failed = next(item for item in found["requirements"] if item["id"] == "REQ-11")
    numbers = {finding["exchanges"][-1] for finding in failed["findings"]}
    order = sorted(range(1, found["requests"] + 1), key=lambda n: found["times"]["started_s"][n - 1])
    places = sorted((order.index(number) + 0.5) / len(order) * 100 for number in numbers)
    marked = sorted(point.x for name, point in shown.findings if name == "REQ-11")
    assert marked == pytest.approx(places)
    assert all(f'href="#{name}-evidence"' in html(found) for name, _ in shown.findings)


def test_a_merged_report_has_a_picture_of_each_shard() -> None:
    """Each shows the shard's own requests, and marks the findings that the merged report shows there."""
    parts = [report(Broken, f"{index}/2") for index in (1, 2)]
    merged, _ = merge(parts, (), datetime.date(2027, 1, 1))
    shown = pictures(merged)
    assert [sum(found.counts.values()) for found in shown] == [part["requests"] for part in parts]
    failing = {item["id"] for item in merged["requirements"] if item["outcome"] == "fail"}
    assert failing <= {name for found in shown for name, _ in found.findings}
    text = html(merged)
    assert text.count("<figure>") == 2
    assert "<h3>shard 2 of 2</h3>" in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@settings(max_examples=60)
@given(st.lists(ANSWER, min_size=1, max_size=40))
def test_a_longer_answer_is_drawn_higher(answers: list[tuple[float, float, int]]) -> None:
    """On any scale, heights keep the order of the times, and everything is inside the picture."""
    found = drawn(answers)
    in_order = sorted(answers, key=lambda answer: answer[0])
    shown = heights(found)
    assert all(0 <= height <= 100 for height in [*shown, found.timeout])
    assert all(0 <= height <= 100 for height, _ in found.lines)
    if len(shown) == len(in_order):
        ranked = sorted(zip(shown, in_order, strict=True), key=lambda pair: -pair[0])
        times = [answer[1] for _, answer in ranked]
        assert times == sorted(times)
    assert sum(found.counts.values()) == len(answers)
    assert [name for name in RESULTS if name in found.counts] == list(found.counts)


def test_a_run_of_any_length_is_a_small_picture() -> None:
    """Of 50,000 answers at most 2,000 points are drawn, the only slow one and the only error among them."""
    answers = [(float(n), 1 + n * 7 % 41 / 10, 200 if n % 3 else 400) for n in range(50_000)]
    answers[20_000] = (20_000.0, 9_000.0, 200)
    answers[30_000] = (30_000.0, 2.0, 500)
    found = drawn(answers)
    assert sum(map(len, found.points.values())) <= 2000
    assert min(heights(found)) < 10
    (error,) = found.points["server error"]
    assert error.x == pytest.approx(60, abs=0.1)
    assert sum(found.counts.values()) == 50_000


@pytest.mark.parametrize(
    ("elapsed", "timeout", "labels"),
    [([1.0, 900.0], 10, [1, 10, 100, 1000, 10_000]), ([60.0, 90.0], 0.1, [100])],
)
def test_the_scale_is_logarithmic_only_if_times_differ_widely(
    elapsed: list[float], timeout: float, labels: list[float]
) -> None:
    """Powers of ten get a line if times differ widely, else even steps, and the timeout is always inside."""
    shown = drawn([(0.0, elapsed[0], 200), (1.0, elapsed[1], 200)], timeout)
    assert [value for _, value in shown.lines] == labels
    assert 0 < shown.timeout < 100


def test_a_report_without_the_times_of_requests_has_no_picture() -> None:
    """A report of an earlier build shows the figures alone, or not even those."""
    found = report(Server)
    for name in ("started_s", "statuses", "incomplete", "phases"):
        del found["times"][name]
    assert pictures(found) == []
    assert "99 % within" in html(found)
    assert "<figure>" not in html(found)
    del found["times"]
    assert "Response times" not in html(found)


def test_the_picture_is_told_in_words() -> None:
    """It has a name and a description, and the list below it tells what each phase sent."""
    text = html(report(Dropping))
    title = re.search(r'<title id="picture-title-1">([^<]+)</title>', text)
    told = re.search(r'<desc id="picture-text-1">([^<]+)</desc>', text)
    assert title
    assert told
    assert re.fullmatch(r"\d+ accepted, \d+ refused, \d+ no complete response", told[1])
    assert re.search(r"<li>single faults <span>\d+ requests, longest [\d.]+\sm?s</span></li>", text)
