"""All released versions of a contract: each compared with the one before, on a page and in Markdown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.commands.diff import changelog, diff
from checkpoint_openapi.diff.history import history
from checkpoint_openapi.diff.writers.history import as_markdown, as_page
from checkpoint_openapi.document.source import DocumentError
from click.testing import CliRunner

from openapi.diff.judging import with_schema

PLACE = "contract.yaml#/paths/~1things/post"
REQUIREMENT = {"id": "REQ-1", "level": "MUST", "text": "It holds.", "clause": PLACE, "status": "active"}


def release(folder: Path, version: str, schema: Any, other: Any, *requirements: dict[str, Any]) -> None:
    """Write a version of two documents and a catalogue."""
    place = folder / "released" / version
    place.mkdir(parents=True)
    for name, each in (("contract.yaml", schema), ("other.yaml", other)):
        document = with_schema(each, request=True)
        document["info"]["version"] = version
        (place / name).write_text(json.dumps(document, indent=2), "utf-8")
    catalogue = {"contract": version, "requirements": requirements}
    (place / "requirements.yaml").write_text(json.dumps(catalogue, indent=2), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a contract of three versions: a wider request in one document, then a narrower one in the other."""
    text = {"type": "string", "maxLength": 5}
    release(tmp_path, "1.9.0", text, text, REQUIREMENT)
    release(tmp_path, "1.10.0", text | {"maxLength": 9}, text, REQUIREMENT, REQUIREMENT | {"id": "REQ-2"})
    release(tmp_path, "2.0.0", text | {"maxLength": 9}, text | {"maxLength": 4}, REQUIREMENT)
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 1.10.0 (2026-02-03)\n\nText.\n", "utf-8")
    return tmp_path


def test_each_version_is_compared_with_the_one_before(folder: Path) -> None:
    """The newest is the first, versions are ordered as numbers, and the changes of both documents are there."""
    found = history(folder)
    assert [(each.version, each.date) for each in found] == [
        ("2.0.0", ""),
        ("1.10.0", "2026-02-03"),
        ("1.9.0", ""),
    ]
    told = [{finding.id for finding in each.report.findings} for each in found]
    assert told == [
        {"request-length-narrowed", "requirement-withdrawn"},
        {"request-length-widened", "requirement-added"},
        set(),
    ]
    assert found[-1].report.is_first


def test_the_catalogue_is_told_once(folder: Path) -> None:
    """Two documents share it, and no requirement is added twice."""
    reports = history(folder)[1].reports
    assert [[finding.id for finding in each.findings] for each in reports] == [
        ["requirement-added", "request-length-widened"],
        [],
    ]


def test_the_page_says_whom_each_change_breaks(folder: Path) -> None:
    """Each change is a row with its version, its side and its requirements, and leads to a card of its own."""
    page = as_page(history(folder))
    rows = re.findall(r'<tr data-row data-version="([\d.]+)" data-concerns="(\w+)">', page)
    assert sorted(rows) == [
        ("1.10.0", "implementers"),
        ("1.10.0", "implementers"),
        ("2.0.0", "clients"),
        ("2.0.0", "nobody"),
    ]
    assert page.count("REQ-1") > 1
    targets = re.findall(r'<td><a href="#([^"]+)">', page)
    assert len(set(targets)) == len(rows)
    assert all('<article class="card ' in page and f'id="{target}"' in page for target in targets)
    assert "A major change after 1.10.0. Of its changes, 1 break clients, 1 break nobody." in page
    assert page.count("The first release.") == 1
    assert page.count("<h4>Before</h4>") == len(rows)


def test_a_change_that_comes_back_has_two_cards(tmp_path: Path) -> None:
    """The same change in two versions is told at each of them, and each link leads to its own."""
    for number, most in enumerate((5, 4, 5, 4)):
        release(tmp_path, f"{number + 1}.0.0", {"type": "string", "maxLength": most}, {})
    page = as_page(history(tmp_path))
    names = re.findall(r'<article class="card \w+" id="([^"]+)"', page)
    assert len(names) == len(set(names)) == 3
    assert len({name.partition("-")[2] for name in names}) == 2


def test_the_markdown_names_the_requirements(folder: Path) -> None:
    """Each section lists its changes, with the requirements that a change touches."""
    text = as_markdown(history(folder))
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## 2.0.0",
        "## 1.10.0 (2026-02-03)",
        "## 1.9.0",
    ]
    assert re.search(r"`maxLength` 5 → 9\. Touches REQ-1, REQ-2\. \(`request-length-widened`\)", text)
    assert "The requirement REQ-2 is new, as a MUST: It holds. (`requirement-added`)" in text
    assert text.endswith("## 1.9.0\n\nThe first release.\n")


def test_the_command_writes_the_page(folder: Path) -> None:
    """The folder is the only argument, and the same page comes out every time."""
    output = folder / "changes.html"
    arguments = ["--all", "--format", "html", "--output", str(output), str(folder)]
    for _ in range(2):
        assert CliRunner().invoke(changelog, arguments).exit_code == 0
        assert output.read_text("utf-8") == as_page(history(folder))
    own = CliRunner().invoke(changelog, ["--all"])
    assert own.stdout.startswith("# Changes to the contract\n\n## ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--all", "a", "b"], "at most one folder"),
        (["--format", "html"], "`diff --format html` compares two versions"),
        (["--all", "."], "holds no released version"),
    ],
)
def test_a_mistake_is_told(arguments: list[str], said: str, tmp_path: Path) -> None:
    """Nothing is written where nothing was released, or where the page is of two versions."""
    arguments = [str(tmp_path) if each == "." else each for each in arguments]
    result = CliRunner().invoke(changelog, arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_unreleased_contract_has_no_history(tmp_path: Path) -> None:
    """The folder that was looked into is named."""
    with pytest.raises(DocumentError, match="released: holds no released version"):
        history(tmp_path)


BESIDE = """{
  "openapi": "3.1.0", "info": {"title": "Small", "version": "1.0.0"},
  "paths": {"/things": {"get": {"parameters": [
    NEW
    {"name": "limit", "in": "query", "schema": {"type": "string"}}],
    "responses": {"200": {"description": "done"}}}}}
}"""


def test_what_is_new_in_a_list_has_no_lines_of_its_neighbour(tmp_path: Path) -> None:
    """A new entry takes the place of another one in the list, whose lines are not those before it."""
    added = '{"name": "sort", "in": "query", "schema": {"type": "string"}},'
    for name, new in (("old", ""), ("new", added)):
        (tmp_path / f"{name}.yaml").write_text(BESIDE.replace("NEW", new), "utf-8")
    versions = [str(tmp_path / f"{name}.yaml") for name in ("old", "new")]
    page = CliRunner().invoke(diff, [*versions, "--format", "html"]).stdout
    before, after = re.findall(r"<h4>(?:Before|After)</h4>(.*?)</div>", page, re.DOTALL)[:2]
    assert "Nothing is here." in before
    assert "sort" in after


@pytest.mark.parametrize("catalogue", ["requirements", "errors"])
def test_an_entry_of_a_catalogue_is_found_by_its_id(catalogue: str, tmp_path: Path) -> None:
    """The lines before a change are those of the same entry, however many came before it since."""
    entry = REQUIREMENT | {"status": "active" if catalogue == "requirements" else 404, "code": "A.1"}
    listed = "requirements" if catalogue == "requirements" else "conditions"
    versions = {
        "old": [entry | {"id": "KEPT", "text": "It is as it was."}],
        "new": [entry | {"id": "MORE"}, entry | {"id": "KEPT", "text": "It differs."}],
    }
    for name, entries in versions.items():
        place = tmp_path / name
        place.mkdir()
        (place / "contract.yaml").write_text(json.dumps(with_schema({}, request=True)), "utf-8")
        beside = {"contract": "1.0.0", listed: entries}
        (place / f"{catalogue}.yaml").write_text(json.dumps(beside, indent=2), "utf-8")
    files = [str(tmp_path / name / "contract.yaml") for name in versions]
    page = CliRunner().invoke(diff, [*files, "--format", "html"]).stdout
    card = page[page.index("now reads: It differs") :]
    before, after = re.findall(r"<h4>(?:Before|After)</h4>(.*?)</div>", card, re.DOTALL)[:2]
    assert "It is as it was." in before
    assert "It differs." in after
