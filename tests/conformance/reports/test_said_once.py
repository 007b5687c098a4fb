"""What many requirements or findings have in common is said once, and in words that fit the number."""

from __future__ import annotations

import re
from typing import Any

import pytest
from checkpoint_conformance.language import speaking
from checkpoint_conformance.probes.probe import REFUSALS, Probe
from checkpoint_conformance.reports.comparison.matrix import build_matrix
from checkpoint_conformance.reports.comparison.pages import matrix_page
from checkpoint_conformance.reports.writers.github import github
from checkpoint_conformance.reports.writers.html import html
from checkpoint_conformance.reports.writers.markdown import markdown
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.reports.writers.text import declared, notes, sent, sightings
from checkpoint_conformance.transport.exchange import Request
from mutants.service.server import Server

from conformance.runs import Broken, report

WHY = "the run ended early: the time limit of 5 s was reached"


@pytest.fixture
def ended() -> dict[str, Any]:
    """Return the report of a run that ended before it judged anything but the failures."""
    found = report(Broken)
    for item in found["requirements"]:
        if not item["findings"]:
            item.update(outcome="inconclusive", reason=None, detail=WHY)
    found["footer"].update(complete=False, ended="the time limit of 5 s was reached")
    return found


@pytest.mark.parametrize("form", [terminal, markdown, github])
def test_a_reason_in_common_is_given_once(ended: dict[str, Any], form: Any) -> None:
    """The others only name the first requirement that has it, or stand with it."""
    told = form(ended)
    assert told.count("the run ended early") == 1
    shown = ended["requirements"] if form is markdown else declared(ended)
    undecided = [item["id"] for item in shown if item["detail"] == WHY]
    assert len(undecided) > 40
    if form is github:
        assert f"::warning title={undecided[0]}%2C {undecided[1]}%2C " in told
    else:
        assert told.count(f"same reason as {undecided[0]}") == len(undecided) - 1


def test_the_page_folds_what_was_not_decided_for_one_reason(ended: dict[str, Any]) -> None:
    """Each of them is still where the overview leads; what has findings keeps its card."""
    page = html(ended)
    assert page.count('<dl class="skipped">') == 1
    for item in ended["requirements"]:
        links = re.findall(rf'href="#({item["id"]}-evidence)"', page)
        assert all(page.count(f'id="{link}"') == 1 for link in links)
    assert page.count("<article") == sum(bool(item["findings"]) for item in ended["requirements"])


def test_a_reason_of_its_own_stays() -> None:
    """Each different reason is given in full, and a short one is not made longer."""
    items = [
        {"id": name, "reason": reason, "detail": detail}
        for name, reason, detail in (
            ("A-1", None, "the first"),
            ("A-2", "waived", ""),
            ("A-3", None, "the first of several reasons"),
            ("A-4", "waived", ""),
            ("A-5", None, "the first of several reasons"),
            ("A-6", None, ""),
        )
    ]
    told = ["the first", "waived", "the first of several reasons", "waived", "same reason as A-3", ""]
    given = notes(items)
    assert [given[item["id"]] for item in items] == told


@pytest.mark.parametrize(
    ("requests", "told", "chinese"),
    [
        (1, "1 request in 0.2 s", "共发送 1 个请求\N{FULLWIDTH COMMA}用时 0.2 秒"),
        (2, "2 requests in 0.2 s", "共发送 2 个请求\N{FULLWIDTH COMMA}用时 0.2 秒"),
    ],
)
def test_requests_are_counted(requests: int, told: str, chinese: str) -> None:
    """One request is no requests."""
    found = {"requests": requests, "footer": {"elapsed": 0.2}}
    assert sent(found) == told
    with speaking("zh"):
        assert sent(found) == chinese


def test_one_try_is_no_ratio() -> None:
    """A finding that was tried once says so without counting."""
    assert sightings({"tries": 1, "seen": 1}) == "failed once, not retried"
    assert sightings({"tries": 2, "seen": 2}) == "failed in 2 of 2 tries"


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        ({400}, "400"),
        ({404, 400, 403}, "400 or 403 or 404"),
        ({404, 400, 403, 401}, "one of 400, 401, 403, 404"),
        (REFUSALS, "one of"),
        (set(range(400, 500)), "4xx"),
    ],
)
def test_allowed_statuses_are_told(allowed: set[int], told: str) -> None:
    """A few are alternatives, some are a list, and all of a class are the class."""
    probe = Probe("REQ-1/some", "REQ-1", "a request", Request("GET", "/"), frozenset(allowed))
    assert probe.expected.startswith(told)


def test_the_legend_stands_before_the_table() -> None:
    """Who reads a long matrix knows its signs beforehand."""
    page = matrix_page(build_matrix([report(Server), report(Broken)]))
    assert page.index('<ul class="legend">') < page.index('<table class="matrix')
