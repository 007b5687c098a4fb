"""Values as JSON has them, and patterns that cannot be read."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.document.values import contains, equal, hashable
from hypothesis import given
from hypothesis import strategies as st

from openapi.diff.judging import ids, judged, with_schema

from .test_properties import brief, document

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=6,
)
UNREADABLE = (r"\A[a-z]+\Z", r"\A[a-z0-9]+\Z")


def swapped(value: Any) -> Any:
    """Return a value with each Boolean as the number that Python takes it for, and the other way round."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, list):
        return [swapped(item) for item in value]
    return {name: swapped(item) for name, item in value.items()} if isinstance(value, dict) else value


@brief
@given(JSON)
def test_a_number_is_no_boolean(value: Any) -> None:
    """A value equals itself and not the one in which a Boolean became a number."""
    other = swapped(value)
    assert equal(value, copy.deepcopy(value))
    assert equal(value, other) is (repr(value) == repr(other))
    assert contains([None, value], value)


@brief
@given(JSON, JSON)
def test_equal_values_stand_for_the_same_in_a_set(value: Any, other: Any) -> None:
    """What stands for a value is that of another exactly if both are equal, whatever Python makes of them."""
    for each in (other, swapped(value), copy.deepcopy(value)):
        assert (hashable(value) == hashable(each)) is equal(value, each)


@brief
@given(st.lists(JSON, min_size=1, max_size=3), st.booleans())
def test_listed_values_are_compared_as_json(values: list[Any], request: bool) -> None:
    """A list of values with Booleans in place of numbers is another list."""
    other = swapped(values)
    same = all(contains(values, value) for value in other) and all(contains(other, value) for value in values)
    found = judged(document({"enum": values}, request=request), document({"enum": other}, request=request))
    assert (found.verdict == "breaking") is not same


def test_a_default_is_compared_as_json() -> None:
    """A default that was 0 and is false now is another one."""
    old, new = ({"type": "object", "properties": {"a": {"default": value}}} for value in (0, False))
    assert "request-default-changed" in ids(
        judged(with_schema(old, request=True), with_schema(new, request=True)), "breaking"
    )


def pattern(text: str, **others: Any) -> dict[str, Any]:
    """Return a schema of texts that match a pattern."""
    return {"type": "string", "pattern": text, **others}


@pytest.mark.parametrize("request_", [True, False])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pattern(UNREADABLE[0]), pattern(UNREADABLE[1])),
        (pattern(UNREADABLE[0]), pattern("^[a-z]+$")),
        (pattern("^[a-z]+$"), pattern(UNREADABLE[0])),
        (pattern(UNREADABLE[0]), pattern(UNREADABLE[0], maxLength=9)),
        (pattern(UNREADABLE[0], minLength=3), pattern(UNREADABLE[0])),
    ],
)
def test_an_unreadable_pattern_is_for_review(old: Any, new: Any, request_: bool) -> None:
    """Of a pattern that no engine here reads nothing can be proven about it; it is shown as it is written."""
    found = judged(with_schema(old, request=request_), with_schema(new, request=request_))
    assert not ids(found, "breaking")
    text = " ".join(each.message for each in found.findings)
    assert "opaque" not in text


def test_what_holds_whatever_a_pattern_means_is_proven() -> None:
    """An unreadable pattern that stays is equal to itself, and what is said beside it is compared."""
    old, longer = pattern(UNREADABLE[0]), {"type": ["string", "null"], "pattern": UNREADABLE[0]}
    assert judged(with_schema(old, request=True), with_schema(longer, request=True)).verdict == "compatible"
    assert ids(judged(with_schema(longer, request=True), with_schema(old, request=True)), "breaking")
    free = {"type": "string"}
    assert judged(with_schema(old, request=True), with_schema(free, request=True)).verdict == "compatible"


def test_a_format_of_numbers_is_told_as_the_format() -> None:
    """The bounds of int32 are nobody's words: what changed is the format, and it is told once."""
    narrow, wide = {"type": "integer", "format": "int32"}, {"type": "integer"}
    for old, new, words in (
        (narrow, wide, '`format` "int32" is gone'),
        (narrow, {**wide, "format": "int16"}, '`format` "int32" → "int16"'),
        (wide, narrow, '`format` "int32" is new'),
    ):
        for request in (True, False):
            found = judged(with_schema(old, request=request), with_schema(new, request=request))
            messages = [each.message for each in found.findings if not each.id.startswith("version-")]
            assert len(messages) == 1
            assert words in messages[0]


LISTED = {"type": "string", "enum": ["a", "b"]}
VAGUE = {**LISTED, "nullable": True}


@pytest.mark.parametrize(
    ("old", "new", "request_", "answer"),
    [
        (VAGUE, {**VAGUE, "enum": ["a", "b", None]}, "compatible", "review"),
        ({**VAGUE, "enum": ["a", "b", None]}, VAGUE, "review", "compatible"),
        (VAGUE, LISTED, "review", "compatible"),
        (LISTED, VAGUE, "compatible", "review"),
        (VAGUE, {**VAGUE, "enum": ["a"]}, "breaking", "compatible"),
        (VAGUE, {**VAGUE, "description": "as it was"}, "compatible", "compatible"),
    ],
)
def test_null_beside_an_enum_is_for_review(old: Any, new: Any, request_: str, answer: str) -> None:
    """Whether `nullable` admits a null that `enum` lacks depends on the tool, and the finding names some."""
    for request, expected in ((True, request_), (False, answer)):
        schemas = (with_schema(each, request=request, version="3.0.3") for each in (old, new))
        found = judged(*schemas)
        assert found.verdict == expected
        assert ("Connexion" in " ".join(each.message for each in found.findings)) is (expected == "review")


def test_null_beside_an_enum_becomes_a_list_of_3_1() -> None:
    """A list of 3.1 has one reading: against either reading of 3.0.3 a change of it is not breaking."""
    for new in ({**LISTED, "type": ["string", "null"]}, {"enum": ["a", "b", None]}, LISTED):
        for request in (True, False):
            before = with_schema(VAGUE, request=request, version="3.0.3")
            assert not ids(judged(before, with_schema(new, request=request)), "breaking")


def test_a_keyword_that_stays_is_not_told() -> None:
    """A witness of one keyword proves nothing of another: the format stays, or nobody can tell what it refuses."""
    old = {"type": "string", "format": "verb", "enum": ["GET", "HEAD"]}
    kept, other = ({**old, "format": name, "enum": ["GET"]} for name in ("verb", "word"))
    found = judged(with_schema(old, request=True), with_schema(kept, request=True))
    assert found.open_ids() - {"version-too-low"} == {"request-value-removed"}
    found = judged(with_schema(old, request=True), with_schema(other, request=True))
    assert ids(found, "breaking") == {"request-value-removed"}
    assert ids(found, "review") == {"request-undecided"}


def test_a_list_that_is_stated_twice_is_told_as_one() -> None:
    """What two lists have in common is what may be sent."""
    versions = [
        {"allOf": [{"enum": [*values, "x"]}, {"enum": [*values, "y"]}]} for values in (["a"], ["a", "b"])
    ]
    found = judged(*(with_schema(each, request=False) for each in versions))
    assert any(each.message.endswith('may now be "b"') for each in found.findings)


@pytest.mark.parametrize("request_", [True, False])
@pytest.mark.parametrize("keyword", ["const", "enum"])
def test_the_members_of_a_listed_value_are_known_to_its_sender(request_: bool, keyword: str) -> None:
    """A sender sends a value that it lists with all its members, whatever else its schema names."""
    value = {"b": "a"}
    sender = {keyword: value if keyword == "const" else [value], "dependentRequired": {"a": ["a"]}}
    versions = sender, {**sender, "required": ["a"]}

    found = judged(*(with_schema(each, request=request_) for each in versions[:: 1 if request_ else -1]))

    assert found.verdict == "breaking"


KINDS: dict[str, dict[str, Any]] = {
    "array": {"type": "array", "items": {"type": "object", "properties": {"tags": {"type": "array"}}}},
    "object": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "a": {}}},
    "string": {"type": "string", "minLength": 2},
    "integer": {"type": "integer", "minimum": 3},
}


@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(KINDS, 2)))
@pytest.mark.parametrize("request_", [True, False])
def test_a_value_of_another_type_is_told_once(old: str, new: str, request_: bool) -> None:
    """Where the type changes, what stood inside the old value, or stands inside the new one, has no finding."""
    found = judged(
        *(with_schema({"properties": {"x": KINDS[each]}}, request=request_) for each in (old, new))
    )

    assert [finding.path for finding in found.findings if finding.severity is Severity.BREAKING] == ["x"]
    assert {finding.path for finding in found.findings if not finding.id.startswith("version-")} == {"x"}
