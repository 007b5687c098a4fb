"""The page and the live preview in a real Chromium: read, followed through edits, without a network."""

from __future__ import annotations

import json
import shutil
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from checkpoint_openapi.docs import read_content, render_page
from checkpoint_openapi.docs.preview import Preview
from checkpoint_openapi.docs.server import PreviewServer
from checkpoint_openapi.load import data_path
from openapi.contracts import line_of
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from handlers import running

from .conftest import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

FILES = ("checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml", "ERRATA.md")
PATIENCE = 30.0
"""Seconds after which something that did not show is missed."""
SUMMARY = ".opblock-summary-description"
TEXTS = ["h1", "#requirements p", ".opblock-description p", ".parameter__name"]
"""Texts of ours and of the renderer."""
# Ends once a frame was painted with what is waited for.
WAIT = """
const [selector, text, done] = arguments;
const look = () => [...document.querySelectorAll(selector)].some((node) => node.textContent.includes(text));
const paint = () => requestAnimationFrame(() => setTimeout(done));
if (look()) paint(); else {
  const observer = new MutationObserver(() => { if (look()) { observer.disconnect(); paint(); } });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}
"""

# Gives the texts of the links of the contents that something else lies upon, or that are out of the window.
COVERED = """
return [...document.querySelectorAll('#contents a')].filter((link) => {
  const box = link.getBoundingClientRect();
  if (!box.width) return false;
  return [box.left + 2, box.right - 2].some(
    (x) => !link.contains(document.elementFromPoint(x, (box.top + box.bottom) / 2)));
}).map((link) => link.textContent);
"""


class Live:
    """A preview of a copy of the contract, opened in the browser."""

    def __init__(self, chromium: webdriver.Chrome, folder: Path) -> None:
        for name in FILES:
            shutil.copy(data_path(name), folder / name)
        self.chromium = chromium
        self.path = folder / "checkpoint.yaml"
        self.text = self.path.read_text()
        base = folder / "base.yaml"
        base.write_text(self.text)
        self.preview = Preview(self.path, str(base))
        self.server = PreviewServer(self.preview, 0)

    def save(self, old: str, new: str) -> None:
        """Save the contract with one edit."""
        assert old in self.text
        self.path.write_text(self.text.replace(old, new, 1))

    def shows(self, selector: str, text: str) -> None:
        """Wait until an element with a text is painted."""
        self.chromium.execute_async_script(WAIT, selector, text)


@pytest.fixture
def live(chromium: webdriver.Chrome, tmp_path: Path) -> Iterator[Live]:
    """Serve a preview, open it, and end it."""
    opened = Live(chromium, tmp_path)
    threads = [
        threading.Thread(target=opened.server.serve_forever, kwargs={"poll_interval": 0.05}),
        threading.Thread(target=opened.preview.watch, args=(lambda _: None,)),
    ]
    for thread in threads:
        thread.start()
    try:
        requested(chromium), complaints(chromium)
        chromium.get(opened.server.url)
        opened.shows(SUMMARY, "Execute a backup policy")
        yield opened
    finally:
        chromium.get("about:blank")
        opened.server.end()
        for thread in threads:
            thread.join()


def requested(chromium: webdriver.Chrome) -> set[tuple[str, str]]:
    """Return scheme and host of everything that was asked for since the last call."""
    entries = chromium.get_log("performance")
    messages: list[dict[str, Any]] = [json.loads(entry["message"])["message"] for entry in entries]
    urls = [
        message["params"]["request"]["url"]
        for message in messages
        # The browser's own start page is not ours.
        if message["method"] == "Network.requestWillBeSent"
        and not message["params"]["documentURL"].startswith("chrome:")
    ]
    return {urlsplit(url)[:2] for url in urls}


def complaints(chromium: webdriver.Chrome) -> list[str]:
    """Return what the browser wrote to its console since the last call."""
    return [entry["message"] for entry in chromium.get_log("browser")]


def test_page_reads_offline(chromium: webdriver.Chrome, contract_page: str) -> None:
    """The file shows operation and schemas, asks for nothing but itself, and nothing in it fails."""
    requested(chromium), complaints(chromium)
    chromium.get(contract_page)
    WebDriverWait(chromium, PATIENCE).until(
        lambda c: c.find_elements(By.CSS_SELECTOR, "#model-CheckpointRequest")
    )

    body = chromium.find_element(By.ID, "swagger").text
    assert "/v1/{project_id}/providers/{provider_id}/checkpoints" in body.replace("\u200b", "")
    assert "Back up two servers of the policy" in body
    assert requested(chromium) == {("file", ""), ("data", "")}
    assert complaints(chromium) == []


def test_sample_is_copied_with_one_click(chromium: webdriver.Chrome, contract_page: str) -> None:
    """Each operation, also of the companions, has samples above its responses, and a button copies one."""
    chromium.get(contract_page)
    WebDriverWait(chromium, PATIENCE).until(
        lambda c: len(c.find_elements(By.CSS_SELECTOR, "#swagger .samples")) == 4
    )
    button = chromium.find_element(By.CSS_SELECTOR, "#swagger .samples details[open] .copy")
    chromium.execute_script(
        "document.addEventListener('copy', () => { window.copied = getSelection().toString(); });"
        "navigator.clipboard.writeText = (text) => { window.copied = text; };"
        "arguments[0].click()",
        button,
    )
    copied = chromium.execute_async_script(
        "const done = arguments[0];"
        "const look = () => window.copied ? done(window.copied) : setTimeout(look, 20);"
        "look()"
    )
    assert copied.startswith("curl -X POST")


def test_filter_leaves_what_fits(chromium: webdriver.Chrome, contract_page: str) -> None:
    """The filter leaves the requirements that have all words, and says how many."""
    chromium.get(contract_page)
    chromium.find_element(By.ID, "filter").send_keys("auth must")

    shown = [
        entry.get_attribute("id")
        for entry in chromium.find_elements(By.CSS_SELECTOR, ".requirement")
        if entry.is_displayed()
    ]

    assert shown == [f"AUTH-{number}" for number in range(1, 6)]
    assert chromium.find_element(By.ID, "matches").text.startswith("5 of ")


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_light_and_dark_fit_every_width(
    chromium: webdriver.Chrome, contract_page: str, system: str, width: int
) -> None:
    """The page takes the system's colours until the reader chooses, fits, and covers no link."""
    media = [{"name": "prefers-color-scheme", "value": system}]
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        chromium.get(contract_page)
        # The renderer opens the operation, with its description, after it has shown the summary.
        WebDriverWait(chromium, PATIENCE).until(
            lambda c: all(c.find_elements(By.CSS_SELECTOR, text) for text in TEXTS)
        )
        assert chromium.execute_script("return document.documentElement.scrollWidth") <= width
        assert chromium.execute_script(COVERED) == []
        first = lightness(chromium)
        chromium.find_element(By.ID, "theme").click()
        second = lightness(chromium)
        chromium.find_element(By.ID, "theme").click()
    finally:
        chromium.execute_script("localStorage.clear()")
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    light, dark = (first, second) if system == "light" else (second, first)
    assert all(paper > 0.9 and ink < 0.4 for paper, ink in light)
    assert all(paper < 0.2 and ink > 0.6 for paper, ink in dark)


@pytest.mark.parametrize("system", ["light", "dark"])
def test_everybody_can_tell_letters_and_links(
    chromium: webdriver.Chrome, contract_page: str, system: str, violations: Callable[..., list[str]]
) -> None:
    """Each text stands out from its ground, the line numbers included, and a link in a text is underlined."""
    media = [{"name": "prefers-color-scheme", "value": system}]
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    try:
        chromium.get(contract_page)
        WebDriverWait(chromium, PATIENCE).until(lambda c: c.find_elements(By.CSS_SELECTOR, SUMMARY))
        chromium.execute_script(OPEN)
        assert violations("color-contrast", "link-in-text-block") == []
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_everybody_reaches_each_part(
    chromium: webdriver.Chrome, contract_page: str, violations: Callable[..., list[str]]
) -> None:
    """Names, roles, landmarks and the keyboard are as WCAG 2.2 asks for, the renderer's parts included."""
    chromium.get(contract_page)
    WebDriverWait(chromium, PATIENCE).until(lambda c: c.find_elements(By.CSS_SELECTOR, SUMMARY))
    categories = ("aria", "forms", "keyboard", "name-role-value", "semantics", "structure")
    assert violations(*(f"cat.{each}" for each in categories)) == []


def lightness(chromium: webdriver.Chrome) -> list[tuple[float, float]]:
    """Return how light paper and ink are, from 0 to 1, of each of the texts."""
    script = """
    const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + part / 765, 0);
    const paper = (node) => {
      const color = getComputedStyle(node).backgroundColor;
      return /, 0\\)$/.test(color) ? paper(node.parentElement) : light(color);
    };
    return arguments[0].map((selector) => {
      const node = document.querySelector(selector);
      return [paper(node), light(getComputedStyle(node).color)];
    });
    """
    return [(paper, ink) for paper, ink in chromium.execute_script(script, TEXTS)]


def test_save_refreshes_the_page(live: Live) -> None:
    """A saved edit shows by itself, in the renderer and in the listing, with the scroll position kept."""
    live.chromium.execute_script("document.documentElement.style.scrollBehavior = 'auto'; scrollTo(0, 700)")
    for number in range(5):
        live.save("summary: Execute a backup policy", f"summary: Edit number {number}")
        live.shows(SUMMARY, f"Edit number {number}")
        live.shows("#source", f"Edit number {number}")
    assert abs(live.chromium.execute_script("return scrollY") - 700) < 5
    assert requested(live.chromium) == {("http", urlsplit(live.server.url).netloc), ("data", "")}
    assert complaints(live.chromium) == []


def test_error_is_shown_and_the_last_version_stays(live: Live) -> None:
    """Broken YAML and a broken schema are shown with their line above the last good version."""
    live.save("tags: [checkpoints]\n", "tags: [checkpoints\n")
    live.shows("#problem", f"checkpoint.yaml:{line_of('summary: Execute')}:")
    # Nothing on the page may look as if all were well.
    assert live.chromium.find_elements(By.CSS_SELECTOR, "#beside .pulse.bad")
    assert live.chromium.find_elements(By.CSS_SELECTOR, "#diff .verdict") == []
    assert (
        "summary: Execute a backup policy"
        in live.chromium.find_element(By.CSS_SELECTOR, ".excerpt .here").text
    )
    live.save("type: boolean", "type: bolean")
    live.shows("#problem", "`bolean` is not one of")
    assert live.chromium.find_element(By.CSS_SELECTOR, SUMMARY).text == "Execute a backup policy"
    live.save("summary: Execute a backup policy", "summary: Fixed")
    live.shows(SUMMARY, "Fixed")
    assert live.chromium.find_elements(By.ID, "problem") == []
    assert live.chromium.find_elements(By.CSS_SELECTOR, "#beside .pulse.good")


def test_diff_stands_beside(live: Live) -> None:
    """A breaking edit is told beside the page at once, with a request that used to be right."""
    live.shows("#diff .verdict", "The same contract")
    live.save("required: [plan_id, parameters]", "required: [plan_id, parameters, label]")
    live.shows("#diff .verdict.breaking", "Breaking")
    live.shows("#diff .finding.breaking pre", '"plan_id"')


def test_mock_answers_from_the_page(live: Live) -> None:
    """The form of the page sends a request to the mock on the same port, and shows its answer."""
    chromium = live.chromium
    chromium.execute_script("document.querySelector('.try-out__btn').click()")
    live.shows(".execute-wrapper", "Execute")
    chromium.execute_script("document.querySelector('.execute-wrapper .execute').click()")
    live.shows(".live-responses-table", "APIGW.0301")
    live.shows(".live-responses-table", "preview-reason")


def test_end_of_the_preview_is_shown(live: Live) -> None:
    """A page whose server is gone says so."""
    live.server.end()
    WebDriverWait(live.chromium, PATIENCE).until(lambda c: c.find_elements(By.CSS_SELECTOR, "body.lost"))


def test_the_page_calls_a_server_that_lets_it(
    chromium: webdriver.Chrome, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A page made for a server calls it and has a console for that; any other page reaches nothing."""
    server = running.start(tmp_path_factory.mktemp("server"), "--cors", "null")
    try:
        content = read_content(data_path("checkpoint.yaml"))
        path = tmp_path / "contract.html"
        path.write_text(render_page(content, server=server.target["url"]))
        chromium.get(path.as_uri())
        WebDriverWait(chromium, PATIENCE).until(lambda driver: driver.find_elements(By.CLASS_NAME, "try-out"))
        assert called(chromium, server)["status"] == 200
        assert len(server.items()) == 3
        path.write_text(render_page(content))
        chromium.get(path.as_uri())
        assert called(chromium, server) == {"failed": True}
        assert len(server.items()) == 3
    finally:
        assert server.stop() == 0


def called(chromium: webdriver.Chrome, server: running.RunningServer) -> dict[str, Any]:
    """Call the operation from within the page."""
    script = """
        const [url, token, body, done] = arguments;
        const headers = {"X-Auth-Token": token, "Content-Type": "application/json"};
        fetch(url, {method: "POST", body, headers})
            .then((answer) => done({status: answer.status}), () => done({failed: true}));
    """
    url = server.target["url"] + server.path
    told: dict[str, Any] = chromium.execute_async_script(
        script, url, server.target["token"], json.dumps(server.order())
    )
    return told
