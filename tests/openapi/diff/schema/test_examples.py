"""The values and sentences that a person reads: the document's own examples, and what to do next."""

from __future__ import annotations

import time
from typing import Any

import pytest
from checkpoint_openapi.diff.proof.alternatives import overlap
from checkpoint_openapi.diff.proof.sample import samples, variations
from checkpoint_openapi.diff.schema.parts import Schema
from hypothesis import given
from hypothesis import strategies as st

from openapi.diff.independent import accepts
from openapi.diff.judging import judged, with_schema

from .test_properties import brief

PET = {
    "type": "object",
    "required": ["name", "born"],
    "properties": {
        "name": {"type": "string", "example": "Rex"},
        "born": {"type": "integer"},
        "tag": {"$ref": "#/components/schemas/Tag"},
    },
}
REF = {"$ref": "#/components/schemas/Pet"}
TAG = {"type": "string", "example": "abcdef"}


def document(pet: dict[str, Any], tag: dict[str, Any] = TAG) -> dict[str, Any]:
    """Return a contract whose request is a pet."""
    return with_schema(REF, request=True, version="3.0.3", Pet=pet, Tag=tag)


def changed(**members: Any) -> dict[str, Any]:
    """Return the pet with other members."""
    return {**PET, "properties": {**PET["properties"], **members}}


def shown(old: dict[str, Any], new: dict[str, Any]) -> Any:
    """Return the body that shows the only breaking change; the old version accepts it and the new does not."""
    (finding,) = (
        finding
        for finding in judged(old, new).findings
        if finding.severity.value == "breaking" and finding.witness is not None
    )
    assert finding.witness is not None
    body = finding.witness.body
    assert accepts(old, REF, body)
    assert not accepts(new, REF, body)
    return body


def test_a_witness_is_the_example_where_it_shows_the_break() -> None:
    """An example that is itself refused from now on is shown as it is, completed by what is required."""
    body = shown(document(PET), document(PET, {**TAG, "maxLength": 4}))

    assert body == {"name": "Rex", "born": body["born"], "tag": "abcdef"}


def test_a_witness_is_the_example_around_the_break() -> None:
    """Members beside the one that breaks have their own examples."""
    body = shown(document(PET), document(changed(born={"type": "integer", "maximum": 5})))

    assert body["born"] > 5
    assert {name: body[name] for name in ("name", "tag")} == {"name": "Rex", "tag": "abcdef"}


def test_a_wrong_example_is_no_witness() -> None:
    """An example that the document itself refuses shows nothing."""
    tag = {"type": "string", "maxLength": 5, "example": "abcdef"}
    body = shown(document(PET, tag), document(PET, {**tag, "maxLength": 4}))

    assert len(body["tag"]) == 5


TEMPLATES = [
    ("/pets/mine", "/pets/{id}", True),
    ("/pets/{id}/mine", "/pets/{id}/{part}", True),
    ("/pets/mine", "/pets/{id}.json", False),
    ("/pets/mine", "/pets/{id}/mine", False),
    ("/pets/mine.json", "/pets/{id}.json", True),
]


@pytest.mark.parametrize(("gone", "left", "answers"), TEMPLATES)
def test_a_removed_path_that_a_template_matches_is_told(gone: str, left: str, answers: bool) -> None:
    """Requests for the removed path are answered by another operation, which the message names."""
    old = with_schema({}, request=False)
    operation = old["paths"].pop("/things")
    parameters = {
        path: [
            {"name": name.split("}")[0], "in": "path", "required": True, "schema": {"type": "string"}}
            for name in path.split("{")[1:]
        ]
        for path in (gone, left)
    }
    old["paths"] = {path: {**operation, "parameters": parameters[path]} for path in (gone, left)}
    new = {**old, "paths": {left: old["paths"][left]}}
    (finding,) = (each for each in judged(old, new).findings if each.id == "path-removed")

    assert finding.severity.value == "breaking"
    assert (f"POST {left} now serves its requests" in finding.message) is answers


def test_an_invalid_type_is_told_with_what_to_do() -> None:
    """A type that does not exist is for lint, which says what was meant."""
    found = judged(document(PET), document(changed(born={"type": "integr"})))
    (finding,) = (each for each in found.findings if each.id == "keyword-unreadable")

    assert finding.message == "`type: integr` changed, but no validator understands it: run lint first"


LEAVES = st.sampled_from([{"type": "integer"}, {"type": "string"}, {"enum": ["x", 1]}, {"minimum": 3}])


def holder(name: str, leaf: dict[str, Any], inner: dict[str, Any]) -> Schema:
    """Return an object with a member that refers to a definition, and with one that does not."""
    properties = {"m": {"$ref": f"#/$defs/{name}"}, "n": inner}
    content = {"type": "object", "required": ["m", "n"], "properties": properties}
    return Schema.of({**content, "$defs": {name: leaf}})


@brief
@given(LEAVES, LEAVES, LEAVES, LEAVES)
def test_an_overlap_does_not_depend_on_the_names_of_definitions(
    leaf: dict[str, Any], inner: dict[str, Any], other_leaf: dict[str, Any], other_inner: dict[str, Any]
) -> None:
    """Schemas of two versions refer to their own definitions, also where these have one name."""
    same = [holder("d", leaf, inner), holder("d", other_leaf, other_inner)]
    apart = [holder("d1", leaf, inner), holder("d2", other_leaf, other_inner)]

    assert overlap(same) is overlap(apart)


def test_hundreds_of_distinct_items_are_found_at_once() -> None:
    """A list of distinct items takes time in proportion to its length, not to the cube of it."""
    started = time.process_time()
    items = {"type": "array", "items": {"enum": [*range(600)]}, "uniqueItems": True, "minItems": 600}
    (found,) = samples(items, limit=1)

    assert len(set(found)) == len(found) == 600
    assert time.process_time() - started < 5


def test_each_listed_value_of_a_member_is_tried() -> None:
    """Values are listed by the member itself or behind a reference; a member may also be anything."""
    schema = {
        "type": "object",
        "properties": {"a": {"enum": [1, 2]}, "b": {"$ref": "#/$defs/B"}, "c": True},
        "$defs": {"B": {"enum": ["x"]}},
    }
    assert variations(schema) == [{"a": 1}, {"a": 2}, {"b": "x"}]
