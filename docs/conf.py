"""How the site is made of the pages: .venv/bin/python -m sphinx -c docs . site."""

from __future__ import annotations

import re
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


def _keep_whole(_app: Any, _page: str, _template: str, context: dict[str, Any], _document: Any) -> None:
    """Mark options, which browsers would break at their hyphens, and let choices break between two."""

    def marked(found: re.Match[str]) -> str:
        kind = "pre option" if found[1].startswith("-") else "pre"
        return f'<span class="{kind}">{found[1].replace("|", "|<wbr>")}</span>'

    if "body" in context:
        context["body"] = re.sub(r'<span class="pre">([^<]*)</span>', marked, context["body"])


def setup(app: Any) -> None:
    """Connect the contents, and what makes them readable."""
    app.connect("source-read", _prepare)
    app.connect("html-page-context", _keep_whole)
