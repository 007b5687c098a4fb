"""The HTML report in a real Chromium: in both colours, at any width, by keyboard, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.reports.writers.html import html
from conformance.runs import Broken, Dropping, report
from mutants.service.server import Server
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.browser

BEHAVIOURS = {"conforming": Server, "broken": Broken, "dropping": Dropping}
OPEN = "document.querySelectorAll('details').forEach((each) => { each.open = true; });"
# Every text with less contrast to its ground than WCAG 2.2 AA asks for: 4.5, or 3 where it is large.
FAINT = """
const luminance = ([r, g, b]) => [r, g, b]
  .map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
const ground = (node) => {
  for (; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const faint = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !node.checkVisibility()) continue;
  const style = getComputedStyle(node);
  const pair = [luminance(parse(style.color)), luminance(ground(node))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) faint.add(`${node.className || node.tagName}: ${ratio.toFixed(2)}`);
}
return [...faint];
"""

FOCUSED = """
const node = document.activeElement, style = getComputedStyle(node);
return {
  tag: node.tagName, id: node.id, name: node.className, text: node.textContent.trim().slice(0, 40),
  outline: style.outlineStyle, width: parseFloat(style.outlineWidth), left: node.getBoundingClientRect().left,
};
"""


@pytest.fixture
def show(chromium: webdriver.Chrome, tmp_path: Path) -> Callable[..., webdriver.Chrome]:
    """Return a function that opens a server's report at a width and in a colour scheme."""

    def show(name: str, width: int = 1280, scheme: str = "light") -> webdriver.Chrome:
        path = tmp_path / f"{name}.html"
        path.write_text(html(report(BEHAVIOURS[name])), encoding="utf-8")
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        chromium.get_log("performance"), chromium.get_log("browser")
        chromium.get(path.as_uri())
        return chromium

    return show


def focused(chromium: webdriver.Chrome) -> dict[str, Any]:
    """Return what has the focus, and how that is seen."""
    found = chromium.execute_script(FOCUSED)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_the_report_needs_no_network_and_no_script(name: str, show: Callable[..., webdriver.Chrome]) -> None:
    """Nothing but the file is asked for, nothing complains, and no script of a server runs."""
    page = show(name)
    asked = [entry for entry in page.get_log("performance") if "requestWillBeSent" in entry["message"]]
    assert asked
    assert not [entry for entry in asked if "http://" in entry["message"].split('"url":"')[1][:8]]
    assert page.get_log("browser") == []
    heading = page.find_element(By.TAG_NAME, "h1")
    assert heading.is_displayed()
    assert ("not conformant" in heading.text.lower()) == (name != "conforming")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", BEHAVIOURS)
def test_every_text_stands_out_from_its_ground(
    name: str, scheme: str, show: Callable[..., webdriver.Chrome]
) -> None:
    """The contrast is that of WCAG AA, in both colour schemes, with everything unfolded."""
    page = show(name, scheme=scheme)
    page.execute_script(OPEN)
    ground = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(251, 251, 250)", "dark": "rgb(20, 23, 26)"}[scheme]
    assert page.execute_script(FAINT) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_no_width_needs_scrolling_sideways(width: int, show: Callable[..., webdriver.Chrome]) -> None:
    """From a small telephone to a wide screen everything is inside, unfolded or not."""
    page = show("broken", width)
    for _ in range(2):
        over = page.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0
        page.execute_script(OPEN)


def test_the_keyboard_reaches_everything(show: Callable[..., webdriver.Chrome]) -> None:
    """The skip link comes first, leads to the findings, and what has the focus is seen; Enter unfolds."""
    page = show("broken")
    body = page.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    first = focused(page)
    assert (first["name"], first["outline"]) == ("skip-link", "solid")
    assert first["left"] >= 0
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert focused(page)["id"] == "content"
    for _ in range(120):
        page.switch_to.active_element.send_keys(Keys.TAB)
        here = focused(page)
        assert (here["outline"], here["width"] >= 2) == ("solid", True), here
        if here["tag"] == "SUMMARY":
            break
    assert here["text"].startswith("Exchange ")
    opened = "return document.activeElement.parentElement.open"
    assert page.execute_script(opened) is False
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.execute_script(opened) is True


def test_a_mark_at_a_glance_leads_to_its_evidence(show: Callable[..., webdriver.Chrome]) -> None:
    """The overview is a list of links, each to the failure or to the requirement's row."""
    page = show("broken")
    link = page.find_element(By.CSS_SELECTOR, "a[aria-label='REQ-11: fail']")
    link.click()
    assert page.execute_script("return document.querySelector(':target').id") == "REQ-11-evidence"
    names = page.execute_script("return [...document.querySelectorAll('.cell')].map((a) => a.ariaLabel)")
    assert len(names) == len(set(names)) == len(report(Broken)["requirements"])
