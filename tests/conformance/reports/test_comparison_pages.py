"""The pages that compare reports are complete, safe and small, whatever the servers responded."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from checkpoint_conformance import language
from checkpoint_conformance.reports.comparison.compare import compare
from checkpoint_conformance.reports.comparison.matrix import Matrix, build_matrix
from checkpoint_conformance.reports.comparison.pages import comparison_page, matrix_page
from mutants.service.server import Server

from conformance.runs import HOSTILE, Broken, Dropping, report

from .test_html import Page
from .test_report_matrix import named

PAGES: dict[str, Callable[[], str]] = {
    "matrix": lambda: matrix_page(matrix()),
    "regressions": lambda: comparison_page(compare(report(Server), report(Dropping))),
    "fixes": lambda: comparison_page(compare(report(Broken), report(Server))),
    "nothing": lambda: comparison_page(compare(report(Server), report(Server))),
}
"""The runs behind a page start with the first test that needs them, not when tests are collected."""


def reports() -> list[dict[str, Any]]:
    """Return reports of three servers, two of which have the same name."""
    return [named(Server, "one"), named(Broken, HOSTILE), named(Dropping, "one", "2026-11-02T00:00:00+00:00")]


def matrix() -> Matrix:
    """Return the matrix of these reports."""
    return build_matrix(reports())


@cache
def page_of(name: str) -> Page:
    """Return a parsed page."""
    return Page(PAGES[name]())


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_one_file_without_network(name: str) -> None:
    """Nothing is loaded, only the script of the frame runs, and every link stays within the page."""
    page = page_of(name)
    assert page.open == []
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("script"), tags.count("style")) == (1, 1)
    assert not {*tags} & {"iframe", "img", "object", "base"}
    identifiers = page.values("id")
    assert len(identifiers) == len({*identifiers})
    links = [link for link in page.values("href") if not link.startswith("data:")]
    assert {link for link in links if link[0] != "#"} == set()
    assert {link[1:] for link in links} <= {*identifiers}
    assert not page.values("style")


def test_the_matrix_shows_who_conforms_and_what_changed() -> None:
    """Each cell shows its outcome as a word and a sign, and a failure links to its evidence."""
    page = page_of("matrix")
    text = " ".join("".join(page.text).split())
    assert "Conforming: 1 of 3." in text
    assert "✕ fail ▼ was pass" in text
    cells = [(attributes.get("class"), attributes.get("href")) for _, attributes in page.tags]
    assert ("cell fail", "#REQ-11-evidence") in cells
    assert ("cell fail", "#HTTP-3-evidence") in cells
    rows = [attributes["data-differs"] for _, attributes in page.tags if "data-differs" in attributes]
    told = matrix().rows
    assert rows.count("yes") == sum(row.differs for row in told)
    assert len(rows) == len(told)


def test_the_comparison_tells_the_cause_first() -> None:
    """The requirement whose probes show the fault precedes the general one that it is charged to."""
    page = page_of("regressions")
    assert [each for each in page.values("id") if each in ("NF-1", "HTTP-3")] == ["NF-1", "HTTP-3"]
    assert "1 regression" in "".join(page.text)
    assert "Nothing changed." in "".join(page_of("nothing").text)
    assert "No regression" in "".join(page_of("fixes").text)


def test_thirty_reports_make_one_page() -> None:
    """The page of 30 reports with the same failures is small, and shows each exchange once."""
    one = len(matrix_page(build_matrix([named(Broken, "server 0")])))
    many = matrix_page(build_matrix([named(Broken, f"server {number}") for number in range(30)]))
    assert len(many) < 400_000
    assert many.count("<details") == matrix_page(build_matrix([named(Broken, "server 0")])).count("<details")
    assert len(many) - one < 30 * len(matrix().rows) * 200


def test_thirty_unlike_failures_show_a_few_exchanges() -> None:
    """If all failures differ, the page shows the exchanges of a requirement's first four."""
    unlike = [named(Broken, f"server {number}") for number in range(30)]
    for number, found in enumerate(unlike):
        for item in found["requirements"]:
            for finding in item["findings"]:
                finding["actual"] = f"{number}: {finding['actual']}"
    built = build_matrix(unlike)
    failing = sum(bool(row.alike()) for row in built.rows)
    page = matrix_page(built)
    assert page.count("<details") == 4 * failing
    assert page.count('class="finding"') == 30 * failing


@pytest.mark.parametrize("name", ["matrix", "comparison"])
def test_the_pages_speak_chinese(name: str) -> None:
    """In Chinese, none of the page's own words is English."""
    with language.speaking("zh"):
        page = matrix_page(matrix()) if name == "matrix" else comparison_page(compare(*reports()[:2]))
    text = "".join(Page(page).text)
    for word in ("conform", "Requirement", "Passed", "Before", "After", "Regression", "pass", "differ"):
        assert word not in text
    assert 'lang="zh"' in page
