"""What a person sees of a change: the lines of both versions, and a rename told as one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from checkpoint_openapi.diff.report import Report, first_report, report
from checkpoint_openapi.diff.writers import write
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text

from openapi.diff.judging import judged, with_schema

BASE = """openapi: 3.0.3
info: {title: Small, version: 1.0.0}
paths:
  /things:
    get:
      parameters:
        - name: limit
          in: query
          schema: {type: integer, maximum: 9}
      responses:
        '200': {description: done}
"""


def compared(base: str, revision: str) -> Report:
    """Return the report on two texts."""
    old, new = (
        Documents(Text({name: text}), name) for name, text in {"old.yaml": base, "new.yaml": revision}.items()
    )
    return report(old, new)


def shown_lines(page: str) -> list[str]:
    """Return the marked lines of a page, without markup."""
    found = re.findall(r'<span class="here"><i>(\d+)</i>(.*)', page)
    return [f"{number}:{text.strip()}" for number, text in found]


def test_the_page_shows_both_versions_at_the_place() -> None:
    """The line is marked in the old version and in the new one, wherever it is in each of them."""
    revision = BASE.replace("maximum: 9", "maximum: 5").replace("info:", "# Changed.\ninfo:")
    page = write(compared(BASE, revision), "html")
    assert shown_lines(page)[:2] == [
        "9:schema: {type: integer, maximum: 9}",
        "10:schema: {type: integer, maximum: 5}",
    ]


def test_a_list_of_values_takes_one_line() -> None:
    """A request that shows a limit of items fits on the screen."""
    item = {"type": "string", "enum": ["a,\n b"]}
    versions = [
        with_schema(
            {"type": "array", "items": {"type": "object", "properties": {"names": each}}}, request=True
        )
        for each in (
            {"type": "array", "items": item, "minItems": 40},
            {"type": "array", "items": item, "minItems": 41},
        )
    ]
    page = write(judged(*versions), "html")
    assert ", ".join(["&#34;a,\\n b&#34;"] * 40) in page


def test_the_page_says_where_a_version_has_nothing() -> None:
    """A removed parameter has lines in the base alone."""
    revision = re.sub(r"      parameters:.*?(?=      responses)", "", BASE, flags=re.DOTALL)
    page = write(compared(BASE, revision), "html")
    assert shown_lines(page)[0] == "7:- name: limit"
    assert "Nothing is here." in page


def test_text_of_a_contract_is_no_markup() -> None:
    """A description, a name or a line of a document cannot add elements to the page."""
    hostile = "<img src=x onerror=alert(1)>"
    base = BASE.replace("limit", f"'{hostile}'")
    page = write(compared(base, base.replace("maximum: 9", "maximum: 5")), "html")
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_contract_without_a_base_has_a_page() -> None:
    """There is nothing to show side by side, and the page says so."""
    page = write(first_report("main:new.yaml", Documents(Text({"new.yaml": BASE}), "new.yaml")), "html")
    assert "nothing to compare it with" in page


@pytest.mark.parametrize("excerpts", [True, False])
def test_the_terminal_shows_the_line_with_a_caret(excerpts: bool) -> None:
    """Below each finding stands its line, in the version that its position is in, if a person asks for it."""
    text = write(compared(BASE, BASE.replace("maximum: 9", "maximum: 5")), "text", excerpts=excerpts)
    lines = text.splitlines()
    assert ("    " + " " * 34 + "^" in lines) is excerpts
    assert any("{type: integer, maximum: 5}" in line for line in lines) is excerpts


def renamed(old: dict[str, Any], new: dict[str, Any], *, request: bool, closed: bool) -> set[str]:
    """Return the new names of the members that were probably renamed."""
    versions = [
        with_schema(
            {"type": "object", "properties": each, "additionalProperties": not closed},
            request=request,
            version="3.0.3",
        )
        for each in (old, new)
    ]
    return {found.renamed_to for found in judged(*versions).findings if found.renamed_to}


KINDS = {"text": {"type": "string"}, "number": {"type": "number", "minimum": 3}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"created_at": KINDS["text"]}, {"createdAt": KINDS["text"]}, {"createdAt"}),
        ({"colour": KINDS["text"]}, {"color": KINDS["number"]}, {"color"}),
        ({"amount": KINDS["number"]}, {"total": KINDS["number"]}, {"total"}),
        ({"amount": KINDS["number"]}, {"total": KINDS["text"]}, set()),
        ({"amount": KINDS["number"]}, {"total": KINDS["number"], "sum": KINDS["number"]}, set()),
        ({"amount": KINDS["number"], "sum": KINDS["number"]}, {"total": KINDS["number"]}, set()),
        ({"amount": KINDS["number"]}, {}, set()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("request_", [False, True])
def test_a_likely_rename_is_recognized(
    old: Any, new: Any, expected: set[str], request_: bool, closed: bool
) -> None:
    """A name that is spelled alike, or is the only new one with the same definition, replaced the other."""
    assert renamed(old, new, request=request_, closed=closed) == expected


def test_a_renamed_path_and_parameter_are_recognized() -> None:
    """A path and a parameter are renamed within their method and their kind."""
    revision = BASE.replace("/things", "/thing").replace("name: limit", "name: limits")
    path = {found.id: found.renamed_to for found in compared(BASE, revision).findings}
    parameter = compared(BASE, BASE.replace("name: limit", "name: limits")).findings
    assert path["path-removed"] == "/thing"
    assert {found.id: found.renamed_to for found in parameter}["parameter-removed"] == "limits"


@pytest.mark.parametrize(
    ("member", "beginning"),
    [
        ({"type": "boolean"}, "`name`: type `string` → `boolean` ("),
        (None, "`name` is no longer declared and "),
    ],
)
def test_a_change_reads_as_a_sentence_or_after_a_colon(member: Any, beginning: str) -> None:
    """What goes on as a sentence has no colon between it and its subject."""
    versions = [
        with_schema(
            {"type": "object", "properties": each, "additionalProperties": False},
            request=True,
            version="3.0.3",
        )
        for each in ({"name": KINDS["text"]}, {} if member is None else {"name": member})
    ]
    assert any(found.message.startswith(beginning) for found in judged(*versions).findings)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_format_for_people_tells_a_rename(form: str) -> None:
    """The new name stands at the finding of the old one."""
    told = write(compared(BASE, BASE.replace("name: limit", "name: limits")), form)
    assert re.search("Probably renamed to (`limits`|<code>limits</code>)", told)
