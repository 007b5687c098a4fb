"""The pages of the gate in a real Chromium: comparisons, with or without evidence, and released versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.diff.evidence.recorded import Recording, read_recording
from checkpoint_openapi.diff.history import history
from checkpoint_openapi.diff.report import report as diff
from checkpoint_openapi.diff.writers import write
from checkpoint_openapi.diff.writers.history import as_page
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Files, Text
from checkpoint_openapi.document.released import RELEASED, releases
from checkpoint_openapi.load import data_path
from conformance.runs import report
from mutants.service.server import Server
from openapi.contracts import copied, replaced, state
from selenium.webdriver.common.by import By

from .conftest import OPEN, follow

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium import webdriver

pytestmark = pytest.mark.browser


EDITS = {"maxItems: 64": "maxItems: 32", "auto_trigger:": "autoTrigger:", "'429':": "'428':"}
"""What is narrowed, renamed and replaced."""


def changed() -> str:
    """Return the page of a change that breaks clients and implementers."""
    base = revision = data_path("checkpoint.yaml").read_text(encoding="utf-8")
    for old, new in EDITS.items():
        assert old in revision
        revision = revision.replace(old, new)
    versions = {"old.yaml": base, "new.yaml": revision}
    found = diff(*(Documents(Text({name: text}), name) for name, text in versions.items()))
    assert len(found.findings) >= len(EDITS)
    return write(found, "html")


def compared(folder: Path) -> str:
    """Return the page of a change, with what it means for servers whose answers were recorded."""
    recordings: list[Recording] = []
    for name in ("first", "second", "third", "fourth", "fifth"):
        told = report(Server)
        told["header"]["implementation"] = {"name": name, "version": "1.0"}
        (folder / f"{name}.json").write_text(json.dumps(told), "utf-8")
        recordings.append(read_recording(folder / f"{name}.json"))
    revision = copied(folder)
    document = revision / "checkpoint.yaml"
    replaced(document, "maxItems: 64", "maxItems: 128")
    replaced(document, "required: [id, type, name]", "required: [id, type, name, extra_info]")
    replaced(revision / "errors.yaml", "    code: CSBS.3000\n    text", "    code: CSBS.3100\n    text")
    base = Documents(Files(), str(releases(revision / RELEASED)[-1] / "checkpoint.yaml"))
    return write(diff(base, Documents(Files(), str(document)), recordings=recordings), "html")


@pytest.fixture(scope="module", params=["own", "long", "change", "evidence"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the history of this contract, one of more versions, and comparisons without and with evidence."""
    if request.param == "change":
        return changed()
    if request.param == "evidence":
        return compared(tmp_path_factory.mktemp("evidence"))
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
    """Headings, labels, roles and contrast are as WCAG 2.2 AA asks for, in both colours, all unfolded."""
    shown = open_page(page, 1280, scheme)
    assert shown.get_log("browser") == []
    shown.execute_script(OPEN)
    assert violations() == []


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
def test_the_page_fits_every_width(page: str, width: int, open_page: Callable[..., webdriver.Chrome]) -> None:
    """Wide tables and lines scroll in their own boxes."""
    shown = open_page(page, width)
    assert shown.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize("page", ["own", "long"], indirect=True)
def test_the_changes_are_a_list_on_a_phone(page: str, open_page: Callable[..., webdriver.Chrome]) -> None:
    """Nobody scrolls sideways to see what a change concerns."""
    shown = open_page(page, 320)
    box = shown.find_element(By.CSS_SELECTOR, ".scroll:has(#listing)")
    assert shown.execute_script("return arguments[0].scrollWidth - arguments[0].clientWidth", box) <= 0


@pytest.mark.parametrize("page", ["own", "long"], indirect=True)
def test_the_filter_leaves_a_version(page: str, open_page: Callable[..., webdriver.Chrome]) -> None:
    """One choice leaves the changes of a version, and each of them leads to its card."""
    shown = open_page(page)
    rows = shown.find_elements(By.CSS_SELECTOR, "tr[data-row]")
    version = str(rows[-1].get_attribute("data-version"))
    shown.find_element(By.NAME, "version").send_keys(version)
    left = shown.find_elements(By.CSS_SELECTOR, "tr[data-row]:not([hidden])")
    assert left
    assert {row.get_attribute("data-version") for row in left} == {version}
    assert follow(shown, left[-1].find_element(By.TAG_NAME, "a")).startswith(f"{version}-")
