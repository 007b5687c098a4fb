"""Documents with positions: JSON's values, places that an editor jumps to, one line for what is broken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.document.source import (
    DocumentError,
    Position,
    load_with_positions,
    parse_with_positions,
)
from checkpoint_openapi.load import data_path
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
openapi: 3.0.3
paths:
  /a/{b}:
    get:
      responses:
        200: {description: fine}
        '404':
          description: gone
      tags: [one, two]
"""


@pytest.mark.parametrize(
    ("pointer", "line", "column"),
    [
        ("", 1, 1),
        ("/openapi", 1, 1),
        ("/paths/~1a~1{b}", 3, 3),
        ("/paths/~1a~1{b}/get/responses/200", 6, 9),
        ("/paths/~1a~1{b}/get/responses/200/description", 6, 15),
        ("/paths/~1a~1{b}/get/responses/404/description", 8, 11),
        ("/paths/~1a~1{b}/get/tags/1", 9, 19),
        ("#/paths/~1a~1{b}/get/tags/1", 9, 19),
    ],
)
def test_a_pointer_has_a_position(pointer: str, line: int, column: int) -> None:
    """The position is the key's, or the item's in a list, counted from 1."""
    assert parse_with_positions(TEXT, "a.yaml").position(pointer) == Position("a.yaml", line, column)


@pytest.mark.parametrize("pointer", ["/paths/~1a~1{b}/get/tags/2", "/paths/~1a~1{b}/get/tags/x/y"])
def test_a_pointer_into_nothing_has_the_place_of_its_parent(pointer: str) -> None:
    """What is missing is reported where it would stand."""
    assert parse_with_positions(TEXT, "a.yaml").position(pointer).line == 9


def test_keys_that_yaml_reads_as_numbers_become_text_and_are_listed() -> None:
    """An unquoted status is usable, and known to be unquoted."""
    source = parse_with_positions(TEXT, "a.yaml")

    assert list(source.document["paths"]["/a/{b}"]["get"]["responses"]) == ["200", "404"]
    assert source.plain_keys == ("/paths/~1a~1{b}/get/responses/200",)


def test_values_are_those_of_json() -> None:
    """A date stays text, since JSON has none."""
    text = "a: 2016-12-06T21:20:29\nb: [1, 1.5, true, null, x, '1']\n2016-12-06: day\n"

    assert parse_with_positions(text, "a.yaml").document == {
        "a": "2016-12-06T21:20:29",
        "b": [1, 1.5, True, None, "x", "1"],
        "2016-12-06": "day",
    }


def test_aliases_and_merge_keys_are_followed() -> None:
    """The value behind an alias counts at each place, own members before merged ones."""
    text = "base: &base {a: 1, b: 2}\nsame: *base\nmore: {<<: *base, b: 3}\nlist: {<<: [{c: 4}, *base]}\n"
    source = parse_with_positions(text, "a.yaml")

    assert source.document == {
        "base": {"a": 1, "b": 2},
        "same": {"a": 1, "b": 2},
        "more": {"a": 1, "b": 3},
        "list": {"a": 1, "b": 2, "c": 4},
    }
    assert source.position("/more/a") == Position("a.yaml", 1, 14)
    assert source.position("/list/c") == Position("a.yaml", 4, 14)


def test_an_anchor_may_be_defined_again() -> None:
    """An alias stands for the last anchor of its name before it (YAML 1.2.2, 7.1)."""
    source = parse_with_positions("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n", "f.yaml")
    assert source.document == {"a": 1, "b": 1, "c": [2], "d": [2]}
    assert source.position("/c/0") == Position("f.yaml", 3, 8)


@pytest.mark.parametrize("text", ['{"a": 1}', "a: 1"])
def test_a_text_that_two_versions_share_is_read_once(text: str) -> None:
    """A file that did not change has the same values in both versions, and positions of its own."""
    old, new = (parse_with_positions(text, name) for name in ("old.yaml", "new.yaml"))
    assert old.document is new.document
    assert [each.position("/a").file for each in (old, new)] == ["old.yaml", "new.yaml"]
    assert parse_with_positions(f"{text} ", "new.yaml").document is not new.document


@pytest.mark.parametrize("number", ["1" * 5000, "0x" + "f" * 5000, "0o" + "7" * 9000])
def test_a_number_that_is_too_long_is_told_shortly(number: str) -> None:
    """Python does not write a number of more than 4,300 digits, in whatever base it is read."""
    with pytest.raises(DocumentError, match="has a number that cannot be read") as caught:
        parse_with_positions(f"a: {number}\n", "a.yaml")
    assert len(str(caught.value)) < 120


def test_aliases_that_multiply_are_refused() -> None:
    """A few lines that stand for millions of values are told in one line, at once."""
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))

    with pytest.raises(
        DocumentError, match="more than 1000000 values once its aliases are expanded"
    ) as caught:
        parse_with_positions(text, "a.yaml")

    assert caught.value.line == 6


_NAMES = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=5)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


def _pointers(value: Any, pointer: str) -> list[str]:
    """Return the pointers of everything in a value, and of something that is not."""
    found = [pointer, f"{pointer}/nowhere"]
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        token = str(step).replace("~", "~0").replace("/", "~1")
        found.extend(_pointers(inner, f"{pointer}/{token}"))
    return found


@given(value=st.dictionaries(_NAMES, _VALUES, max_size=4), indent=st.none() | st.integers(0, 3))
def test_json_has_the_values_and_places_of_the_same_text_in_yaml(
    value: dict[str, Any], indent: int | None
) -> None:
    """A comment makes YAML of a text in JSON, and of that another reader."""
    text = json.dumps(value, indent=indent)
    quick, thorough = (parse_with_positions(written, "a") for written in (text, f"{text} # YAML"))

    assert quick.root is None
    assert thorough.root is not None
    assert quick.document == thorough.document == value
    for pointer in _pointers(value, ""):
        assert quick.position(pointer) == thorough.position(pointer)


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ('{"a": 1,\n\t"a": 2}', "the key 'a' twice", 2, 2),
        ('{"a": "\\ud83d"}', "invalid YAML", 1, 10),
        ('{"a": 1', "invalid JSON: expecting ',' delimiter", 1, 8),
        ('{"a": ' + "[" * 250 + "]" * 250 + "}", "nesting that is too deep", 1, 207),
    ],
)
def test_json_that_no_document_may_be_has_a_line(text: str, what: str, line: int, column: int) -> None:
    """What the reader of JSON leaves alone is told at its place."""
    with pytest.raises(DocumentError, match=what) as caught:
        parse_with_positions(text, "a.json")

    assert (caught.value.line, caught.value.column) == (line, column)


def test_words_that_are_no_json_are_read_as_yaml() -> None:
    """Python's reader of JSON takes NaN for a number, which is text in a document."""
    assert parse_with_positions('{"a": NaN}', "a.json").document == {"a": "NaN"}


@pytest.mark.parametrize("indent", ["\t", 2, None])
def test_json_is_read_alike(tmp_path: Path, indent: str | int | None) -> None:
    """A JSON file has positions too, also when tabs indent it or escapes stand in pairs."""
    value = {"a": {"b": ["x", "\t", "\u4e2d", "\U0001f600 \\ud83d", 1e3]}}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value, indent=indent))
    source = load_with_positions(path)

    assert source.document == value
    assert source.position("/a/b").line == (1 if indent is None else 3)


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ("a: [1\nb: 2\n", "is invalid YAML", 2, 2),
        ("a: 1\nb: 2\na: 3\n", "the key 'a' twice", 3, 1),
        ("a: &x [*x]\n", "an alias that contains itself", 1, 4),
        ("a: &x {b: *x}\n", "an alias that contains itself", 1, 4),
        ("a: *x\n", "is invalid YAML", 1, 4),
        ("a: !own {b: c}\n", "the tag '!own'", 1, 4),
        (f"a: {'9' * 5000}\n", "a number that cannot be read", 1, 4),
        ("a: !!binary aGk=\n", "the tag 'tag:yaml.org,2002:binary'", 1, 4),
        ("? [a]\n: b\n", "a key that is not text", 1, 3),
        ("a: {<<: 1}\n", "a merge key", 1, 9),
        ("- a\n", "its root is not an object", 1, 1),
        ("", "is empty", 1, 1),
        ("a: \x01\n", "has the character U+0001, which YAML does not allow", 1, 4),
        ("a: é🤡\nb: '\x85\x00'\n", "has the character U+0000", 2, 6),
    ],
)
def test_what_is_broken_has_a_line(text: str, what: str, line: int | None, column: int | None) -> None:
    """The error says what is wrong and where, in one line."""
    with pytest.raises(DocumentError) as caught:
        parse_with_positions(text, "a.yaml")

    error = caught.value
    assert what in error.what
    assert (error.file, error.line, error.column) == ("a.yaml", line, column)
    assert str(error).startswith("a.yaml:")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 300_000 + "]" * 300_000,
        "a: " + "{b: " * 300_000 + "}" * 300_000,
        "a:\n  " + "- " * 300_000,
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000)),
    ],
    ids=["lists", "objects", "blocks", "aliases"],
)
def test_a_deep_document_is_an_error_and_no_crash(text: str) -> None:
    """Nesting beyond what the parser can follow is told in one line."""
    with pytest.raises(DocumentError, match="nesting that is too deep"):
        parse_with_positions(text, "a.yaml")


def test_a_file_of_nearly_the_name_is_suggested(tmp_path: Path) -> None:
    """A mistyped name meets the document that stands beside it, and nothing that is no document."""
    (tmp_path / "checkpoint.yaml").touch()
    (tmp_path / "checkpoint.yml.bak").touch()
    with pytest.raises(DocumentError, match=r"No such file.*\. Did you mean .*/checkpoint\.yaml\?$"):
        load_with_positions(tmp_path / "checkpoint.yml")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file, a folder and another encoding are told apart."""
    (tmp_path / "latin.yaml").write_bytes("a: 1\nb: \xe9\n".encode("latin-1"))

    with pytest.raises(DocumentError, match=r"none\.yaml: cannot be read: No such file"):
        load_with_positions(tmp_path / "none.yaml")
    with pytest.raises(DocumentError, match="cannot be read: Is a directory"):
        load_with_positions(tmp_path)
    with pytest.raises(DocumentError, match=r"latin\.yaml:2: is not UTF-8"):
        load_with_positions(tmp_path / "latin.yaml")


@pytest.mark.parametrize("name", ["checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml"])
def test_our_own_files_have_no_plain_keys(name: str) -> None:
    """Every key of the contract is text for every tool."""
    assert load_with_positions(data_path(name)).plain_keys == ()


@pytest.mark.parametrize(
    ("written", "value", "differs"),
    [
        ("NO", "NO", True), ("on", "on", True), ("y", "y", False), ("true", True, False),
        ("TRUE", True, False), ("010", 10, True), ("0o17", 15, True), ("0x1F", 31, False),
        ("0b11", "0b11", True), ("1_000", "1_000", True), ("1:30", "1:30", True), ("1e3", 1000.0, True),
        ("1.5e+3", 1500.0, False), ("+7", 7, False), ("2026-11-28", "2026-11-28", True),
        ("~", None, False), ("", None, False), ("Null", None, False), ("=", "=", False),
        (".5", 0.5, False), ("'NO'", "NO", False), ("!!str 12", "12", False), ("!!str NO", "NO", False),
        ("!!int 7", 7, False), ("!!float 7", 7.0, False), ("|-\n  010", "010", False),
        ("200", 200, False), ("-0", 0, False), ("0.1.2", "0.1.2", False),
    ],
)  # fmt: skip
def test_scalars_are_those_of_the_core_schema(written: str, value: Any, differs: bool) -> None:
    """Plain scalars are read as YAML 1.2 has them, and where YAML 1.1 reads them otherwise is known."""
    source = parse_with_positions(f"a: {written}\n", "a.yaml")
    assert source.document == {"a": value}
    assert type(source.document["a"]) is type(value)
    assert [each.pointer for each in source.ambiguous] == (["/a"] if differs else [])
