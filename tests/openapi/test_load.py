"""The loader: typed records, fresh documents, one clear line for a broken file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi import load
from checkpoint_openapi.document.source import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put an empty folder in the place of the contract's, with nothing remembered before and after."""
    monkeypatch.setattr(load, "_FOLDERS", (tmp_path,))
    load.requirements.cache_clear()
    load.errors.cache_clear()
    yield tmp_path
    load.requirements.cache_clear()
    load.errors.cache_clear()


def test_every_file_is_found() -> None:
    """The names that the other packages use lead to files and folders."""
    for name in ("checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml", "ERRATA.md"):
        assert load.data_path(name).is_file(), name
    assert load.data_path("released").is_dir()


def test_a_missing_file_is_named_with_the_places_searched(folder: Path) -> None:
    """The error says what is missing, where it was sought, and what to do."""
    with pytest.raises(FileNotFoundError, match=r"'checkpoint\.yaml' is missing: searched .*Install"):
        load.data_path("checkpoint.yaml")

    assert not list(folder.iterdir())


def test_records_cannot_be_changed() -> None:
    """What one caller reads, no other caller can alter."""
    requirement = load.requirements()[0]

    assert requirement.id == "HTTP-1"
    assert isinstance(requirement.basis, tuple)
    with pytest.raises(AttributeError):
        requirement.level = "SHOULD"  # type: ignore[misc]


def test_a_document_is_read_anew(folder: Path) -> None:
    """An edit shows at the next call."""
    (folder / "checkpoint.yaml").write_text("openapi: 3.0.3\n")
    before = load.document()
    (folder / "checkpoint.yaml").write_text("openapi: 3.0.4\n")

    assert before["openapi"] == "3.0.3"
    assert load.document()["openapi"] == "3.0.4"


def test_the_error_catalogue_is_typed() -> None:
    """A condition knows its pair, and a pair of two statuses stays two."""
    catalogue = load.errors()

    assert (catalogue.conditions["running-by-hand"].status, catalogue.conditions["running-by-hand"].code) == (
        500,
        "CSBS.1001",
    )
    assert {(400, "CSBS.9009"), (403, "CSBS.9009")} <= catalogue.published


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("requirements: []\n", "`requirements` is empty"),
        ("contract: 1.0.0\n", "`requirements` is empty"),
        ("requirements: [{id: HTTP-1}]\n", r"`requirements\[0\]` is malformed"),
        ("requirements: [text]\n", r"`requirements\[0\]` is malformed"),
        ("requirements: [\n", "is invalid YAML"),
    ],
)
def test_a_broken_requirement_catalogue_is_one_clear_line(folder: Path, text: str, message: str) -> None:
    """The error names the file and the entry."""
    (folder / "requirements.yaml").write_text(text)

    with pytest.raises(DocumentError, match=message) as caught:
        load.requirements()

    assert caught.value.file.endswith("requirements.yaml")
    assert "\n" not in str(caught.value)


def test_a_requirement_given_twice_is_refused(folder: Path) -> None:
    """An id belongs to one requirement."""
    text = load._HERE.parent.joinpath("requirements.yaml").read_text(encoding="utf-8")
    (folder / "requirements.yaml").write_text(text.replace("id: HTTP-2\n", "id: HTTP-1\n"))

    with pytest.raises(DocumentError, match="has an id twice"):
        load.requirements()


@pytest.mark.parametrize(
    "text",
    [
        "gateway_pattern: x\n",
        "published: [{status: x, code: y}]\ngateway_pattern: x\n",
        "published: []\n",
    ],
)
def test_a_broken_error_catalogue_is_one_clear_line(folder: Path, text: str) -> None:
    """Missing members and malformed pairs are told alike."""
    (folder / "errors.yaml").write_text(text)

    with pytest.raises(DocumentError, match="`published` or `gateway_pattern` is missing or malformed"):
        load.errors()
