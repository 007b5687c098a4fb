"""Single faults in small documents, and what looks like one and is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text
from checkpoint_openapi.lint import lint_documents

TEXT = {"type": "string"}
REFERENCE = {"$ref": "#/components/schemas/Filter"}
LOADERS = ("connexion", "schemathesis")


def body(schema: Any, media_type: str = "application/json", **others: Any) -> dict[str, Any]:
    """Return an operation with a request body."""
    media = {"schema": schema, **others}
    return {
        "requestBody": {"content": {media_type: media}},
        "responses": {"200": {"description": "done"}},
    }


def found(operation: dict[str, Any], version: str = "3.1.0", path: str = "/a", **top: Any) -> set[str]:
    """Return the rules that find something in a document with one operation, apart from missing examples."""
    content = {
        "openapi": version,
        "info": {"title": "Small", "version": "1"},
        "paths": {path: {"post": operation}},
        **top,
    }
    documents = Documents(Text({"a.json": json.dumps(content)}), "a.json")
    report = lint_documents(documents, ignored=(*LOADERS, "example-missing"))
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize("pattern", ["^a++", "^(?P<n>a)", "^(?>a)b", r"\Aa", r"a\Z", "^(?#b)a"])
def test_syntax_of_python_alone_is_refused(pattern: str) -> None:
    """ECMAScript has neither possessive repeats nor named groups as Python writes them, nor its anchors."""
    assert "pattern-refused" in found(body({**TEXT, "pattern": pattern}))


@pytest.mark.parametrize("pattern", ["^a+?b", "^(?:a)[(?P<+]", r"^\(?P", "^(?=a)a", "^a{2}"])
def test_syntax_of_both_is_not_refused(pattern: str) -> None:
    """Lazy repeats and lookaheads, and characters that only look like other syntax."""
    assert "pattern-refused" not in found(body({**TEXT, "pattern": pattern, "maxLength": 9}))


@pytest.mark.parametrize(
    ("written", "rules"),
    [("#/components/schemas/Cat", set()), ("Cat", set()), ("#/components/schemas/Dog", {"ref-dangling"}),
     ("Dog", {"ref-dangling"}), ("dog.yaml", {"ref-dangling"})],
)  # fmt: skip
def test_a_mapping_leads_to_a_schema(written: str, rules: set[str]) -> None:
    """A value that selects nothing is told at its place in the mapping."""
    cat = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT}}
    schema = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"c": written}},
    }
    rest = found(body(schema), components={"schemas": {"Cat": cat}}) - {"discriminator-unmapped"}
    assert rest == rules


def test_a_dynamic_reference_leads_to_an_anchor() -> None:
    """One to an anchor that is nowhere is told like a dangling `$ref`."""
    assert "ref-dangling" in found(body({"$dynamicRef": "#none"}))


@pytest.mark.parametrize(
    ("scopes", "scheme", "version", "rules"),
    [
        (["read"], "oauth", "3.1.0", set()),
        (["write"], "oauth", "3.1.0", {"security-scope-undeclared"}),
        (["write"], "key", "3.0.3", {"security-scope-undeclared"}),
        (["write"], "key", "3.1.0", set()),
    ],
)
def test_a_scope_is_declared(scopes: list[str], scheme: str, version: str, rules: set[str]) -> None:
    """Since 3.1, schemes without scopes may name roles."""
    flow = {"authorizationUrl": "https://example.com", "scopes": {"read": "To read."}}
    schemes = {
        "oauth": {"type": "oauth2", "flows": {"implicit": flow}},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    }
    used = {"securitySchemes": {scheme: schemes[scheme]}}
    operation = {"security": [{scheme: scopes}], "responses": {"200": {"description": "done"}}}
    assert found(operation, version, components=used) == rules


@pytest.mark.parametrize("path", ["/a/{b}/{b}", "/a?c=d", "/a#c"])
def test_a_path_names_each_placeholder_once_and_has_no_query(path: str) -> None:
    """A placeholder has one value, and a query has parameters of its own."""
    parameters = [{"name": "b", "in": "path", "required": True, "schema": TEXT}] if "{b}" in path else []
    operation = {"parameters": parameters, "responses": {"200": {"description": "done"}}}
    assert found(operation, path=path) == {"specification"}


def test_a_member_travels_in_one_direction_at_least() -> None:
    """OpenAPI 3.0 forbids a member that is read-only and write-only."""
    schema = {"type": "object", "properties": {"a": {**TEXT, "readOnly": True, "writeOnly": True}}}
    assert found(body(schema), "3.0.3") == {"specification"}


def test_a_default_of_a_server_variable_is_listed() -> None:
    """Since 3.1, the default is one of the values."""
    for default, rules in (("eu", set[str]()), ("us", {"specification"})):
        server = {
            "url": "https://{region}.example.com",
            "variables": {"region": {"default": default, "enum": ["eu"]}},
        }
        assert found(body(TEXT), servers=[server]) == rules


@pytest.mark.parametrize(
    ("media_type", "schema", "rules"),
    [
        ("application/xml", {"type": "object"}, set()),
        ("text/csv", {"type": "array", "items": TEXT}, set()),
        ("text/plain", {**TEXT, "maxLength": 2}, {"example-invalid"}),
        ("application/json", {"type": "object"}, {"example-invalid"}),
        ("application/problem+json; charset=utf-8", {"type": "object"}, {"example-invalid"}),
    ],
)
def test_an_example_may_be_text_in_another_format(media_type: str, schema: Any, rules: set[str]) -> None:
    """An object in XML has an example in XML, which is text; JSON has the object itself."""
    assert found(body(schema, media_type, example="<a/>")) == rules


def test_an_object_behind_a_reference_is_looked_into() -> None:
    """What Connexion does with a member of a deepObject or a form does not depend on its place."""
    answers = {"responses": {"200": {"description": "done"}}}
    for inner, rules in ((TEXT, set[str]()), ({"type": "array", "items": TEXT}, {"deep-object-array"})):
        held = {"schemas": {"Filter": {"type": "object", "properties": {"ids": inner}}}}
        parameter = {"name": "f", "in": "query", "style": "deepObject", "schema": REFERENCE}
        assert found({"parameters": [parameter], **answers}, "3.0.3", components=held) == rules
        form = {"content": {"application/x-www-form-urlencoded": {"schema": REFERENCE}}}
        assert found({"requestBody": form, **answers}, "3.0.3", components=held) == set()


def test_nullable_means_nothing_since_3_1() -> None:
    """Beside an `enum` as well, it is told once."""
    for version in ("3.1.0", "3.2.0"):
        assert found(body({**TEXT, "nullable": True, "enum": ["a"]}), version) == {"keyword-idle"}
