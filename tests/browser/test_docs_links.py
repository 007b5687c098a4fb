"""Links within the page of the contract in a real Chromium: each leads to its place, which is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.docs import read_content, render_page
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from pathlib import Path

    from selenium import webdriver

pytestmark = pytest.mark.browser

# Draws above everything that is drawn already, and ends when the page has reacted to its new height.
DRAW = """
const done = arguments[0];
const drawn = document.createElement("div");
drawn.style.height = "9000px";
document.getElementById("swagger").prepend(drawn);
new ResizeObserver(() => requestAnimationFrame(() => setTimeout(done))).observe(document.body);
"""
PATIENCE = 30.0
"""Seconds after which something that did not show is missed."""


@pytest.mark.parametrize("requirement", ["REQ-9", "DISC-1"])
def test_clause_leads_to_its_line_and_back(
    chromium: webdriver.Chrome, contract_page: str, requirement: str
) -> None:
    """A click on a clause opens the document at its line, also in a listing that is folded."""
    chromium.get(contract_page)
    clause = chromium.find_element(By.CSS_SELECTOR, f"#{requirement} .clause")
    chromium.execute_script("arguments[0].click()", clause)
    line = chromium.find_element(By.CSS_SELECTOR, ".line:target")
    WebDriverWait(chromium, PATIENCE).until(lambda c: in_view(c, line))
    mark = line.find_element(By.LINK_TEXT, requirement)
    chromium.execute_script("arguments[0].click()", mark)
    entry = chromium.find_element(By.ID, requirement)
    WebDriverWait(chromium, PATIENCE).until(lambda c: in_view(c, entry))
    assert len(chromium.window_handles) == 1


def test_a_line_of_a_long_document_leads_to_its_block(chromium: webdriver.Chrome, tmp_path: Path) -> None:
    """The link to a line of a document that is listed in blocks opens the document at the block with it."""
    contract = {"openapi": "3.1.0", "info": {"title": "Long", "version": "1"}, "paths": {}}
    contract["x-values"] = list(range(20_000))
    (tmp_path / "long.json").write_text(json.dumps(contract, indent=0), encoding="utf-8")
    (tmp_path / "long.html").write_text(render_page(read_content(tmp_path / "long.json")), encoding="utf-8")
    chromium.get((tmp_path / "long.html").as_uri())

    chromium.execute_script("location.hash = 'long.json-L12345'")

    numbers = chromium.find_element(By.XPATH, "//i[starts-with(., '12001')]")
    WebDriverWait(chromium, PATIENCE).until(lambda c: in_view(c, numbers))


def test_the_place_of_a_link_is_kept_while_the_page_is_drawn(
    chromium: webdriver.Chrome, contract_page: str
) -> None:
    """What is drawn above the target of a link, while the page scrolls to it, does not move it away."""
    drawn(chromium, contract_page)
    chromium.execute_script("document.querySelector('#REQ-9 .clause').click()")

    chromium.execute_async_script(DRAW)

    line = chromium.find_element(By.CSS_SELECTOR, ".line:target")
    WebDriverWait(chromium, PATIENCE).until(lambda c: in_view(c, line))


def test_a_reader_who_moves_on_is_not_called_back(chromium: webdriver.Chrome, contract_page: str) -> None:
    """What is drawn after the reader has turned the wheel does not lead back to the target of the link."""
    drawn(chromium, contract_page)
    chromium.execute_script("document.querySelector('#REQ-9 .clause').click()")
    line = chromium.find_element(By.CSS_SELECTOR, ".line:target")
    WebDriverWait(chromium, PATIENCE).until(lambda c: in_view(c, line))
    ActionChains(chromium).scroll_by_amount(0, -200_000).perform()
    WebDriverWait(chromium, PATIENCE).until(lambda c: c.execute_script("return scrollY") == 0)

    chromium.execute_async_script(DRAW)

    assert chromium.execute_script("return scrollY") == 0


def drawn(chromium: webdriver.Chrome, contract_page: str) -> None:
    """Open the page and wait until the renderer has drawn it."""
    chromium.get(contract_page)
    WebDriverWait(chromium, PATIENCE).until(
        lambda c: c.find_elements(By.CSS_SELECTOR, "#model-CheckpointRequest")
    )


def in_view(chromium: webdriver.Chrome, element: Any) -> bool:
    """Say whether an element is on the screen."""
    script = """
    const box = arguments[0].getBoundingClientRect();
    return box.height > 0 && box.top < innerHeight && box.bottom > 0;
    """
    return bool(chromium.execute_script(script, element))
