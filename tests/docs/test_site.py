"""The site: every link and anchor resolves, what is made is up to date, and every page is found."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from .pages import PAGES, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def tool(name: str) -> ModuleType:
    """Return a module of tools/, which is no package: a script finds the others of its folder on the path."""
    sys.path.append(str(ROOT / "tools"))
    spec = spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MADE = tool("reference").pages()


class Links(HTMLParser):
    """Gathers the ids and the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = set[str]()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a start tag holds."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if (tag, name) in (("a", "href"), ("img", "src"), ("link", "href"), ("script", "src")) and value:
                self.links.append(value)


def read(page: Path) -> Links:
    """Return what a page links to, and what can be linked to in it."""
    links = Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


@pytest.mark.parametrize(("path", "make"), MADE.items(), ids=lambda each: getattr(each, "name", ""))
def test_made_page_is_up_to_date(path: Path, make: Callable[[], str]) -> None:
    """What is made of code and data is what they make today; tools/reference.py writes it anew."""
    assert path.read_text(encoding="utf-8") == make()


def test_each_page_can_be_reached() -> None:
    """Each page is linked from the index, or from a page that is; the site itself lists those beside it."""
    reached, waiting = set[Path](), [ROOT / "docs" / "index.md", ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8")):
            path = (page.parent / target).resolve()
            if "://" not in target and path not in reached:
                waiting.append(path)
    listed = set((ROOT / "docs").glob("*.md"))
    assert {page.relative_to(ROOT) for page in set(PAGES) - reached - listed} == set()


def test_every_command_has_its_purpose() -> None:
    """The page that leads from a purpose to a command knows every command."""
    page = (ROOT / "docs" / "which-command.md").read_text(encoding="utf-8")
    known = {words for words, _ in tool("command_page").commands()}
    assert {words for words in known if not re.search(rf"`{words}[ `]", page)} == set()


@pytest.mark.matrix
def test_site_is_built_without_a_warning_and_no_link_is_dead(tmp_path: Path) -> None:
    """The generator has nothing to complain of; within the site each link, picture and anchor is there."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "-c", str(ROOT / "docs"), str(ROOT)]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages = {page: read(page) for page in tmp_path.rglob("*.html")}
    assert len(pages) >= len(PAGES)
    dead: list[str] = []
    for page, links in pages.items():
        for link in links.links:
            path, _, anchor = link.partition("#")
            if "://" in link or link.startswith(("data:", "mailto:")):
                continue
            file = (page.parent / unquote(path.partition("?")[0])).resolve() if path else page
            if not file.exists() or (anchor and file in pages and unquote(anchor) not in pages[file].ids):
                dead.append(f"{page.relative_to(tmp_path)}: {link}")
    assert dead == []


@pytest.mark.matrix
def test_site_needs_no_network(tmp_path: Path) -> None:
    """No page loads a script, a style, a font or a picture from elsewhere."""
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(ROOT / "docs"), str(ROOT)]
    subprocess.run([*command, str(tmp_path)], capture_output=True, check=True)
    loading = re.compile(r"<(?:script|img|link)[^>]+(?:src|href)=\"(https?:)?//|@import|url\((?:https?:)?//")
    assert [page.name for page in tmp_path.rglob("*.html") if loading.search(page.read_text("utf-8"))] == []
