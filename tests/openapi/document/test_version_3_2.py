"""OpenAPI 3.2 is read by lint, gate and pages, and what is not read of it is named."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.commands.diff import diff
from checkpoint_openapi.commands.docs import docs
from checkpoint_openapi.commands.lint import lint
from checkpoint_openapi.diff.report import Report, report
from checkpoint_openapi.docs.mock.server import Mock, Request
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text
from checkpoint_openapi.exit_codes import ExitCode
from click.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
JSON = "application/json"


def operation(name: str) -> dict[str, Any]:
    """Return an operation that takes and answers a text; a response needs no description since 3.2."""
    return {
        "operationId": name,
        "requestBody": {"required": True, "content": {JSON: {"schema": TEXT, "example": "a"}}},
        "responses": {"200": {"content": {JSON: {"schema": TEXT, "example": "a"}}}},
    }


def contract() -> dict[str, Any]:
    """Return a contract of the members that are new in OpenAPI 3.2."""
    stream = {"itemSchema": {"type": "object", "properties": {"a": TEXT}}, "example": [{"a": "b"}]}
    log = {"responses": {"200": {"summary": "Lines", "content": {"application/jsonl": stream}}}}
    item = {"query": operation("find"), "additionalOperations": {"COPY": operation("copy")}, "get": log}
    return {
        "openapi": "3.2.0",
        "$self": "https://api.example/contract",
        "info": {"title": "Small", "version": "1.0.0"},
        "paths": {"/things": item},
    }


def judged(base: dict[str, Any], revision: dict[str, Any]) -> Report:
    """Return what the gate says of a change."""
    sides = [Documents(Text({name: json.dumps(each)}), name) for name, each in (("a", base), ("b", revision))]
    return report(*sides)


def facets(found: Report) -> set[tuple[str, str, str]]:
    """Return rule, severity and operation of each finding, those about the version left out."""
    return {
        (each.id, each.severity.value, each.operation)
        for each in found.findings
        if not each.id.startswith("version-")
    }


def narrow(place: dict[str, Any], *, name: str = JSON) -> None:
    """Let a body be a number."""
    place["content"][name] = {"schema": NUMBER}


def item(document: dict[str, Any]) -> dict[str, Any]:
    """Return the one path item of a contract."""
    found: dict[str, Any] = document["paths"]["/things"]
    return found


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], Any], set[tuple[str, str, str]]]] = {
    "query goes": (lambda d: item(d).pop("query"), {("operation-removed", "breaking", "QUERY /things")}),
    "another method goes": (
        lambda d: item(d)["additionalOperations"].pop("COPY"),
        {("operation-removed", "breaking", "COPY /things")},
    ),
    "another method comes": (
        lambda d: item(d)["additionalOperations"].update(MOVE=operation("move")),
        {("operation-added", "info", "MOVE /things")},
    ),
    "the body of query narrows": (
        lambda d: item(d)["query"]["requestBody"]["content"][JSON].update(schema={**TEXT, "maxLength": 3}),
        {("request-length-narrowed", "breaking", "QUERY /things")},
    ),
    "the answer to another method widens": (
        lambda d: item(d)["additionalOperations"]["COPY"]["responses"]["200"]["content"][JSON].update(
            schema={"type": ["string", "null"]}
        ),
        {("response-null-allowed", "breaking", "COPY /things")},
    ),
    "an item of a stream widens": (
        lambda d: item(d)["get"]["responses"]["200"]["content"]["application/jsonl"]["itemSchema"][
            "properties"
        ].update(a={"type": ["string", "null"]}),
        {("response-null-allowed", "breaking", "GET /things")},
    ),
    "the document moves": (
        lambda d: d.update({"$self": "https://api.example/v2"}),
        {("document-address-changed", "info", "")},
    ),
    "a description comes": (
        lambda d: item(d)["get"]["responses"]["200"].update(description="Lines of a log."),
        set(),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_is_new_is_told(name: str) -> None:
    """What 3.2 added is compared like the rest."""
    change, expected = CHANGES[name]
    revision = contract()
    change(revision)
    assert facets(judged(contract(), revision)) == expected


def test_the_same_contract_in_3_1_and_3_2_is_the_same() -> None:
    """A version of OpenAPI is no change of the contract that is written in it."""
    old = contract()
    old["paths"]["/things"] = {"put": {**operation("put"), "responses": {"200": {"description": "done"}}}}
    del old["$self"]
    new = copy.deepcopy(old)
    old["openapi"] = "3.1.1"
    assert facets(judged(old, new)) == set()


DEFECTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "example-invalid": (
        lambda d: item(d)["query"]["requestBody"]["content"][JSON].update(example=1),
        "/paths/~1things/query/requestBody/content/application~1json/example",
    ),
    "operation-id-duplicate": (
        lambda d: item(d)["additionalOperations"]["COPY"].update(operationId="find"),
        "/paths/~1things/query/operationId",
    ),
    "ref-dangling": (
        lambda d: item(d)["get"]["responses"]["200"]["content"]["application/jsonl"].update(
            itemSchema={"$ref": "#/components/schemas/None"}
        ),
        "/paths/~1things/get/responses/200/content/application~1jsonl/itemSchema/$ref",
    ),
}


def run(tmp_path: Path, content: dict[str, Any], command: Any, *arguments: str) -> Any:
    """Write a contract, and run a command on it."""
    file = tmp_path / "contract.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return CliRunner().invoke(command, [str(file), *arguments])


IGNORED = [
    word
    for rule in ("connexion", "schemathesis", "component-unused", "example-missing")
    for word in ("--ignore", rule)
]


def test_a_sound_document_of_3_2_has_no_findings(tmp_path: Path) -> None:
    """Nothing that 3.2 allows is called wrong."""
    result = run(tmp_path, contract(), lint, *IGNORED)
    assert result.exit_code == ExitCode.SUCCESS, result.output


@pytest.mark.parametrize("rule", DEFECTS)
def test_lint_looks_into_what_is_new(rule: str, tmp_path: Path) -> None:
    """The rules hold in the operations and schemas that 3.2 added."""
    change, pointer = DEFECTS[rule]
    content = contract()
    change(content)
    result = run(tmp_path, content, lint, "--format", "json", *IGNORED)
    found = {(each["rule"], each["pointer"]) for each in json.loads(result.output)["findings"]}
    assert any(each == rule for each, _ in found)
    if rule != "operation-id-duplicate":
        assert (rule, pointer) in found


def test_an_item_of_an_example_is_held_against_the_schema_of_items(tmp_path: Path) -> None:
    """The finding stands at the item that breaks it."""
    content = contract()
    stream = item(content)["get"]["responses"]["200"]["content"]["application/jsonl"]
    stream["example"] = [{"a": "b"}, {"a": 1}]
    result = run(tmp_path, content, lint, "--format", "json", *IGNORED)
    (found,) = json.loads(result.output)["findings"]
    assert found["pointer"].endswith("/application~1jsonl/example/1/a")


@pytest.mark.parametrize(("method", "status"), [("QUERY", 200), ("COPY", 200), ("MOVE", 405)])
def test_the_mock_answers_the_methods_of_the_document(method: str, status: int) -> None:
    """`query` and other methods are operations of a path like `get`."""
    mock = Mock(Documents(Text({"a": json.dumps(contract())}), "a"))
    request = Request(method, "/things", {"content-type": JSON}, b'"a"')
    assert mock.answer(request).status == status


def query_string(document: dict[str, Any], schema: dict[str, Any]) -> None:
    """Give an operation its whole query as one value."""
    parameter = {
        "name": "q",
        "in": "querystring",
        "content": {"application/x-www-form-urlencoded": {"schema": schema}},
    }
    item(document)["get"]["parameters"] = [parameter]


KIND = {"propertyName": "kind"}
KINDS = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT}}
UNREAD: dict[str, Callable[[dict[str, Any], int], Any]] = {
    "in: querystring": lambda d, n: query_string(d, {"type": "object", "minProperties": n}),
    "itemEncoding": lambda d, n: item(d)["get"]["responses"]["200"]["content"]["application/jsonl"].update(
        itemEncoding={"contentType": f"text/{n}"}
    ),
    "defaultMapping": lambda d, n: d.update(
        components={"schemas": {"Any": {**KINDS, "discriminator": {**KIND, "defaultMapping": f"A{n}"}}}}
    ),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_named_and_leaves_the_question_open(name: str, tmp_path: Path) -> None:
    """Each command says what it did not look at, and ends as for an undecided question."""
    old, new = contract(), contract()
    UNREAD[name](old, 1)
    UNREAD[name](new, 2)
    linted = run(tmp_path, new, lint, *IGNORED)
    assert f"not checked: `{name}`" in linted.output
    assert linted.exit_code == ExitCode.UNDECIDED, linted.output
    page = run(tmp_path, new, docs, "--output", str(tmp_path / "page.html"))
    assert f"not checked: `{name}`" in page.stderr
    assert page.exit_code == ExitCode.UNDECIDED
    base = tmp_path / "base.json"
    base.write_text(json.dumps(old), encoding="utf-8")
    compared = CliRunner().invoke(diff, [str(base), str(tmp_path / "contract.json")])
    assert f"`{name}` is not compared yet" in compared.output
    assert compared.exit_code in (ExitCode.FAILURE, ExitCode.UNDECIDED)
    same = CliRunner().invoke(diff, [str(base), str(base)])
    assert same.exit_code == ExitCode.SUCCESS
