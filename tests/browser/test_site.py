"""The site in a real browser: every page fits every width, and its search finds what a page says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from .conftest import PATIENCE

if TYPE_CHECKING:
    from selenium import webdriver

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
TOO_WIDE = "return document.documentElement.scrollWidth - window.innerWidth"
TABLES = """
return [...document.querySelectorAll(".table-wrapper")].filter(t => t.scrollWidth > t.clientWidth).length
"""
IDS = """
const root = document.querySelector("article") ?? document.body;
const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
const range = document.createRange(), broken = [];
while (texts.nextNode()) {
  for (const found of texts.currentNode.data.matchAll(/[A-Z]+-\\d+/g)) {
    range.setStart(texts.currentNode, found.index);
    range.setEnd(texts.currentNode, found.index + found[0].length);
    if (new Set([...range.getClientRects()].map(r => r.top)).size > 1) broken.push(found[0]);
  }
}
return broken
"""
"""The ids of requirements that stand on two lines."""
BROKEN = "return [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as a contributor does."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "-m", "sphinx", "-q", "-c", "docs", ".", folder], cwd=ROOT, check=True)
    return folder


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_every_page_fits_every_width(chromium: webdriver.Chrome, site: Path, width: int) -> None:
    """No page has to be scrolled sideways, and each picture of it is shown."""
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    faults = {}
    for page in pages:
        chromium.get(page.as_uri())
        over, broken = chromium.execute_script(TOO_WIDE), chromium.execute_script(BROKEN)
        if over > 0 or broken:
            faults[str(page.relative_to(site))] = (over, broken)
    assert faults == {}


def test_every_page_can_be_read_on_a_phone(chromium: webdriver.Chrome, site: Path) -> None:
    """No table of any page has to be scrolled sideways, and no id is broken at its hyphen."""
    metrics = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    faults = {}
    for page in sorted((site / "docs").rglob("*.html")):
        chromium.get(page.as_uri())
        tables, ids = chromium.execute_script(TABLES), chromium.execute_script(IDS)
        if tables or ids:
            faults[page.name] = (tables, ids)
    assert faults == {}


def test_search_finds_what_a_page_says(chromium: webdriver.Chrome, site: Path) -> None:
    """A word of the verdict leads to the page that explains it."""
    chromium.get((site / "search.html").as_uri() + "?q=budget-spent")
    # Sphinx adds one result after the other.
    assert WebDriverWait(chromium, PATIENCE).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, "#search-results li a[href*=verdicts]")
    )
