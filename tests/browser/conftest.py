"""A shared Chromium for the page tests, and what judges whether everybody can read a page."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.docs import read_content, render_page
from checkpoint_openapi.load import data_path
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1400,1000",
)  # fmt: skip
AXE = "axe-core@4.14.1"
"""The rules of accessibility that Deque publishes, as an npm package."""
OPEN = "document.querySelectorAll('details').forEach((each) => { each.open = true; });"
"""Unfolds everything."""
PATIENCE = 30.0
"""Seconds after which a script times out."""
NOTE_TARGET = """
followed = new Promise((done) => {
  addEventListener("hashchange", () => done(document.querySelector(":target").id), {once: true});
});
"""


def follow(page: webdriver.Chrome, link: WebElement) -> str:
    """Click a link into the page; return the id of its target once the page has reacted."""
    page.execute_script(NOTE_TARGET)
    link.click()
    target: str = page.execute_async_script("followed.then(arguments[0])")
    return target


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Start the system's Chromium with a new profile."""
    options = webdriver.ChromeOptions()
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert browser, "install Debian's chromium and chromium-driver, or leave out -m browser"
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    chrome.set_script_timeout(PATIENCE)
    chrome.get("about:blank")  # leave the page of a new tab, which asks for files of its own
    yield chrome
    chrome.quit()


@pytest.fixture(scope="module")
def contract_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the page of our contract and return its address as a file."""
    path = tmp_path_factory.mktemp("page") / "contract.html"
    path.write_text(render_page(read_content(data_path("checkpoint.yaml"))))
    return path.as_uri()


@pytest.fixture
def open_page(chromium: webdriver.Chrome, tmp_path: Path) -> Callable[..., webdriver.Chrome]:
    """Return a function that opens a page from a file, at a width and in a colour scheme."""

    def open_page(text: str, width: int = 1280, scheme: str = "light") -> webdriver.Chrome:
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
        chromium.get_log("performance"), chromium.get_log("browser")
        chromium.get(path.as_uri())
        return chromium

    return open_page


@pytest.fixture(scope="module")
def violations(
    chromium: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., list[str]]:
    """Return a function that lists what all rules, or those that are named, find in the page that is open."""
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run(["npm", "install", "--silent", "--prefix", folder, AXE], check=True)
    axe = (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def judge(*rules: str) -> list[str]:
        chromium.execute_script(axe)
        found: list[str] = chromium.execute_async_script(
            """
            const [rules, done] = arguments, told = ({id, nodes}) => `${id}: ${nodes[0].html}`;
            axe.run(rules.length ? {runOnly: rules} : {}).then(
              ({passes, violations}) => done(passes.length ? violations.map(told) : ["nothing was judged"]));
            """,
            rules,
        )
        return found

    return judge
