"""The contract's data: complete, consistent, and readable by the tools that read it for real."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.load import data_path, document, errors, requirements
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

if TYPE_CHECKING:
    from collections.abc import Iterator

CREATE = "/v1/{project_id}/providers/{provider_id}/checkpoints"
DOCUMENTS = ["checkpoint.yaml", "companions.yaml"]
COUNTS = {"HTTP": 7, "AUTH": 7, "REQ": 17, "NF": 3, "RESP": 13, "ERR": 3, "FUZZ": 2}
COUNTS |= {"DISC": 1, "OBS": 4, "DEL": 2, "CONF": 1}
IDENTIFIERS = [f"{group}-{number}" for group, count in COUNTS.items() for number in range(1, count + 1)]
SHOULD = {
    "HTTP-4",
    "HTTP-7",
    "AUTH-6",
    "AUTH-7",
    "REQ-5",
    "REQ-14",
    "NF-3",
    "RESP-8",
    "RESP-12",
    "RESP-13",
    "ERR-2",
    "ERR-3",
    "OBS-4",
    "DEL-2",
    "CONF-1",
}
PROFILES = {"DISC": ("discovery",), "OBS": ("observation",), "DEL": ("deletion",), "CONF": ("conflict",)}
SEVERAL = {"AUTH-7": ("discovery", "observation", "deletion"), "RESP-13": ("discovery",)}
FIXTURES = {
    "AUTH-3": "expired_token",
    "AUTH-4": "second_project",
    "AUTH-5": "read_only_token",
    "NF-2": "second_project",
    "OBS-4": "second_project",
}


def resolve(root: dict[str, Any], pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901) from the root of a document, `$ref` on the way included."""
    value: Any = root
    for token in pointer.lstrip("#").split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
        if isinstance(value, dict) and "$ref" in value:
            value = resolve(root, value["$ref"])
    return value


def examples(root: dict[str, Any], node: Any = None, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield place, schema and value of every example and default below a node, the root by default."""
    node = root if node is None else node
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from examples(root, item, f"{where}/{number}")
    elif isinstance(node, dict):
        schema = node.get("schema", node if "type" in node else None)
        for key in ("example", "default"):
            if schema is not None and key in node:
                yield f"{where}/{key}", schema, node[key]
        named = node.get("examples")
        if isinstance(named, dict):
            for name, example in named.items():
                yield f"{where}/examples/{name}", schema, example["value"]
        for name, item in node.items():
            if name not in ("example", "examples", "default", "enum"):
                yield from examples(root, item, f"{where}/{name}")


def operations(name: str) -> Iterator[dict[str, Any]]:
    """Yield the operations of a document."""
    for path in document(name)["paths"].values():
        for method, operation in path.items():
            if method != "parameters":
                yield operation


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_openapi_3_0(name: str) -> None:
    """The documents are valid by the specification and of the version that every tool reads."""
    root = document(name)

    validate(root)

    assert root["openapi"] == "3.0.3"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_example_is_valid(name: str) -> None:
    """Each example and default satisfies the schema that it stands by, judged by an independent validator."""
    root = document(name)
    registry = Registry().with_resource("urn:contract", Resource(contents=root, specification=DRAFT4))
    seen = []
    for place, schema, value in examples(root):
        anchored = json.loads(json.dumps(schema).replace('"#/', '"urn:contract#/'))
        faults = [error.message for error in OAS30Validator(anchored, registry=registry).iter_errors(value)]
        assert not faults, f"{place}: {faults}"
        seen.append(place)

    assert len(seen) > 40


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_status_of_every_operation_has_an_example(name: str) -> None:
    """No answer is left without a picture of it."""
    for operation in operations(name):
        for status in operation["responses"]:
            response = operation["responses"][status]
            response = resolve(document(name), response["$ref"]) if "$ref" in response else response
            assert response["content"]["application/json"]["examples"], (operation["operationId"], status)


def test_the_statuses_are_those_of_the_contract() -> None:
    """The operation answers the statuses of the source and those that any server or gateway adds."""
    statuses = [int(status) for status in document()["paths"][CREATE]["post"]["responses"]]

    assert statuses == [200, 400, 401, 403, 404, 405, 413, 415, 429, 500, 503]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_error_examples_are_the_catalogue(name: str) -> None:
    """An operation shows exactly the conditions that `errors.yaml` ascribes to it, pairs and texts alike."""
    root = document(name)
    for operation in operations(name):
        shown = {
            (
                *(example, int(status), shown["value"]["error_code"]),
                *(shown["summary"], shown["value"]["error_msg"]),
            )
            for status, reference in operation["responses"].items()
            if status != "200"
            for example, shown in resolve(root, reference["$ref"])["content"]["application/json"][
                "examples"
            ].items()
        }
        listed = {
            (condition.id, condition.status, condition.code, condition.text, condition.message)
            for condition in errors().conditions.values()
            if operation["operationId"] in condition.operations
        }
        # Shared responses show a condition that only some of their operations have.
        assert listed <= shown, operation["operationId"]
        assert {entry[0] for entry in shown} <= set(errors().conditions)
        if name == "checkpoint.yaml":
            assert listed == shown


def test_every_condition_has_a_published_pair_or_a_gateways() -> None:
    """What our own server answers satisfies ERR-2."""
    catalogue = errors()
    for condition in catalogue.conditions.values():
        assert (condition.status, condition.code) in catalogue.published or re.fullmatch(
            catalogue.gateway_pattern, condition.code
        ), condition.id


def test_the_examples_belong_together() -> None:
    """The answer of each name answers the request of that name: plan, servers, project, trigger."""
    root = document()
    post = root["paths"][CREATE]["post"]
    requests = resolve(root, "#/components/requestBodies/CreateCheckpoint/content/application~1json/examples")
    answers = post["responses"]["200"]["content"]["application/json"]["examples"]
    whole = answers["whole-policy"]["value"]["checkpoint"]["protection_plan"]["resources"]
    project = root["components"]["parameters"]["ProjectId"]["example"]

    assert requests.keys() == answers.keys()
    for name, request in requests.items():
        order = request["value"]["checkpoint"]
        checkpoint = answers[name]["value"]["checkpoint"]
        plan = checkpoint["protection_plan"]
        selected = order["parameters"].get("resources") or [server["id"] for server in whole]
        assert plan["id"] == order["plan_id"]
        assert [server["id"] for server in plan["resources"]] == selected
        assert all(server in whole for server in plan["resources"])
        assert checkpoint["project_id"] == project
        assert json.loads(checkpoint["extra_info"]) == {"created_by": "manual"}
        assert order["parameters"].get("auto_trigger", False) is False
        for server in plan["resources"]:
            assert server["extra_info"] is None or isinstance(json.loads(server["extra_info"]), dict)
    assert len({answer["value"]["checkpoint"]["id"] for answer in answers.values()}) == len(answers)


def test_the_companions_examples_continue_those_of_the_operation() -> None:
    """The policy list shows the policy that the request names, and the items those of its checkpoint."""
    answer = document()["paths"][CREATE]["post"]["responses"]["200"]["content"]["application/json"][
        "examples"
    ]
    checkpoint = answer["selected-servers"]["value"]["checkpoint"]
    whole = answer["whole-policy"]["value"]["checkpoint"]["protection_plan"]
    paths = document("companions.yaml")["paths"]

    def shown(path: str, name: str) -> Any:
        return paths[path]["get"]["responses"]["200"]["content"]["application/json"]["examples"][name][
            "value"
        ]

    policy = shown("/v1/{project_id}/policies", "policies")["policies"][0]
    items = shown("/v1/{project_id}/checkpoint_items", "selected-servers")["checkpoint_items"]

    assert (policy["id"], policy["name"]) == (whole["id"], whole["name"])
    assert [server["id"] for server in policy["resources"]] == [server["id"] for server in whole["resources"]]
    assert {item["checkpoint_id"] for item in items} == {checkpoint["id"]}
    assert [item["resource_id"] for item in items] == [
        server["id"] for server in checkpoint["protection_plan"]["resources"]
    ]


def test_the_link_leads_to_the_companion() -> None:
    """The 200 links to the operation that lists the items, with parameters which that one has."""
    link = document()["paths"][CREATE]["post"]["responses"]["200"]["links"]["items"]
    name, pointer = link["operationRef"].split("#")
    operation = resolve(document(name), pointer.replace("%7B", "{").replace("%7D", "}"))

    assert operation["operationId"] == "listCheckpointItems"
    assert {"checkpoint_id", "project_id"} == set(link["parameters"])


def test_both_documents_share_what_they_say_twice() -> None:
    """Error, security scheme and project example are the same in both documents."""
    ours, companions = document()["components"], document("companions.yaml")["components"]

    assert ours["schemas"]["ErrorBody"] == companions["schemas"]["ErrorBody"]
    assert ours["securitySchemes"] == companions["securitySchemes"]
    for name in ("ProjectId", "ProviderId"):
        assert ours["parameters"][name]["example"] == companions["parameters"][name]["example"]


def version(text: str) -> tuple[int, ...]:
    """Return a version as numbers that can be compared."""
    return tuple(int(part) for part in text.split("."))


def test_the_catalogue_has_every_requirement_with_its_level() -> None:
    """No id is missing, renamed or of another level, profile or fixture."""
    catalogue = requirements()

    assert [entry.id for entry in catalogue] == IDENTIFIERS
    assert {entry.id for entry in catalogue if entry.level == "SHOULD"} == SHOULD
    for entry in catalogue:
        group = PROFILES.get(entry.id.split("-")[0], ("core",))
        assert entry.profile == SEVERAL.get(entry.id, group), entry.id
        assert entry.needs == FIXTURES.get(entry.id), entry.id
        assert entry.status == "active"
        assert version(entry.since) <= version(document()["info"]["version"])
        assert entry.basis
        assert set(entry.basis) <= set("SPA")


def test_an_assumption_alone_is_never_a_must() -> None:
    """What rests on our assumption only decides no verdict."""
    assert [entry.id for entry in requirements() if entry.basis == ("A",) and entry.level == "MUST"] == []


@pytest.mark.parametrize("identifier", [entry.id for entry in requirements()])
def test_the_clause_leads_somewhere(identifier: str) -> None:
    """The pointer of the requirement's clause resolves."""
    clause = next(entry.clause for entry in requirements() if entry.id == identifier)
    name, pointer = clause.split("#")

    assert resolve(document(name), pointer) is not None


def test_the_documents_name_requirements_of_the_catalogue_only() -> None:
    """Every identifier in round brackets exists, and the texts name most of them."""
    texts = "".join(data_path(name).read_text(encoding="utf-8") for name in DOCUMENTS)
    named = set(re.findall(r"\b(?:HTTP|AUTH|REQ|NF|RESP|ERR|FUZZ|DISC|OBS|DEL|CONF)-\d+\b", texts))
    known = {entry.id for entry in requirements()}

    assert named <= known
    assert known - named <= {"HTTP-2", "HTTP-6", "FUZZ-1", "FUZZ-2"}


@pytest.mark.parametrize("name", [*DOCUMENTS, "requirements.yaml", "errors.yaml"])
def test_the_released_copy_is_frozen(name: str) -> None:
    """As long as the version is a released one, so is the content; else it is newer than all of them."""
    current, released = document()["info"]["version"], data_path("released")

    if (released / current).is_dir():
        assert (released / current / name).read_bytes() == data_path(name).read_bytes()
    else:
        assert all(version(folder.name) < version(current) for folder in released.iterdir())


def test_the_sources_example_is_refused() -> None:
    """The literal example of the published answer is no JSON, at the place that the errata tell."""
    text = data_path("ERRATA.md").read_text(encoding="utf-8")
    vector = text.split("```text\n")[1].split("```")[0]

    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(vector)

    assert '"server0"' in vector
    assert "exclude_volumes" in vector.splitlines()[caught.value.lineno - 1]


def test_nothing_is_a_template() -> None:
    """The texts hold no braces that a template engine would execute when the document is loaded."""
    for name in DOCUMENTS:
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#", data_path(name).read_text(encoding="utf-8"))
