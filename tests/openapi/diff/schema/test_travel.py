"""Parameters as they travel: what is the same text on the wire is the same to the gate."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi.diff.judging import ids, judged

from .test_properties import brief

WHOLE, TEXT = {"type": "integer"}, {"type": "string"}
SCALARS = st.one_of(
    st.just(WHOLE),
    st.just({"type": "boolean"}),
    st.builds(lambda low: {"type": "integer", "minimum": low}, st.integers(-5, 5)),
    st.builds(lambda words: {"type": "string", "enum": words}, st.lists(st.sampled_from("abc"), min_size=1, unique=True)),
    st.builds(lambda longest: {"type": "string", "maxLength": longest}, st.integers(1, 9)),
)  # fmt: skip
STYLES = st.sampled_from(
    [{}, {"explode": False}, {"style": "spaceDelimited"}, {"style": "pipeDelimited", "explode": False}]
)


def contract(*parameters: dict[str, Any], version: str = "3.1.0") -> dict[str, Any]:
    """Return a document whose one operation has these parameters."""
    operation = {"parameters": [*parameters], "responses": {"204": {"description": "done"}}}
    return {
        "openapi": version,
        "info": {"title": "T", "version": "1.0.0"},
        "paths": {"/a": {"get": operation}},
    }


def query(schema: dict[str, Any], name: str = "tag", **others: Any) -> dict[str, Any]:
    """Return a parameter of the query."""
    return {"name": name, "in": "query", "schema": schema, **others}


def verdict(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return the verdict on a change."""
    return judged(old, new).verdict


@brief
@given(SCALARS, STYLES)
def test_a_value_is_an_array_of_one(schema: dict[str, Any], style: dict[str, Any]) -> None:
    """A parameter that may be repeated takes what a single one took, in whatever style it is written."""
    array = query({"type": "array", "items": schema}, **style)
    assert verdict(contract(query(schema)), contract(array)) == "compatible"


@brief
@given(SCALARS, st.booleans())
def test_an_array_of_at_most_one_is_a_value(schema: dict[str, Any], explode: bool) -> None:
    """An optional array of at most one item is the item, either way round."""
    array = contract(query({"type": "array", "items": schema, "maxItems": 1}, explode=explode))
    single = contract(query(schema))
    assert verdict(array, single) == verdict(single, array) == "compatible"


def test_a_longer_array_is_more_than_a_value() -> None:
    """A client that repeats a parameter is refused by one that takes a single value."""
    assert verdict(contract(query({"type": "array", "items": WHOLE})), contract(query(WHOLE))) == "breaking"
    two = {"type": "array", "items": WHOLE, "minItems": 2}
    assert verdict(contract(query(WHOLE)), contract(query(two))) == "breaking"


def test_a_comma_in_a_header_separates() -> None:
    """A header is not percent-encoded: free text may hold the comma that separates items, a number may not."""
    for schema, expected in ((TEXT, "breaking"), (WHOLE, "compatible")):
        old = {"name": "X-Tag", "in": "header", "schema": schema}
        new = old | {"schema": {"type": "array", "items": schema}}
        assert verdict(contract(old), contract(new)) == expected


@brief
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=4, unique=True))
def test_a_listed_number_is_its_text(numbers: list[int]) -> None:
    """The texts "1" and "2" are the same query as the integers 1 and 2."""
    listed = contract(query({"type": "integer", "enum": numbers}))
    written = contract(query({"type": "string", "enum": [str(number) for number in numbers]}))
    assert not judged(listed, written).open_ids()
    assert not judged(written, listed).open_ids()


@pytest.mark.parametrize(
    ("style", "name"), [({}, "{}"), ({"style": "deepObject", "explode": True}, "paging[{}]")]
)
@brief
@given(members=st.dictionaries(st.sampled_from(["page", "size", "sort"]), SCALARS, min_size=1))
def test_an_exploded_object_is_its_members(style: dict[str, Any], name: str, members: dict[str, Any]) -> None:
    """An object that travels member by member is the same as a parameter for each member."""
    whole = {"type": "object", "properties": members}
    parts = [{"type": "object", "properties": {each: schema}} for each, schema in members.items()]
    apart = contract(*(query(schema, name.format(each)) for each, schema in members.items()))
    for schema in (whole, {"allOf": parts}):
        single = contract(query(schema, "paging", **style))
        assert not judged(single, apart).open_ids()
        assert not judged(apart, single).open_ids()


def test_what_an_exploded_object_demands() -> None:
    """A member that an optional object requires is demanded of whoever sends another member only."""
    members = {"type": "object", "properties": {"page": WHOLE, "size": WHOLE}, "required": ["page"]}
    single = contract(query(members, "paging"))
    apart = contract(query(WHOLE, "page"), query(WHOLE, "size"))
    assert ids(judged(apart, single), "breaking") == {"parameter-became-required"}
    assert verdict(single, apart) == "compatible"
    strict = contract(query(WHOLE, "page", required=True), query(WHOLE, "size"))
    assert ids(judged(single, strict), "breaking") == {"parameter-became-required"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [(TEXT, "breaking"), (WHOLE, "compatible"), ({"type": "string", "pattern": "^[a-z]*$"}, "compatible"),
     ({"type": "array", "items": TEXT}, "breaking"), ({"enum": ["a", "b/c"]}, "breaking"), ({"enum": ["a", "b"]}, "compatible")],
)  # fmt: skip
def test_reserved_characters_are_encoded_now(schema: dict[str, Any], expected: str) -> None:
    """Withdrawing `allowReserved` breaks whoever may send a reserved character, and nobody else."""
    free, encoded = contract(query(schema, allowReserved=True)), contract(query(schema))
    assert verdict(free, encoded) == expected
    assert verdict(encoded, free) == "compatible"


@brief
@given(st.integers(-20, 20), st.integers(0, 40))
def test_a_small_range_of_integers_is_its_texts(low: int, length: int) -> None:
    """Integers between two bounds are the same texts as a pattern that lists them, either way round."""
    texts = "|".join(str(number) for number in range(low, low + length + 1))
    numbers = contract(query({**WHOLE, "minimum": low, "maximum": low + length}))
    words = contract(query({**TEXT, "pattern": f"^({texts})$"}))
    assert verdict(numbers, words) == verdict(words, numbers) == "compatible"


@pytest.mark.parametrize(
    ("numbers", "pattern", "expected"),
    [
        ({**WHOLE, "minimum": 0}, "^[0-9]+$", "compatible"),
        ({"type": "number", "minimum": 0}, "^[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$", "compatible"),
        ({**WHOLE, "minimum": 1}, "^[1-9]$", "breaking"),
        ({"type": "number"}, "^-?[0-9.]+$", "review"),
    ],
)
def test_a_number_is_the_text_it_is_written_as(numbers: dict[str, Any], pattern: str, expected: str) -> None:
    """A number is no proof of a break if the receiver accepts its text."""
    assert verdict(contract(query(numbers)), contract(query({**TEXT, "pattern": pattern}))) == expected


_LIST, _OBJECT = {"type": "array", "items": TEXT}, {"type": "object", "properties": {"a": TEXT}}


@pytest.mark.parametrize("composed", [lambda schema: schema, lambda schema: {"allOf": [schema]}])
@pytest.mark.parametrize(
    ("where", "schema", "style", "expected"),
    [
        ("path", _LIST, "simple", "compatible"),
        ("path", _LIST, "matrix", "breaking"),
        ("path", _OBJECT, "simple", "breaking"),
        ("header", _LIST, "simple", "compatible"),
        ("header", _OBJECT, "simple", "breaking"),
        ("query", _LIST, "form", "breaking"),
        ("query", {"anyOf": [_LIST, {"type": "null"}]}, "form", "breaking"),
        ("query", TEXT, "form", "compatible"),
    ],
)
def test_explode_counts_where_it_changes_what_is_written(
    where: str, schema: dict[str, Any], style: str, expected: str, composed: Any
) -> None:
    """A list is written the same with and without `explode` in the style `simple`; an object is not."""
    parameters = [
        {
            "name": "p",
            "in": where,
            "required": True,
            "style": style,
            "schema": composed(schema),
            "explode": explode,
        }
        for explode in (False, True)
    ]
    assert verdict(contract(parameters[0]), contract(parameters[1])) == expected


@pytest.mark.parametrize(("schema", "expected"), [(_LIST, "compatible"), ({"allOf": [_OBJECT]}, "breaking")])
def test_explode_counts_for_objects_in_a_header_of_an_answer(schema: dict[str, Any], expected: str) -> None:
    """The style of a header is `simple`."""
    documents = [contract(), contract()]
    for explode, document in zip((False, True), documents, strict=True):
        headers = {"X-Tag": {"schema": schema, "explode": explode}}
        document["paths"]["/a"]["get"]["responses"]["204"]["headers"] = headers
    assert verdict(*documents) == expected


@brief
@given(
    SCALARS,
    st.sampled_from(
        [
            {"in": "query", "explode": False},
            {"in": "query", "style": "pipeDelimited", "explode": False},
            {"in": "cookie", "explode": False},
            {"in": "header"},
        ]
    ),
    st.booleans(),
)
def test_a_joined_array_is_a_text(schema: dict[str, Any], style: dict[str, Any], required: bool) -> None:
    """Free text takes what an array whose items are joined sends."""
    array = {"name": "p", "required": required, "schema": {"type": "array", "items": schema}, **style}
    assert verdict(contract(array), contract(array | {"schema": TEXT})) == "compatible"


@pytest.mark.parametrize("schema", [{**TEXT, "enum": ["a"]}, {**TEXT, "maxLength": 3}, WHOLE])
def test_a_joined_array_is_not_every_text(schema: dict[str, Any]) -> None:
    """A text that is limited does not take every list."""
    array = query(_LIST, explode=False)
    assert verdict(contract(array), contract(query(schema))) in ("breaking", "review")


_AB = {**TEXT, "enum": ["a", "b"]}


@pytest.mark.parametrize(
    ("array", "text", "expected"),
    [
        ({"items": _AB}, {**TEXT, "pattern": "^[ab](,[ab])*$"}, "compatible"),
        ({"items": _AB, "maxItems": 2}, {"enum": ["a", "b", "a,a", "a,b", "b,a", "b,b"]}, "compatible"),
        ({"items": _AB, "maxItems": 2}, {"enum": ["a", "b", "a,a", "a,b", "b,a"]}, "breaking"),
        ({"items": _AB, "maxItems": 2}, {**TEXT, "maxLength": 3}, "compatible"),
        ({"items": _AB, "maxItems": 2}, {**TEXT, "maxLength": 2}, "breaking"),
        ({"items": WHOLE}, {**TEXT, "pattern": "^-?[0-9]+(,-?[0-9]+)*$"}, "compatible"),
        ({"items": {"type": "boolean"}}, {**TEXT, "pattern": "^(true|false|,)*$"}, "compatible"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "way", [{"name": "tag", "in": "query", "explode": False}, {"name": "X-Tag", "in": "header"}]
)
def test_a_joined_array_of_few_texts_is_a_limited_text(
    array: dict[str, Any], text: dict[str, Any], expected: str, way: dict[str, Any]
) -> None:
    """A pattern, a list or a length takes the joined texts, or else one of them shows the break."""
    old, new = contract({**way, "schema": {"type": "array", **array}}), contract({**way, "schema": text})
    assert verdict(old, new) == expected


def test_an_array_that_is_repeated_is_no_text() -> None:
    """Two parameters of the same name are not one."""
    assert verdict(contract(query(_LIST)), contract(query(TEXT))) == "breaking"


def test_an_optional_parameter_has_no_empty_array() -> None:
    """An empty array is no parameter at all, which counts where one is demanded."""
    some = {**_LIST, "minItems": 1}
    for required, expected in ((False, "compatible"), (True, "breaking")):
        old, new = (contract(query(schema, required=required)) for schema in (_LIST, some))
        assert verdict(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"content": {"application/json": {"schema": WHOLE}}}, {"content": {"application/json": {"schema": TEXT}}},
         {"header-type-widened"}),
        ({"content": {"application/json": {"schema": TEXT}}}, {"schema": TEXT},
         {"response-header-serialization-changed"}),
        ({"content": {"application/json": {"schema": WHOLE}}}, {"content": {"application/JSON": {"schema": WHOLE}}}, set()),
    ],
)  # fmt: skip
def test_a_header_of_an_answer_may_have_content(old: Any, new: Any, expected: set[str]) -> None:
    """Its schema is compared, and so is whether it is JSON or plain text."""
    documents = [contract(), contract()]
    for header, document in zip((old, new), documents, strict=True):
        document["paths"]["/a"]["get"]["responses"]["204"]["headers"] = {"X-Tag": header}
    assert ids(judged(*documents), "breaking") == expected
