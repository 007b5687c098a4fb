"""The page of all released versions in a real Chromium: at any width, in both colours, filtered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.diff.history import history
from checkpoint_openapi.diff.writers.history import as_page
from checkpoint_openapi.load import data_path
from openapi.contracts import copied, replaced, state
from selenium.webdriver.common.by import By

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium import webdriver

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["own", "long"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the page of this contract, and one of many changes with long lines."""
    if request.param == "own":
        return as_page(history(data_path("checkpoint.yaml").parent))
    folder = copied(tmp_path_factory.mktemp("contract"))
    document = folder / "checkpoint.yaml"
    for number, change in enumerate(("maxItems: 64", "maxItems: 65", "maxItems: 66")):
        replaced(document, change, f"maxItems: {65 + number}")
        state(folder, f"7.{number}.0")
        release(folder, f"7.{number}.0")
    return as_page(history(folder))


def release(folder: Path, version: str) -> None:
    """Freeze the files of a contract as they are."""
    place = folder / "released" / version
    place.mkdir(parents=True)
    for file in folder.glob("*.yaml"):
        (place / file.name).write_bytes(file.read_bytes())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_page(
    page: str, scheme: str, open_page: Callable[..., webdriver.Chrome], violations: Callable[[], list[str]]
) -> None:
    """Headings, labels, roles and contrast are as WCAG 2.2 AA asks for, in both colours."""
    assert open_page(page, 1280, scheme).get_log("browser") == []
    assert violations() == []


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
def test_the_page_fits_every_width(page: str, width: int, open_page: Callable[..., webdriver.Chrome]) -> None:
    """Wide tables and lines scroll in their own boxes."""
    shown = open_page(page, width)
    assert shown.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_filter_leaves_a_version(page: str, open_page: Callable[..., webdriver.Chrome]) -> None:
    """One choice leaves the changes of a version, and each of them leads to its card."""
    shown = open_page(page)
    rows = shown.find_elements(By.CSS_SELECTOR, "tr[data-row]")
    version = str(rows[-1].get_attribute("data-version"))
    shown.find_element(By.NAME, "version").send_keys(version)
    left = shown.find_elements(By.CSS_SELECTOR, "tr[data-row]:not([hidden])")
    assert left
    assert {row.get_attribute("data-version") for row in left} == {version}
    left[-1].find_element(By.TAG_NAME, "a").click()
    assert shown.execute_script("return document.querySelector(':target').id").startswith(f"{version}-")
