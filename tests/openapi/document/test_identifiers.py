"""References by `$id`, `$anchor` and `$dynamicAnchor` (JSON Schema Core, 8.2), for lint, gate and mock."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.diff.report import Report, report
from checkpoint_openapi.docs.mock.server import Mock, Request
from checkpoint_openapi.document.documents import Documents, Location, UnresolvedError
from checkpoint_openapi.document.readers import Text
from checkpoint_openapi.lint import lint
from checkpoint_openapi.lint.engine import lint_documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
URI = "https://api.example/schemas"


def contract(schema: Schema, **components: Schema) -> dict[str, Any]:
    """Return a contract of one operation that takes a value of one schema."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1.0.0"},
        "paths": {"/things": {"post": {"requestBody": body, "responses": {"204": {"description": "done"}}}}},
        "components": {"schemas": components},
    }


SPELLINGS: dict[str, Callable[[Schema], dict[str, Any]]] = {
    "a pointer": lambda schema: contract({"$ref": "#/components/schemas/It"}, It=schema),
    "an anchor": lambda schema: contract({"$ref": "#it"}, It={"$anchor": "it", **schema}),
    "an id": lambda schema: contract({"$ref": f"{URI}/it"}, It={"$id": f"{URI}/it", **schema}),
    "a relative id": lambda schema: contract({"$ref": "it"}, It={"$id": "it", **schema}),
    "an id and an anchor": lambda schema: contract(
        {"$ref": f"{URI}/it#inner"}, It={"$id": f"{URI}/it", "$defs": {"a": {"$anchor": "inner", **schema}}}
    ),
    "an id and a pointer": lambda schema: contract(
        {"$ref": f"{URI}/it#/$defs/a"}, It={"$id": f"{URI}/it", "$defs": {"a": schema}}
    ),
    "a pointer inside an id": lambda schema: contract(
        {"$ref": f"{URI}/it"}, It={"$id": f"{URI}/it", "$ref": "#/$defs/a", "$defs": {"a": schema}}
    ),
    "an id inside an id": lambda schema: contract(
        {"$ref": f"{URI}/a/inner"}, It={"$id": f"{URI}/a/it", "$defs": {"a": {"$id": "inner", **schema}}}
    ),
    "a dynamic reference": lambda schema: contract(
        {"$dynamicRef": "#it"}, It={"$dynamicAnchor": "it", **schema}
    ),
    "a dynamic reference to an anchor": lambda schema: contract(
        {"$dynamicRef": "#it"}, It={"$anchor": "it", **schema}
    ),
    "a dynamic scope": lambda schema: contract(
        {"$ref": f"{URI}/strict"},
        Loose={"$id": f"{URI}/loose", "$dynamicRef": "#it", "$defs": {"a": {"$dynamicAnchor": "it"}}},
        Strict={"$id": f"{URI}/strict", "$ref": "loose", "$defs": {"a": {"$dynamicAnchor": "it", **schema}}},
    ),
}
"""Contracts that take the same values, by how they refer to a schema."""
STATIC = [name for name in SPELLINGS if name != "a dynamic scope"]
"""Those of which one schema can be told at each place, whatever the way to it was."""


def judged(base: dict[str, Any], revision: dict[str, Any]) -> Report:
    """Return what the gate says of a change."""
    sides = [
        Documents(Text({name: json.dumps(content)}), name)
        for name, content in (("a.json", base), ("b.json", revision))
    ]
    return report(*sides)


def facets(found: Report) -> set[tuple[str, str]]:
    """Return the rules and severities of a report, those about the version left out."""
    return {(each.id, each.severity.value) for each in found.findings if not each.id.startswith("version-")}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_change_behind_any_reference_is_a_break_with_a_witness(name: str) -> None:
    """What a schema narrows is told whatever the reference to it looks like."""
    spelled = SPELLINGS[name]
    found = judged(spelled(TEXT), spelled(NUMBER))
    (broken,) = (each for each in found.findings if each.severity.value == "breaking")
    assert broken.id == "request-type-narrowed"
    assert broken.witness is not None
    assert isinstance(broken.witness.body, str)


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_respelled_reference_is_no_change(name: str) -> None:
    """A contract takes what it took, in whatever way it refers to the same schema."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": TEXT}}
    assert facets(judged(SPELLINGS["a pointer"](schema), SPELLINGS[name](schema))) == set()
    assert facets(judged(SPELLINGS[name](schema), SPELLINGS["a pointer"](schema))) == set()


SCHEMAS = st.one_of(
    st.fixed_dictionaries({"type": st.just("string"), "maxLength": st.integers(0, 3)}),
    st.fixed_dictionaries({"type": st.just("integer"), "minimum": st.integers(-2, 2)}),
    st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "b", 1]), min_size=1, unique=True)}),
    st.fixed_dictionaries(
        {"type": st.just("object"), "required": st.lists(st.sampled_from(["a", "b"]), unique=True)}
    ),
)


SLOWLY = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)


@SLOWLY
@given(old=SCHEMAS, new=SCHEMAS, name=st.sampled_from(sorted(SPELLINGS)))
def test_the_verdict_rests_on_the_schemas_and_not_on_how_they_are_referred_to(
    old: Schema, new: Schema, name: str
) -> None:
    """Two schemas compare alike behind any reference."""
    plain = SPELLINGS["a pointer"]
    assert facets(judged(SPELLINGS[name](old), SPELLINGS[name](new))) == facets(
        judged(plain(old), plain(new))
    )


@pytest.mark.parametrize("name", STATIC)
def test_lint_follows_any_reference(name: str) -> None:
    """No reference dangles, the schema is used, and an example is held against it."""
    content = SPELLINGS[name](NUMBER)
    media_type = content["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]
    media_type["example"] = "no number"
    found = lint_documents(
        Documents(Text({"a.json": json.dumps(content)}), "a.json"), ignored={"connexion", "schemathesis"}
    )
    assert [each.rule for each in found.findings] == ["example-invalid"]
    assert "specification" not in found.skipped


@pytest.mark.parametrize("name", STATIC)
def test_the_mock_asks_the_schema_behind_any_reference(name: str) -> None:
    """A body that the schema refuses is refused, and another is not."""
    content = SPELLINGS[name](NUMBER)
    mock = Mock(Documents(Text({"a.json": json.dumps(content)}), "a.json"))
    headers = {"content-type": "application/json"}
    assert mock.answer(Request("POST", "/things", headers, b"1")).status == 204
    assert mock.answer(Request("POST", "/things", headers, b'"text"')).status == 400


def test_the_mock_takes_what_any_schema_of_a_dynamic_reference_takes() -> None:
    """Where the target depends on the way to it, a value is refused if every candidate refuses it."""
    content = SPELLINGS["a dynamic scope"](NUMBER)
    content["components"]["schemas"]["Loose"]["$defs"]["a"]["type"] = "boolean"
    mock = Mock(Documents(Text({"a.json": json.dumps(content)}), "a.json"))
    headers = {"content-type": "application/json"}
    for body, status in ((b"1", 204), (b"true", 204), (b'"text"', 400)):
        assert mock.answer(Request("POST", "/things", headers, body)).status == status, body


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("#/components/schemas/Nothing", "there is no 'Nothing'"),
        ("#nothing", "there is no anchor 'nothing'"),
        ("https://elsewhere.example/schema", "it leads to the network, which is never used"),
        ("nothing.yaml", "the file nothing.yaml cannot be read: there is no such document"),
    ],
)
def test_a_reference_to_nowhere_says_why(written: str, why: str) -> None:
    """The reason is short enough for lint, and stands in the message of the gate."""
    documents = Documents(Text({"a.json": json.dumps(contract({"$ref": written}))}), "a.json")
    with pytest.raises(UnresolvedError) as raised:
        documents.resolve(Location("a.json", ""), written)
    assert raised.value.why == why
    assert why in raised.value.what


def test_an_identifier_in_data_or_under_a_name_is_none() -> None:
    """An example, and a property called `$id`, name no schema."""
    schema = {"type": "object", "properties": {"$id": TEXT, "$anchor": TEXT}, "example": {"$id": f"{URI}/it"}}
    documents = Documents(Text({"a.json": json.dumps(contract(schema))}), "a.json")
    for written in (f"{URI}/it", "#it"):
        with pytest.raises(UnresolvedError):
            documents.resolve(documents.root, written)


def test_a_document_of_3_0_knows_no_identifiers() -> None:
    """The Schema Object of OpenAPI 3.0 has none, so that a pointer counts from the document."""
    content = {
        **contract({"$ref": "#/components/schemas/It"}, It={"$id": "other", "type": "string"}),
        "openapi": "3.0.3",
    }
    documents = Documents(Text({"a.json": json.dumps(content)}), "a.json")
    inside = Location("a.json", "/components/schemas/It")
    assert documents.resolve(inside, "#/components/schemas/It") == inside


def test_files_refer_to_each_other_by_their_ids(tmp_path: Path) -> None:
    """A schema in another file is found by its own URI, and uses components of the document."""
    (tmp_path / "it.yaml").write_text(
        f"$id: {URI}/it\ntype: object\nproperties:\n"
        "  a: {$ref: 'contract.json#/components/schemas/Named'}\n"
        f"  b: {{$ref: '{URI}/it#/$defs/b'}}\n$defs: {{b: {{type: integer}}}}\n",
        encoding="utf-8",
    )
    content = contract({"$ref": "it.yaml"}, Named=TEXT, Unnamed=TEXT)
    file = tmp_path / "contract.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    found = lint(file, ignored={"connexion", "schemathesis", "example-missing"}).findings
    assert [(each.rule, each.pointer) for each in found] == [
        ("component-unused", "/components/schemas/Unnamed")
    ]


def test_a_path_item_has_members_beside_its_reference_since_3_1(tmp_path: Path) -> None:
    """They are parts of the path like those behind the reference, to lint and to the gate."""
    item = {"get": {"operationId": "read", "responses": {"204": {"description": "done"}}}}
    (tmp_path / "item.json").write_text(json.dumps(item), encoding="utf-8")
    parameter = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    content = contract(TEXT)
    content["paths"] = {"/things/{id}": {"$ref": "item.json", "parameters": [parameter], "x-note": 1}}
    file = tmp_path / "contract.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert lint(file, ignored={"connexion", "schemathesis"}).findings == ()
    changed = copy.deepcopy(content)
    changed["paths"]["/things/{id}"]["parameters"][0]["schema"] = NUMBER
    files = {"item.json": json.dumps(item), "a.json": json.dumps(content), "b.json": json.dumps(changed)}
    found = report(Documents(Text(files), "a.json"), Documents(Text(files), "b.json"))
    assert ("parameter-type-narrowed", "breaking") in facets(found)


def test_headers_that_differ_in_case_are_one(tmp_path: Path) -> None:
    """Names of headers have no case (RFC 9110, 5.1), so that an answer declares one of them twice."""
    content = contract(TEXT)
    answer = content["paths"]["/things"]["post"]["responses"]["204"]
    answer["headers"] = {name: {"schema": TEXT} for name in ("X-Note", "x-note", "X-Other")}
    file = tmp_path / "contract.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    found = lint(file, ignored={"connexion", "schemathesis", "example-missing"}).findings
    assert [(each.rule, each.pointer) for each in found] == [
        ("header-duplicate", "/paths/~1things/post/responses/204/headers/x-note")
    ]
