"""What lint says of the tools that read a document is what these tools do."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
import yaml
from checkpoint_openapi.lint import RULES, lint
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

if TYPE_CHECKING:
    from pathlib import Path

with warnings.catch_warnings():
    # Its test client warns of the next version of another package.
    warnings.simplefilter("ignore")
    import connexion
    from connexion.resolver import Resolver

DONE = {"200": {"description": "done"}}
WHOLE = {"type": "integer"}
LIST = {"type": "array", "items": WHOLE}
OWN = {"schema": {"type": "object", "required": ["a"], "properties": {"a": WHOLE}}}


def document(operation: dict[str, Any], version: str = "3.0.3", **schemas: Any) -> dict[str, Any]:
    """Return a document of one operation."""
    content = {"operationId": "act", "responses": DONE} | operation
    return {
        "openapi": version,
        "info": {"title": "T", "version": "1.0.0"},
        "servers": [{"url": "https://a.example"}],
        "paths": {"/a": {"post": content}},
        **({"components": {"schemas": schemas}} if schemas else {}),
    }


def parameter(kind: str, schema: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return an operation with one parameter."""
    return {"parameters": [{"name": "X-A", "in": kind, "schema": schema, **others}]}


def body(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return an operation that demands a body."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def rules(folder: Path, content: dict[str, Any], *tools: str) -> set[str]:
    """Return what lint finds of tools."""
    file = folder / "a.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    about = {rule.id for rule in RULES if rule.tools and not rule.loads}
    return {found.rule for found in lint(file, tools=tools).findings} & about


def status(folder: Path, content: dict[str, Any], request: dict[str, Any], answer: Any = None) -> int:
    """Return what Connexion answers to a request; the handler answers 200, or `answer`."""
    file = folder / "served.json"
    file.write_text(json.dumps(content), encoding="utf-8")

    def act(**_: Any) -> Any:
        return answer or ({}, 200)

    app = connexion.AsyncApp("served")
    app.add_api(file, resolver=Resolver(lambda _: act), validate_responses=answer is not None)
    return int(app.test_client().request("POST", "/a", **request).status_code)


REFUSED = [
    ("parameter-unconverted", parameter("header", WHOLE), {"headers": {"X-A": "5"}}),
    ("parameter-unconverted", parameter("header", {"type": "boolean"}), {"headers": {"X-A": "true"}}),
    ("parameter-unconverted", parameter("header", LIST), {"headers": {"X-A": "5"}}),
    ("parameter-unconverted", parameter("cookie", WHOLE), {"headers": {"Cookie": "X-A=5"}}),
    (
        "deep-object-array",
        parameter("query", {"type": "object", "properties": {"b": LIST}}, style="deepObject"),
        {"params": {"X-A[b]": "5"}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "operation", "request_"), REFUSED)
def test_what_connexion_refuses(
    tmp_path: Path, rule: str, operation: dict[str, Any], request_: dict[str, Any]
) -> None:
    """A value that the document allows is refused by Connexion, and lint says so."""
    assert rules(tmp_path, document(operation)) == {rule}
    assert status(tmp_path, document(operation), request_) == 400


FORM = "application/x-www-form-urlencoded"
TYPELESS = [
    (parameter("query", {"enum": ["b"]}), {"params": {"X-A": "b"}}),
    (parameter("query", {}), {"params": {"X-A": "b"}}),
    (parameter("query", {"allOf": [WHOLE]}), {"params": {"X-A": "5"}}),
    (body(FORM, {"type": "object", "properties": {"b": {"oneOf": [WHOLE]}}}), {"data": {"b": "5"}}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "request_"), TYPELESS)
def test_what_connexion_cannot_read_without_a_type(
    tmp_path: Path, operation: dict[str, Any], request_: dict[str, Any]
) -> None:
    """A value that the document allows is answered with 500 by Connexion, and lint says so."""
    assert rules(tmp_path, document(operation)) == {"type-missing"}
    assert status(tmp_path, document(operation), request_) == 500


def test_connexion_needs_no_type_elsewhere(tmp_path: Path) -> None:
    """It does not read headers as it reads URLs, and leaves a field as it is that may be anything."""
    for operation, request_ in (
        (parameter("header", {"enum": ["b"]}), {"headers": {"X-A": "b"}}),
        (body(FORM, {"type": "object", "properties": {"b": {}}}), {"data": {"b": "5"}}),
    ):
        assert not rules(tmp_path, document(operation))
        assert status(tmp_path, document(operation), request_) == 200


TAKEN = [
    (
        "parameter-content-unread",
        {"parameters": [{"name": "X-A", "in": "header", "content": {"application/json": OWN}}]},
        {"headers": {"X-A": "{}"}},
    ),
    (
        "body-unchecked",
        body("text/plain", {"type": "string", "minLength": 5}),
        {"content": b"a", "headers": {"Content-Type": "text/plain"}},
    ),
    (
        "format-unchecked",
        body("application/json", {"type": "object", "properties": {"n": WHOLE | {"format": "int32"}}}),
        {"json": {"n": 2147483648}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "operation", "request_"), TAKEN)
def test_what_connexion_does_not_check(
    tmp_path: Path, rule: str, operation: dict[str, Any], request_: dict[str, Any]
) -> None:
    """A value that the document refuses is taken by Connexion, and lint says so."""
    assert rules(tmp_path, document(operation)) == {rule}
    assert status(tmp_path, document(operation), request_) == 200


@pytest.mark.parametrize(("key", "expected"), [("4XX", 400), ("400", 500), ("default", 500)])
def test_answers_under_a_range(tmp_path: Path, key: str, expected: int) -> None:
    """Connexion lets a wrong answer pass under a range, and only there."""
    responses = DONE | {key: {"description": "refused", "content": {"application/json": OWN}}}
    content = document({"responses": responses})
    assert rules(tmp_path, content) == ({"range-unchecked"} if key == "4XX" else set())
    answer = ({"b": 1}, 400, {"Content-Type": "application/json"})
    assert status(tmp_path, content, {}, answer) == expected


@pytest.mark.parametrize(("target", "is_sent"), [("Cat", False), ("#/components/schemas/Cat", True)])
def test_mapped_values_that_schemathesis_never_sends(tmp_path: Path, target: str, is_sent: bool) -> None:
    """Schemathesis sends a mapped value where the mapping is a reference, not where it is a bare name."""
    kind = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    choice = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"c": target}},
    }
    content = document(body("application/json", choice), Cat=kind, Dog=kind)
    assert rules(tmp_path, content, "schemathesis") == (set() if is_sent else {"discriminator-unmapped"})
    operation = schemathesis.openapi.from_dict(content)["/a"]["POST"]
    sent: set[str] = set()

    @hypothesis.settings(max_examples=60, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=operation.as_strategy())
    def collect(case: Any) -> None:
        if isinstance(case.body, dict):
            sent.add(case.body["kind"])

    collect()
    assert sent
    assert ("c" in sent) is is_sent


@pytest.mark.parametrize(("target", "is_valid"), [("Cat", False), ("#/components/schemas/Cat", True)])
def test_mapped_values_that_a_validator_refuses(tmp_path: Path, target: str, is_valid: bool) -> None:
    """A validator of OpenAPI 3.0 finds the schema by a reference, and not by a bare name."""
    kind = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    choice = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"c": target}},
    }
    content = document({}, Cat=kind, Choice=choice)
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    resource = Resource(contents=content, specification=DRAFT4)
    registry: Registry[Any] = Registry().with_resource("urn:whole", resource)
    validator = OAS30Validator({"$ref": "urn:whole#/components/schemas/Choice"}, registry=registry)

    assert validator.is_valid({"kind": "c"}) is is_valid
    told = [each.what for each in lint(file, tools=["schemathesis"]).findings]
    assert any("openapi-schema-validator 0.9 refuses it" in what for what in told) is not is_valid


def test_for_chooses_the_tools(tmp_path: Path) -> None:
    """Only what is asked for is told, and without a wish everything is."""
    content = document(parameter("header", WHOLE) | body("application/json", WHOLE | {"format": "int32"}))
    assert rules(tmp_path, content, "schemathesis") == {"format-unchecked"}
    assert rules(tmp_path, content, "connexion") == rules(tmp_path, content)
    assert rules(tmp_path, content) == {"format-unchecked", "parameter-unconverted"}


def test_what_connexion_cannot_load_is_no_fault_of_a_3_1_document(tmp_path: Path) -> None:
    """A document of OpenAPI 3.1 is judged without Connexion, unless it is asked for."""
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump(document(parameter("header", WHOLE), "3.1.0")), encoding="utf-8")
    plain, asked = lint(file), lint(file, tools=("connexion",))
    assert [found.rule for found in plain.findings] == []
    assert list(plain.skipped) == ["connexion"]
    assert "connexion" in [found.rule for found in asked.findings]


def test_an_anchor_may_be_defined_again(tmp_path: Path) -> None:
    """YAML 1.2 lets an anchor be defined again; only what reads by PyYAML minds, at that place."""
    file = tmp_path / "a.yaml"
    text = yaml.safe_dump(document({})) + "x-a: &name first\nx-b: &name second\n"
    file.write_text(text, encoding="utf-8")
    (found,) = lint(file).findings
    assert (found.rule, found.position.line) == ("anchor-repeated", text.count("\n"))
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(text)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(("value", "valid"), [(4.35, True), (19.99, True), (0.07, True), (4.355, False)])
def test_multiples_are_computed_in_decimals(tmp_path: Path, value: float, valid: bool, version: str) -> None:
    """A number with two digits is a multiple of 0.01, and lint warns that engines disagree."""
    content = document(
        body("application/json", {"type": "number", "multipleOf": 0.01, "example": value}), version
    )
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    found = {each.rule for each in lint(file).findings}
    assert ("example-invalid" in found) is not valid
    assert "multiple-divergent" in found


def test_a_member_that_does_not_travel_is_not_demanded(tmp_path: Path) -> None:
    """An example of a request lacks a required member that is read only, behind a reference, too."""
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"$ref": "#/components/schemas/Id"}, "name": {"type": "string"}},
    }
    operation = body("application/json", schema)
    media = operation["requestBody"]["content"]["application/json"]
    for example, found in (({"name": "x"}, set()), ({}, {"example-invalid"})):
        media["example"] = example
        file = tmp_path / "a.yaml"
        file.write_text(yaml.safe_dump(document(operation, Id={"type": "string", "readOnly": True})), "utf-8")
        assert {each.rule for each in lint(file).findings} == found


@pytest.mark.parametrize(("member", "told"), [({"type": "string"}, False), ({"$ref": "#/Pet"}, True)])
def test_connexion_unfolds_schemas_of_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: dict[str, Any], told: bool
) -> None:
    """A schema of another file that leads back to itself stops Connexion, wherever lint is run."""
    (tmp_path / "contract").mkdir()
    content = document({})
    media = {"application/json": {"schema": {"$ref": "pets.yaml#/Pet"}, "example": {}}}
    content["paths"]["/a"]["post"]["responses"] = {"200": {"description": "done", "content": media}}
    (tmp_path / "contract" / "a.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    pet = {"type": "object", "properties": {"a": member}}
    (tmp_path / "contract" / "pets.yaml").write_text(yaml.safe_dump({"Pet": pet}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    found = [each.what for each in lint("contract/a.yaml", tools=["connexion"]).findings]
    app = connexion.AsyncApp("served")

    assert [text.split(": ")[1] for text in found] == [
        "it replaces references with their targets, and one of them leads back to itself"
    ] * told
    if told:
        with pytest.raises(RecursionError):
            app.add_api(tmp_path / "contract" / "a.yaml", resolver=Resolver(lambda _: dict))
    else:
        app.add_api(tmp_path / "contract" / "a.yaml", resolver=Resolver(lambda _: dict))
