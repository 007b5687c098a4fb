"""The report page is whole, readable and safe, whatever a server answers."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from checkpoint_conformance.reports.writers.html import html
from mutants.service.server import Server

from conformance.runs import Broken, Dropping, report

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}


class Page(HTMLParser):
    """What a test wants to know of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag; it has to be closed in order."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost tag."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if not {"style", "script"} & {*self.open}:
            self.text.append(data)

    def values(self, attribute: str) -> list[str]:
        """Return every value of an attribute."""
        return [attributes[attribute] or "" for _, attributes in self.tags if attribute in attributes]


@pytest.fixture(scope="module")
def page() -> Page:
    """Return the page of the broken server."""
    return Page(html(report(Broken)))


def test_the_page_is_one_file_without_network(page: Page) -> None:
    """Nothing is loaded, and nothing runs but the script of the frame."""
    assert page.open == []
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("script"), tags.count("style")) == (1, 1)
    assert not {*tags} & {"iframe", "img", "object", "base"}
    names = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("style", "src", "action")}
    assert [value for value in page.values("href") if value.startswith("data:")]
    assert all(value.startswith(("#", "data:")) for value in page.values("href"))
    assert "url(" not in html(report(Broken))


def test_the_page_leads_with_the_verdict_then_the_failures(page: Page) -> None:
    """A reader meets the verdict, what failed and why, and only then everything else."""
    text = " ".join(" ".join(page.text).split())
    order = [
        "not conformant",
        "MUSTs failed",
        "Failures",
        "Not decided",
        "Recommendations not followed",
        "All requirements",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    for words in ("Expected", "Actual", "Repeat it", "Clause", "Request", "Response"):
        assert words in text


def test_every_link_in_the_page_leads_somewhere(page: Page) -> None:
    """No id is given twice, and every fragment is an id."""
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    fragments = {value[1:] for value in page.values("href") if value.startswith("#")}
    assert fragments <= set(ids)
    labels = {name for value in page.values("aria-labelledby") for name in value.split()}
    assert labels <= set(ids)


def test_the_page_has_landmarks_and_headings_in_order(page: Page) -> None:
    """A screen reader finds header, main and named sections, a skip link first, and no level left out."""
    tags = [tag for tag, _ in page.tags]
    assert {"header", "main", "section", "article", "h1", "table", "th"} <= set(tags)
    assert tags.count("main") == tags.count("h1") == 1
    body = page.tags[tags.index("body") + 1]
    assert body[1]["class"] == "skip-link"
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert ("html", {"lang": "en"}) in page.tags


@pytest.mark.parametrize("behaviour", [Server, Broken, Dropping])
def test_the_page_shows_what_a_server_said_without_believing_it(behaviour: type[Server]) -> None:
    """Mark-up, escape sequences and invisible letters from a server are seen, and do nothing."""
    text = html(report(behaviour))
    assert text.count("<script") == 1
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert Page(text).open == []
