"""Texts that no parser reads, and files that are none: one line says what to do, and where."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from checkpoint_openapi.commands.diff import diff
from checkpoint_openapi.document import source
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Files
from checkpoint_openapi.document.source import DocumentError, load_with_positions, parse_with_positions
from checkpoint_openapi.lint.engine import lint
from click.testing import CliRunner

DOCUMENT = {"openapi": "3.0.3", "info": {"title": "T", "version": "1.0.0"}, "paths": {}}


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ("a:\n\tb: 2\n", "a tab cannot indent: write spaces", 2, 1),
        ("a: @b\n", "text cannot begin with '@' unless it is quoted", 1, 4),
        ("a: `b`\n", "text cannot begin with '`' unless it is quoted", 1, 4),
        ("*/*:\n  a: 1\n", "text cannot begin with '*' unless it is quoted", 1, 1),
        ("a: &\n", "text cannot begin with '&' unless it is quoted", 1, 4),
        ("a: *all\n", "an alias without an anchor of its name before it", 1, 4),
        ("a: b: c\n", "a colon where no key can be: correct the indentation, or quote text", 1, 5),
        ("a:\n  b: 1\n   c: 2\n", "a colon where no key can be", 3, 5),
        ("a:\n  b: 1\n c: 2\n", "the indentation is neither that of line 1 nor that of", 3, 2),
        ("a: 1\nb\nc: 2\n", "a key without a colon, or text that goes on", 2, 1),
        ("a:\n  - b\n  c: 1\n", "the list that begins on line 2 goes on without a '-'", 3, 3),
        ("a: 1\nb: 'x' y\n", "text goes on after the end of a value: quote all of it", 2, 8),
        ('a: 1\nb: "c\nd: 2\n', "the quotes that open here are never closed", 2, 4),
        ("a: 1\nb: 'c\n", "the quotes that open here are never closed", 2, 4),
        ("a: {b: 1,\nc: 2\n", "to end what begins on line 1", 3, 1),
        ("a: 1\n---\nb: 2\n", "a second document begins here", 2, 1),
        ("a: 1\n<<<<<<< ours\nb: 2\n=======\nb: 3\n>>>>>>> theirs\n", "has a merge conflict", 2, 1),
    ],
)
def test_a_slip_is_told_with_what_to_do(text: str, what: str, line: int, column: int) -> None:
    """The parser's own words, such as "cannot start any token", help nobody."""
    with pytest.raises(DocumentError) as caught:
        parse_with_positions(text, "a.yaml")
    assert what in caught.value.what
    assert (caught.value.line, caught.value.column) == (line, column)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
@pytest.mark.parametrize("length", range(4, len(json.dumps(DOCUMENT, indent=1)), 7))
def test_json_that_ends_early_is_told_in_terms_of_json(name: str, length: int) -> None:
    """Also in a file whose name does not say that it is JSON, as soon as its first member begins."""
    text = json.dumps(DOCUMENT, indent=1)[:length]
    with pytest.raises(DocumentError, match="is invalid JSON: ") as caught:
        parse_with_positions(text, name)
    assert 1 <= (caught.value.line or 0) <= text.count("\n") + 1


def test_yaml_in_braces_is_told_in_terms_of_yaml() -> None:
    """Its keys have no quotes, which is no fault."""
    with pytest.raises(DocumentError, match="is invalid YAML: "):
        parse_with_positions("{a: 1, b: [}", "a.yaml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"])
def test_another_encoding_is_told_as_one(tmp_path: Path, encoding: str) -> None:
    """With or without a byte order mark, what is to be done is to save the file as UTF-8."""
    path = tmp_path / "a.yaml"
    path.write_bytes(json.dumps(DOCUMENT).encode(encoding))
    with pytest.raises(DocumentError, match="is not UTF-8: save it as UTF-8"):
        load_with_positions(path)


def test_a_file_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device has no end; it is refused as a document, and where a reference leads to it."""
    monkeypatch.setattr(source, "_LONGEST", 1_000_000)
    with pytest.raises(DocumentError, match="/dev/zero: is larger than 1 MB, the most that is read"):
        load_with_positions("/dev/zero")
    referring = {**DOCUMENT, "paths": {"/a": {"$ref": "/dev/zero"}}}
    root = tmp_path / "root.json"
    root.write_text(json.dumps(referring), encoding="utf-8")
    documents = Documents(Files(), str(root))
    with pytest.raises(DocumentError, match="the file /dev/zero is larger than 1 MB"):
        documents.target(documents.root.below("paths", "/a"))


@pytest.mark.parametrize("levels", [201, 2_000])
def test_nesting_by_indentation_is_bounded_like_that_by_brackets(levels: int) -> None:
    """The first level that is too deep is told, before anything follows all of them."""
    text = "\n".join(f"{' ' * level}a:" for level in range(levels))
    with pytest.raises(DocumentError, match="nesting that is too deep") as caught:
        parse_with_positions(text, "a.yaml")
    assert (caught.value.line or 0) <= 203


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """The tools that load a document themselves get what was read, and so find nothing wrong with it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = json.dumps(DOCUMENT)
    writer = threading.Thread(target=lambda: pipe.write_text(text, encoding="utf-8"), daemon=True)
    writer.start()
    report = lint(pipe)
    writer.join(10)
    assert {"connexion", "schemathesis"} <= report.applied
    assert not report.findings


@pytest.mark.parametrize("base", ["folder", "none.yaml"])
def test_a_base_that_was_not_read_needs_no_other_version(tmp_path: Path, base: str) -> None:
    """Another version of it helps only if this one is broken."""
    (tmp_path / "folder").mkdir()
    new, broken = tmp_path / "new.json", tmp_path / "broken.yaml"
    new.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    broken.write_text("a: [\n", encoding="utf-8")
    results = [CliRunner().invoke(diff, [str(tmp_path / name), str(new)]) for name in (base, "broken.yaml")]
    assert [result.exit_code for result in results] == [2, 2]
    assert ["this is the base" in result.output for result in results] == [False, True]
    assert all(result.output.count("\n") == 1 for result in results)
