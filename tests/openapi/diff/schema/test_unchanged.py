"""What both versions write alike is left out of a comparison, and that never changes what is found."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from checkpoint_openapi.diff.compare.compare import compare
from checkpoint_openapi.diff.conversion.unchanged import Unchanged
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.readers import Text
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi.diff.judging import documents, with_schema

_COMPONENTS = ("A", "B", "C")
_REFERENCES = st.sampled_from(_COMPONENTS).map(lambda name: {"$ref": f"#/components/schemas/{name}"})
_SCHEMAS = st.recursive(
    _REFERENCES
    | st.sampled_from(
        [{"const": 1}, {"const": 1.5}, {"const": True}, {"type": "string"}, {"enum": [0, False]}]
    ),
    lambda inner: (
        st.dictionaries(st.sampled_from("pq"), inner, max_size=2).map(lambda found: {"properties": found})
        | inner.map(lambda found: {"type": "array", "items": found})
        | st.lists(inner, min_size=1, max_size=2).map(lambda found: {"anyOf": found})
    ),
    max_leaves=3,
)
_VERSIONS = st.fixed_dictionaries(dict.fromkeys((*_COMPONENTS, "sent", "given", "filter"), _SCHEMAS))


def _document(schemas: dict[str, Any]) -> Documents:
    """Return a document whose two operations lead to some of three components, which may lead to each other."""
    components = {name: {"allOf": [schemas[name]]} for name in _COMPONENTS}
    found = with_schema(schemas["sent"], request=True, **components)
    content = {"content": {"application/json": {"schema": schemas["given"]}}}
    operation = {
        "parameters": [{"name": "filter", "in": "query", "schema": schemas["filter"]}],
        "responses": {"200": {"description": "done", **content}},
    }
    found["paths"]["/others"] = {"get": operation}
    return documents(found)


def _told(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return [(found, found.aliases) for found in findings]


@settings(max_examples=40)
@given(_VERSIONS, _VERSIONS, st.sets(st.sampled_from((*_COMPONENTS, "sent", "given", "filter"))))
def test_a_comparison_of_everything_finds_the_same(
    old: dict[str, Any], new: dict[str, Any], kept: set[str]
) -> None:
    """Whether unchanged parts are left out or compared like all others, the findings are the same."""
    new = {**new, **{name: old[name] for name in kept}}
    base, revision = _document(old), _document(new)

    found = compare(base, revision)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Unchanged, "at", lambda *_: False)
        expected = compare(base, revision)

    assert _told(found) == _told(expected)


def _at(base: dict[str, Any], revision: dict[str, Any], pointer: str) -> bool:
    """Return whether a place is unchanged."""
    versions = [Documents(Text({"root.json": json.dumps(each)}), "root.json") for each in (base, revision)]
    place = Location("root.json", pointer)
    return Unchanged(*versions).at(place, place)


def test_a_change_behind_a_reference_counts() -> None:
    """A schema that is written alike is changed if one that it leads to is, however far away."""
    base = with_schema(
        {"$ref": "#/components/schemas/A"}, request=True, A={"items": {}}, B={"type": "string"}
    )
    base["components"]["schemas"]["A"]["items"] = {"$ref": "#/components/schemas/B"}
    revision = copy.deepcopy(base)
    assert _at(base, revision, "/paths/~1things")

    revision["components"]["schemas"]["B"]["maxLength"] = 5

    assert not _at(base, revision, "/paths/~1things")
    assert not _at(base, revision, "/components/schemas/A")


def test_a_cycle_is_unchanged_or_changed_as_a_whole() -> None:
    """Two schemas that contain each other are both changed if one of them is."""
    references = {name: {"$ref": f"#/components/schemas/{name}"} for name in "AB"}
    base = with_schema({}, request=True, A={"items": references["B"]}, B={"items": references["A"]})
    revision = copy.deepcopy(base)
    revision["components"]["schemas"]["B"]["maxItems"] = 3
    unchanged = Unchanged(documents(base), documents(revision))
    places = [Location("contract.yaml", f"/components/schemas/{name}") for name in "AB"]

    assert [unchanged.at(place, place) for place in places] == [False, False]
    assert _at(base, copy.deepcopy(base), "/components/schemas/A")


def test_what_the_meaning_of_a_schema_depends_on_elsewhere_is_compared() -> None:
    """A discriminator also concerns schemas that name their parent; the OpenAPI version concerns all of them."""
    pet = {"type": "object", "discriminator": {"propertyName": "kind"}, "properties": {"kind": {}}}
    base = with_schema({"$ref": "#/components/schemas/Pet"}, request=True, Pet=pet)
    assert not _at(base, copy.deepcopy(base), "/components/schemas/Pet")

    plain = with_schema({"type": "string"}, request=True)
    assert _at(plain, copy.deepcopy(plain), "/paths/~1things")
    assert not _at(plain, {**plain, "openapi": "3.0.3"}, "/paths/~1things")


def test_numbers_and_booleans_that_python_calls_equal_are_changes() -> None:
    """0 and false are different values."""
    base, revision = (with_schema({"enum": [value]}, request=True) for value in (0, False))
    assert not _at(base, revision, "/paths/~1things")
