"""The pages of reports side by side in a real Chromium: at any width, in both colours, filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.reports.comparison.compare import compare
from checkpoint_conformance.reports.comparison.matrix import build_matrix
from checkpoint_conformance.reports.comparison.pages import comparison_page, matrix_page
from conformance.runs import Broken, Dropping, report
from mutants.service.server import Server
from selenium import webdriver
from selenium.webdriver.common.by import By

from .conftest import OPEN, follow

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.browser


def page_of(name: str) -> str:
    """Return a page: of a few reports, of many, or of two compared."""
    if name == "comparison":
        return comparison_page(compare(report(Broken), report(Dropping)))
    count = {"matrix": 1, "many": 10}[name]
    behaviours = (Server, Broken, Dropping) * count
    return matrix_page(build_matrix(map(report, behaviours), [f"server {i}" for i in range(3 * count)]))


@pytest.fixture
def show(open_page: Callable[..., webdriver.Chrome]) -> Callable[..., webdriver.Chrome]:
    """Return a function that opens a page at a width and in a colour scheme."""

    def show(name: str, width: int = 1280, scheme: str = "light") -> webdriver.Chrome:
        page = open_page(page_of(name), width, scheme)
        assert page.get_log("browser") == []
        return page

    return show


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["matrix", "many", "comparison"])
def test_everybody_can_read_the_pages(
    name: str, scheme: str, show: Callable[..., webdriver.Chrome], violations: Callable[[], list[str]]
) -> None:
    """Headings, labels, roles and contrast are as WCAG 2.2 AA asks for, in both colours, all unfolded."""
    page = show(name, scheme=scheme)
    page.execute_script(OPEN)
    assert violations() == []


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
@pytest.mark.parametrize("name", ["matrix", "many", "comparison"])
def test_only_the_table_scrolls_sideways(
    name: str, width: int, show: Callable[..., webdriver.Chrome]
) -> None:
    """At any width the page itself fits, and a table that is wider scrolls in its own box."""
    page = show(name, width)
    page.execute_script(OPEN)
    assert page.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_filter_leaves_what_differs(show: Callable[..., webdriver.Chrome]) -> None:
    """One choice hides the requirements in which all agree, and a cell leads to its evidence."""
    page = show("matrix")
    page.find_element(By.NAME, "differs").send_keys("where they differ")
    shown = [
        row.get_attribute("id") for row in page.find_elements(By.CSS_SELECTOR, "tr[data-row]:not([hidden])")
    ]
    expected = [row.id for row in build_matrix(map(report, (Server, Broken, Dropping))).rows if row.differs]
    assert shown == expected
    assert follow(page, page.find_element(By.CSS_SELECTOR, "#REQ-11 a.cell")) == "REQ-11-evidence"
