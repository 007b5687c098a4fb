"""The HTML report in a real Chromium: in both colours, at any width, by keyboard, without a network."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.reports.writers.html import html
from conformance.runs import Broken, Dropping, Failing, report
from mutants.service.server import Server
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from .conftest import OPEN, follow

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.browser

BEHAVIOURS = {"conforming": Server, "broken": Broken, "dropping": Dropping, "failing": Failing}
NOTE_LABEL = """
const button = arguments[0];
noted = new Promise((done) => {
  new MutationObserver(() => done(button.textContent)).observe(button, {childList: true});
});
"""
FOCUSED = """
const node = document.activeElement, style = getComputedStyle(node);
return {
  tag: node.tagName, id: node.id, name: node.className, text: node.textContent.trim().slice(0, 40),
  outline: style.outlineStyle, width: parseFloat(style.outlineWidth), left: node.getBoundingClientRect().left,
};
"""


@pytest.fixture
def show(open_page: Callable[..., webdriver.Chrome]) -> Callable[..., webdriver.Chrome]:
    """Return a function that opens a server's report, changed if asked, at a width and in a colour scheme."""

    def show(
        name: str, width: int = 1280, scheme: str = "light", change: Callable[[Any], object] = lambda _: None
    ) -> webdriver.Chrome:
        found = report(BEHAVIOURS[name])
        change(found)
        return open_page(html(found), width, scheme)

    return show


def focused(chromium: webdriver.Chrome) -> dict[str, Any]:
    """Return what has the focus, and how that is seen."""
    found = chromium.execute_script(FOCUSED)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_the_report_needs_no_network(name: str, show: Callable[..., webdriver.Chrome]) -> None:
    """Nothing but the file is asked for, and nothing is refused by the policy of the page."""
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
def test_everybody_can_read_the_report(
    name: str, scheme: str, show: Callable[..., webdriver.Chrome], violations: Callable[[], list[str]]
) -> None:
    """Headings, labels, roles and contrast are as WCAG 2.2 AA asks for, in both colours, all unfolded."""
    page = show(name, scheme=scheme)
    page.execute_script(OPEN)
    ground = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(251, 251, 250)", "dark": "rgb(20, 23, 26)"}[scheme]
    assert violations() == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_no_width_needs_scrolling_sideways(width: int, show: Callable[..., webdriver.Chrome]) -> None:
    """From a small telephone to a wide screen everything is inside, unfolded or not."""
    page = show("broken", width)
    for _ in range(2):
        over = page.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0
        page.execute_script(OPEN)


def test_a_command_keeps_its_lines_on_a_phone(show: Callable[..., webdriver.Chrome]) -> None:
    """No command is broken at a hyphen, where it would read like another option."""
    commands: list[tuple[int, int]] = show("broken", 400).execute_script("""
        return [...document.querySelectorAll(".curl pre")].filter((each) => each.offsetParent).map((each) => {
          const range = document.createRange();
          range.selectNodeContents(each);
          const tops = new Set([...range.getClientRects()].map((line) => line.top));
          return [tops.size, each.textContent.split("\\n").length];
        });
    """)
    assert commands
    assert all(shown == written for shown, written in commands), commands


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
    assert follow(page, link) == "REQ-11-evidence"
    names = page.execute_script("return [...document.querySelectorAll('.cell')].map((a) => a.ariaLabel)")
    assert len(names) == len(set(names)) == len(report(Broken)["requirements"])


def test_a_word_without_end_stays_inside(show: Callable[..., webdriver.Chrome]) -> None:
    """Whatever a server or a target file says, a narrow screen breaks it and shows it as it is written."""
    endless = "</svg>\u202e\u05d0" + 2000 * "x"

    def change(found: dict[str, Any]) -> None:
        found["header"]["implementation"]["name"] = endless
        found["header"]["target"]["url"] = found["gone"] = endless
        for item in found["requirements"]:
            item["detail"] = endless
            for finding in item["findings"]:
                finding |= {"probe": endless, "expected": endless, "actual": f"`{endless}`"}
        found["waivers"] = [
            {"requirement": "REQ-1", "probe": endless, "reason": endless, "link": f"javascript:{endless}"}
            | {"expires": "2027-01-01", "state": "stale", "problem": endless}
        ]

    page = show("broken", 320, change=change)
    page.execute_script(OPEN)
    over = page.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0
    assert "</svg>\\u202e\u05d0xxx" in page.find_element(By.TAG_NAME, "h1").text
    assert page.execute_script("return document.querySelectorAll(\"[href^='javascript']\").length") == 0
    assert page.get_log("browser") == []


def test_the_report_is_whole_without_scripts(show: Callable[..., webdriver.Chrome]) -> None:
    """Without scripts the same text stands there; only the buttons and the filter are gone."""
    words = "return document.body.innerText"
    page = show("failing")
    assert len(page.find_elements(By.CSS_SELECTOR, "button.copy")) > 20
    assert page.find_element(By.CLASS_NAME, "filter").is_displayed()
    gone = "document.querySelectorAll('button.copy, form.filter').forEach((each) => each.remove());"
    scripted = page.execute_script(f"{OPEN} {gone} {words}")
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.refresh()
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert page.find_elements(By.CSS_SELECTOR, "button.copy") == []
    assert not page.find_element(By.CLASS_NAME, "filter").is_displayed()
    assert page.execute_script(f"{OPEN} {words}") == scripted


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_the_report_opens(width: int, show: Callable[..., webdriver.Chrome]) -> None:
    """The browser counts no shift of the layout, though the script adds buttons and a filter."""
    page = show("failing", width)
    shifts = page.execute_async_script(
        """
        const done = arguments[0], all = [];
        const observer = new PerformanceObserver((list) => all.push(...list.getEntries().map(String)));
        observer.observe({type: "layout-shift", buffered: true});
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(all))));
        """
    )
    assert shifts == []


def test_a_call_is_copied(show: Callable[..., webdriver.Chrome]) -> None:
    """The button copies exactly the call, says so, and is reached by keyboard."""
    page = show("broken")
    box = page.find_element(By.CSS_SELECTOR, ".curl .copyable")
    button = box.find_element(By.TAG_NAME, "button")
    page.execute_script(NOTE_LABEL, button)
    button.send_keys(Keys.ENTER)
    assert page.execute_async_script("noted.then(arguments[0])") == "Copied"
    field = page.find_element(By.CSS_SELECTOR, "input[type=search]")
    field.send_keys(Keys.CONTROL, "v")
    call = box.find_element(By.TAG_NAME, "pre").get_attribute("textContent")
    assert call
    assert call.startswith("curl ")
    assert re.sub(r"\s+", "", field.get_attribute("value") or "") == re.sub(r"\s+", "", call)


def test_the_requirements_are_filtered(show: Callable[..., webdriver.Chrome]) -> None:
    """Outcome, level and words narrow the list together, and a link to a hidden row shows it again."""
    page = show("failing")
    form = page.find_element(By.CLASS_NAME, "filter")
    found = report(Failing)["requirements"]

    def shown() -> list[str]:
        names: list[str] = page.execute_script(
            "return [...document.querySelectorAll('[data-row]:not([hidden]) th')].map((th) => th.innerText)"
        )
        assert form.find_element(By.TAG_NAME, "output").text == f"{len(names)} of {len(found)}"
        return names

    assert shown() == [item["id"] for item in found]
    Select(form.find_element(By.NAME, "outcome")).select_by_value("fail")
    assert shown() == [item["id"] for item in found if item["outcome"] == "fail"]
    Select(form.find_element(By.NAME, "level")).select_by_value("SHOULD")
    assert shown() == []
    follow(page, page.find_element(By.CSS_SELECTOR, "a.cell[aria-label='REQ-1: pass']"))
    assert shown() == [item["id"] for item in found]
    form.find_element(By.NAME, "words").send_keys("TOKEN project")
    assert "AUTH-4" in shown()
    assert len(shown()) < 15


def test_a_failing_report_is_small(show: Callable[..., webdriver.Chrome]) -> None:
    """The page of a run with twenty findings and more has less than 300 KB, and all of them are in it."""
    found = report(Failing)
    findings = sum(len(item["findings"]) for item in found["requirements"])
    assert findings >= 20
    assert len(html(found).encode()) < 300_000
    assert len(show("failing").find_elements(By.CLASS_NAME, "finding")) == findings


def test_the_printed_report_is_short(show: Callable[..., webdriver.Chrome]) -> None:
    """On paper are verdict, picture, requirements, and for each card the exchange that shows its finding."""
    page = show("failing")
    sheets = base64.b64decode(page.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert 3 < len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 15
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    visible = "return [...document.querySelectorAll(arguments[0])].map((each) => each.checkVisibility())"
    told = ".verdict, figure, .card > .finding :is(dl, .on-paper pre), #listing tr, #run ~ details"
    assert set(page.execute_script(visible, told)) == {True}
    left_out = "button.copy, form.filter, .curl, .more .finding, td details"
    assert set(page.execute_script(visible, left_out)) == {False}
    cards = page.find_elements(By.CSS_SELECTOR, ".card")
    assert len(page.find_elements(By.CSS_SELECTOR, ".card > .finding .on-paper")) > len(cards) / 2
    ground = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
