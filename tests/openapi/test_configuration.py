"""The reader of configuration files: one form for every mistake, whatever the file and its language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.configuration.description import REQUIRED, Entries, Key, Rows, Table, read
from checkpoint_openapi.configuration.file import ConfigurationFile
from checkpoint_openapi.configuration.values import (
    boolean,
    choice,
    date,
    filled_text,
    number,
    text,
    whole_number,
)
from checkpoint_openapi.document.source import DocumentError
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Table(
    {
        "name": Key(filled_text),
        "until": Key(date, None),
        "sizes": Rows(Table({"gib": Key(text)}, dict), "size"),
    },
    dict,
)
DESCRIPTION: Table[dict[str, Any]] = Table(
    {
        "colour": Key(choice("blue", "green"), "blue"),
        "count": Key(whole_number("a whole number from 1 to 9", 1, 9), 1),
        "share": Key(number("a share", lambda value: 0 <= value <= 1), 0.5),
        "strict": Key(boolean, default=True),
        "fields": Entries(lambda name, value: f"{name}={text(value)}"),
        "owner": Table({"name": Key(text)}, dict, default=REQUIRED),
        "plans": Rows(PLAN, "plan", REQUIRED),
    },
    dict,
)
GOOD: dict[str, Any] = {"owner": {"name": "me"}, "plans": [{"name": "nightly", "sizes": [{"gib": "1"}]}]}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def refusal(content: Any) -> str:
    """Return the one line by which a parsed file is refused."""
    with pytest.raises(DocumentError) as error:
        read(ConfigurationFile("my.toml", content, {}), DESCRIPTION)
    return str(error.value)


def written(folder: Path, name: str, content: str) -> ConfigurationFile:
    """Write a file and load it."""
    (folder / name).write_text(content, encoding="utf-8")
    return ConfigurationFile.load(folder / name)


def test_a_file_is_the_same_in_every_language(tmp_path: Path) -> None:
    """The suffix chooses the language, and the values do not depend on it."""
    toml = 'owner = { name = "me" }\n[[plans]]\nname = "nightly"\nuntil = 2027-01-31\n'
    yaml = "owner: {name: me}\nplans: [{name: nightly, until: 2027-01-31}]\n"
    as_json = '{"owner": {"name": "me"}, "plans": [{"name": "nightly", "until": "2027-01-31"}]}'
    found = [
        read(written(tmp_path, name, content), DESCRIPTION)
        for name, content in {"a.toml": toml, "a.yaml": yaml, "a.yml": yaml, "a.json": as_json}.items()
    ]
    assert found[1:] == found[:-1]
    assert found[0]["plans"][0]["until"].isoformat() == "2027-01-31"
    assert (found[0]["colour"], found[0]["fields"]) == ("blue", ())


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"colour": "red"}, 'colour must be "blue" or "green".'),
        ({"colour": "Geren"}, 'colour must be "blue" or "green". Did you mean \'green\'?'),
        ({"share": float("nan")}, "share must be a share."),
        ({"fields": {"a": 1}}, "fields.a must be a string."),
        (
            {"fields": {"a": "\ud800"}},
            "fields.a must be a string without NUL characters and lone surrogates.",
        ),
        ({"owner": {}}, "owner.name is missing. Add it."),
        ({"owner": {"nam": "me"}}, "unknown key 'nam' in [owner]. Did you mean 'name'?"),
        ({"plans": {}}, "plans must be a list of tables, one for each plan."),
        ({"plans": [1]}, "plan 1 must be a table with the keys name, until, sizes."),
        ({"plans": [{"name": " "}]}, "plan 1: name must be a non-empty text."),
        ({"plans": [{"name": "a", "until": "2027-02-30"}]}, "plan 1: until must be a calendar date"),
        (
            {"plans": [{"name": "a", "sizes": [{"gb": "1", "gib": "1"}]}]},
            "unknown key 'gb' in plan 1, size 1.",
        ),
        ({"count": 10, "strict": "yes"}, "count must be a whole number from 1 to 9. (1 more)"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(change: dict[str, Any], line: str) -> None:
    """A key is named by its path, an entry of a list by its number."""
    assert refusal(GOOD | change).startswith(f"my.toml: {line}")


@pytest.mark.parametrize("name", ["owner", "plans"])
def test_what_is_missing_is_named(name: str) -> None:
    """Tables and lists without a default are asked for like keys."""
    line = refusal({key: value for key, value in GOOD.items() if key != name})
    assert name in line
    assert "is missing. Add it." in line


def test_yaml_tells_the_first_mistake_in_the_order_of_the_file(tmp_path: Path) -> None:
    """The line and column are those of the key, and the others are counted."""
    file = written(
        tmp_path, "a.yaml", "strict: 1\nowner: {name: me}\nplans:\n- name: a\n  nmae: b\ncount: 0\n"
    )
    with pytest.raises(DocumentError) as error:
        read(file, DESCRIPTION)
    assert str(error.value) == f"{file.name}:1:1: strict must be true or false. (2 more)"
    assert (error.value.line, error.value.column) == (1, 1)


def test_a_mistyped_key_is_told_and_not_the_missing_one(tmp_path: Path) -> None:
    """One slip of the pen is one mistake, at the line where it stands."""
    file = written(tmp_path, "a.yaml", "owner: {name: me}\nplans:\n- nmae: b\n")
    with pytest.raises(
        DocumentError, match=r"unknown key 'nmae' in plan 1\. Did you mean 'name'\?$"
    ) as error:
        read(file, DESCRIPTION)
    assert error.value.line == 3


@given(st.sampled_from([*DESCRIPTION.members]), ANYTHING)
def test_no_content_ends_in_anything_but_a_value_or_a_refusal(name: str, value: Any) -> None:
    """Whatever stands under a key, it is read, or the refusal begins with the file."""
    built: dict[str, Any] = {}
    refused = ""
    try:
        built = read(ConfigurationFile("my.toml", GOOD | {name: value}, {}), DESCRIPTION)
    except DocumentError as error:
        refused = str(error)
    assert refused.startswith("my.toml: ") != (built.keys() == DESCRIPTION.members.keys())
