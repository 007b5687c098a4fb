"""The page of the gate in a real Chromium: at any width, in both colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.diff.report import report
from checkpoint_openapi.diff.writers import write
from checkpoint_openapi.document.documents import Documents, Text
from checkpoint_openapi.load import data_path

from .conftest import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium import webdriver

pytestmark = pytest.mark.browser

EDITS = {"maxItems: 64": "maxItems: 32", "auto_trigger:": "autoTrigger:", "'429':": "'428':"}
"""What is narrowed, renamed and replaced."""


@pytest.fixture(scope="module")
def page() -> str:
    """Give the page of a change that breaks clients and implementers."""
    base = revision = data_path("checkpoint.yaml").read_text(encoding="utf-8")
    for old, new in EDITS.items():
        assert old in revision
        revision = revision.replace(old, new)
    versions = {"old.yaml": base, "new.yaml": revision}
    found = report(*(Documents(Text({name: text}), name) for name, text in versions.items()))
    assert len(found.findings) >= len(EDITS)
    return write(found, "html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_page(
    page: str, scheme: str, open_page: Callable[..., webdriver.Chrome], violations: Callable[..., list[str]]
) -> None:
    """Headings, labels, roles and contrast are as WCAG 2.2 AA asks for, in both colours, all unfolded."""
    shown = open_page(page, 1280, scheme)
    assert shown.get_log("browser") == []
    shown.execute_script(OPEN)
    assert violations() == []


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
def test_the_page_fits_every_width(page: str, width: int, open_page: Callable[..., webdriver.Chrome]) -> None:
    """Long lines scroll in their own boxes."""
    shown = open_page(page, width)
    assert shown.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0
