"""Made-up values: valid against their schemas according to another validator, and few schemas without one."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from checkpoint_openapi.docs.examples.checks import Checker
from checkpoint_openapi.docs.examples.made import NONE, Maker
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

PATTERNS = (
    "^[a-z]{3,8}$", r"^\d{4}-\d{2}$", "[A-Z]+", "^(foo|bar)-[0-9a-f]{8}$", r"^[^@]+@[^@]+\.com$",
    r"^v\d+(\.\d+){2}$", r"^\+?[1-9]\d{1,14}$", r"^(?=.*[A-Z])(?=.*\d).{8,20}$", r"^(?!admin)[a-z]+$",
)  # fmt: skip
FORMATS = ("date", "date-time", "uuid", "email", "uri", "ipv4", "ipv6", "hostname", "duration", "password")
NAMES = ("id", "name", "size", "tags", "owner", "state")
strings = st.one_of(
    st.builds(lambda pattern: {"type": "string", "pattern": pattern}, st.sampled_from(PATTERNS)),
    st.builds(lambda name: {"type": "string", "format": name}, st.sampled_from(FORMATS)),
    st.builds(
        lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
        st.integers(0, 40),
        st.integers(0, 9),
    ),
    st.just({"type": "string", "not": {"enum": ["text", "a", ""]}}),
)
numbers = st.builds(
    lambda kind, low, step, closed: {
        "type": kind,
        "minimum" if closed else "exclusiveMinimum": low,
        "maximum": low + 60,
        "multipleOf": step if kind == "number" else 7,
    },
    st.sampled_from(("integer", "number")),
    st.integers(-900, 900),
    st.sampled_from((0.1, 0.01, 0.25, 1.5, 3)),
    st.booleans(),
)
leaves = st.one_of(
    strings,
    numbers,
    st.just({"type": "boolean"}),
    st.just({"enum": [None, 1, "x"]}),
    st.just({"const": {"a": 1}}),
)


def _array(items: dict[str, Any], least: int, more: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": least + more}


def _object(declared: dict[str, Any], needed: int, more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": declared, "required": list(declared)[:needed]}
    return found if more is None else {**found, "additionalProperties": more, "minProperties": len(declared)}


def _composed(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    objects = st.builds(
        _object,
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
        st.integers(0, 4),
        st.one_of(st.none(), st.just(False), inner),
    )
    return st.one_of(
        st.builds(_array, inner, st.integers(0, 4), st.integers(0, 3)),
        st.builds(lambda least: {"type": "array", "items": {"type": "integer"}, "uniqueItems": True,
                                 "minItems": least}, st.integers(0, 9)),
        objects,
        st.builds(lambda one, two: {"anyOf": [one, two]}, inner, inner),
        st.builds(lambda one, two: {"allOf": [one, {"properties": {"more": two}, "required": ["more"]}]},
                  st.builds(_object, st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
                            st.integers(0, 3), st.none()), inner),
    )  # fmt: skip


schemas = st.recursive(leaves, _composed, max_leaves=8)


def made_of(schema: dict[str, Any], *, version: str = "3.1.0", **others: Any) -> Any:
    """Make a value for a schema of a document."""
    whole = {
        "openapi": version,
        "info": {"title": "A", "version": "1"},
        "paths": {},
        "components": {"schemas": {"S": schema, **others}},
    }
    documents = Documents(Text({"api.json": json.dumps(whole)}), "api.json")
    maker = Maker(documents, Checker(Bundle(documents), Direction.RESPONSE))
    return maker.value(documents.root / "components" / "schemas" / "S")


def test_almost_every_schema_has_a_valid_example() -> None:
    """Of random schemas that admit a value at least 99 in 100 get one, and none gets an invalid one."""
    outcomes: list[bool] = []

    @settings(max_examples=400, phases=[Phase.generate])
    @given(schemas)
    def judge(schema: dict[str, Any]) -> None:
        value = made_of(schema)
        outcomes.append(value is not NONE)
        if value is not NONE:
            kind = jsonschema.Draft202012Validator
            kind(schema, format_checker=kind.FORMAT_CHECKER).validate(value)

    judge()

    assert outcomes.count(True) >= 0.99 * len(outcomes)
    assert len(outcomes) >= 300


@pytest.mark.parametrize("schema", [{"not": {}}, {"type": "string", "minLength": 3, "maxLength": 2}])
def test_schema_without_values_has_no_example(schema: dict[str, Any]) -> None:
    """Where nothing is valid nothing is made up."""
    assert made_of(schema) is NONE


def test_stated_examples_go_first() -> None:
    """What a schema states as an example of a member is shown, unless it is invalid."""
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "example": "hammer"},
            "code": {"type": "string", "pattern": "^[0-9]{4}$", "example": "four digits"},
            "secret": {"type": "string", "writeOnly": True},
        },
        "required": ["name", "code", "secret"],
    }

    made = made_of(schema, version="3.0.3")

    assert made["name"] == "hammer"
    assert made["code"].isdigit()
    assert "secret" not in made


def test_recursive_schema_ends() -> None:
    """A schema that contains itself gets a finite example."""
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/components/schemas/Node"}, "id": {"type": "integer"}},
    }

    assert "id" in made_of({"$ref": "#/components/schemas/Node"}, Node=node)["next"]
