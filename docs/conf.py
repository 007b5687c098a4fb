"""How the site is made of the pages: .venv/bin/python -m sphinx -c docs . site."""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_CONTENTS = {
    "Tutorials": ["which-command", "tutorials/implementer", "tutorials/designer", "tutorials/ci"],
    "Recipes": [
        f"recipes/{name}"
        for name in (
            "real-cloud",
            "karbor",
            "gateway",
            "github-actions",
            "gitlab",
            "pytest",
            "several-servers",
        )
    ],
    "Reference": [
        *(f"reference/{name}" for name in ("command-line", "target-file", "waivers", "exit-codes", "shell")),
        *(
            f"reference/{name}"
            for name in (
                "requirements",
                "requirements.zh",
                "errors",
                "contract-changes",
                "clients",
                "report",
                "rules",
            )
        ),
        "/openapi/ERRATA",
    ],
    "Explanations": ["verdicts", "why-mutation", "kill-matrix", "why-containment", "gate"],
    "The server": ["operating"],
    "The project": [
        "governance",
        "releasing",
        "/SECURITY",
        "/ARCHITECTURE",
        "/CONTRIBUTING",
        "/CHANGELOG",
        "/changes/README",
        "/examples/README",
        "/README",
    ],
}
_NAMED = {page for pages in _CONTENTS.values() for page in pages}
_MEASURED = sorted(
    page.stem for page in (ROOT / "docs").glob("*.md") if page.stem not in _NAMED and page.stem != "index"
)
"""Pages beside the named ones: what was measured."""
_DIAGRAM = "![What imports what](docs/pictures/architecture.svg)"
"""The one diagram there is, of ARCHITECTURE.md; `tests.browser.pictures` draws it."""
_UNBROKEN = re.compile(
    r"(?:\b(?:checkpoint-contract(?!\[)|[A-Z]+-\d+|\d{3} [A-Z]\w+\.\d{4}|\d{1,3}(?: \d{3})+)|[✅❌] \w+)"
    r"\b(?=[^<>]*<)"
)
"""In a page: the command, ids, errors (404 CSBS.3000), numbers (10 000), and a mark with its word."""
_LONG = re.compile(r"[\w.]{30,}")
"""A name in code that fits no line of a phone together with others."""
_STACKED = 3
"""The fewest columns of a table whose rows a narrow screen shows as lists."""

project = "checkpoint-contract"
author = "the authors of checkpoint-contract"
release = re.findall(
    r'__version__ = "(.+)"', (ROOT / "openapi/checkpoint_openapi/__init__.py").read_text(encoding="utf-8")
)[0]
version = release
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "openapi/ERRATA.md", "changes/README.md", "examples/README.md", "docs/**.md"]
exclude_patterns = [".venv", "site", "node_modules"]
myst_heading_anchors = 4
smartquotes = False  # two hyphens are an option, not a dash
html_theme = "furo"
html_extra_path = ["root"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_title = "checkpoint-contract"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
language = "en"


def _prepare(app: Any, name: str, source: list[str]) -> None:
    """Give the index the contents of the site, which would be in the way on the page of the repository.

    A link to a folder is for that page alone, and so is a diagram that only the repository's page can draw.
    """
    source[0] = re.sub(r"^```mermaid\n.*?^```$", _DIAGRAM, source[0], flags=re.DOTALL | re.MULTILINE)
    source[0] = re.sub(r"\[([\w/]+/)\]\([\w/]+/\)", r"`\1`", source[0])
    if name != app.config.root_doc:
        return
    for caption, pages in {**_CONTENTS, **({"Measured": _MEASURED} if _MEASURED else {})}.items():
        listed = "\n".join(pages)
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"


def _whole(body: str) -> str:
    """Mark what browsers would break, such as options and ids at their hyphens.

    Choices may break between two, paths after a slash, and long names before a dot.
    """

    def code(found: re.Match[str]) -> str:
        kind = "pre whole" if found[1].startswith("-") else "pre"
        text = re.sub(r"(?<=\w)[|/]", r"\g<0><wbr>", found[1])
        text = _LONG.sub(lambda name: name[0].replace(".", "<wbr>."), text)
        return f'<span class="{kind}">{text}</span>'

    body = re.sub(r'<span class="pre">([^<]*)</span>', code, body)
    return _UNBROKEN.sub(r'<span class="whole">\g<0></span>', body)


def _labelled(table: re.Match[str]) -> str:
    """Give each cell of a table the heading of its column, which a narrow screen shows beside it."""
    headings = re.findall(r'<th class="head[^>]*>(.*?)</th>', table[0], re.DOTALL)
    if len(headings) < _STACKED:
        return table[0]
    labels = cycle(re.sub(r"<[^>]+>", "", each).replace('"', "&quot;") for each in headings)
    cells = re.sub(r"<td(?=[ >])", lambda _: f'<td data-label="{next(labels)}"', table[0])
    return cells.replace('class="', 'class="stacked ', 1)


def _make_readable(_app: Any, page: str, _template: str, context: dict[str, Any], _document: Any) -> None:
    """Prepare a page for narrow screens, where a picture also leads to itself in full size."""
    if "body" in context:
        body = re.sub(r"<table.*?</table>", _labelled, _whole(context["body"]), flags=re.DOTALL)
        if page.endswith(".zh"):
            body = f'<div lang="zh-Hans">{body}</div>'
        context["body"] = re.sub(r'<img [^>]*src="([^"]+)"[^>]*>', r'<a href="\1">\g<0></a>', body)


def setup(app: Any) -> None:
    """Connect the contents, and what makes them readable."""
    app.connect("source-read", _prepare)
    app.connect("html-page-context", _make_readable)
