"""The frame of the pages admits its own style and script alone, and says its texts in the page's language."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.pages.frame import page_template
from jinja2 import UndefinedError

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """{% extends "frame.html.j2" %}
{% import "parts.html.j2" as parts with context %}
{% block title %}{{ subject }}{% endblock %}
{% block content %}{{ parts.copyable(subject|twice) }}
{{ parts.filter("rows", "Filter", {("state", "State"): {"good": subject}}) }}{% endblock %}
"""


def rendered(folder: Path, page: str = PAGE, **settings: object) -> str:
    """Return a page with a subject that is markup."""
    (folder / "page.html.j2").write_text(page)
    (folder / "page.css").write_text("main { color: red; }")
    template = page_template(
        folder / "page.html.j2", [folder / "page.css"], {"twice": lambda text: text + text}, **settings
    )
    return template.render(subject="<b>&")


def test_policy_admits_the_style_and_the_script_by_their_hashes(tmp_path: Path) -> None:
    """The policy names the hash of each, admits nothing else, and the style of the page is among it."""
    text = rendered(tmp_path)
    policy = re.search(r'Security-Policy" content="([^"]+)"', text)
    assert policy
    rules = dict(rule.split(" ", 1) for rule in policy[1].replace("&#39;", "'").split("; "))
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules.pop(f"{tag}-src") == f"'sha256-{digest}'"
    assert "main { color: red; }" in text
    assert rules.pop("img-src") == "data:"
    assert rules == dict.fromkeys(("default-src", "base-uri", "form-action"), "'none'")


def test_a_page_escapes_what_it_is_given(tmp_path: Path) -> None:
    """Markup is shown as it is written, in the title, in the parts, and after a filter of the page."""
    text = rendered(tmp_path)
    assert "<b>" not in text
    assert "<title>&lt;b&gt;&amp;</title>" in text
    assert "<pre>&lt;b&gt;&amp;&lt;b&gt;&amp;</pre>" in text
    assert '<option value="good">&lt;b&gt;&amp;</option>' in text


def test_the_frame_speaks_the_language_of_the_page(tmp_path: Path) -> None:
    """Every text of the frame and its parts goes through the translation that the page gives."""

    def shouted(text: str, **values: object) -> str:
        assert not values
        return text.upper()

    text = rendered(tmp_path, translate=shouted)
    for said in ("SKIP TO THE CONTENT", ">COPY<", '"COPIED"', "SEARCH", ">ALL<"):
        assert said in text
    assert ">Copy<" in rendered(tmp_path)


def test_a_page_that_uses_an_unknown_name_fails(tmp_path: Path) -> None:
    """A misspelt name in a template is an error and not an empty text."""
    with pytest.raises(UndefinedError, match="subjet"):
        rendered(tmp_path, PAGE.replace("{{ subject }}", "{{ subjet }}"))
