"""The application follows its documents: an edit of them changes what it does, without code."""

from __future__ import annotations

from typing import Any

from checkpoint_handlers.operations.service import PROVIDER_ID, Service
from checkpoint_handlers.operations.table import operations
from checkpoint_handlers.seeding import seed
from checkpoint_openapi.load import document

from handlers.in_process import OPERATION, PATH, answers, code_of, order, schema_of


def test_the_documents_as_they_are_serve(service: Service, token: str) -> None:
    """Without an edit the request is accepted."""
    (answer,) = answers(service, order(token))
    assert answer.status_code == 200


def test_an_edited_limit_is_kept(service: Service, token: str) -> None:
    """A lower maxItems refuses what was accepted before, a removed one accepts what was refused."""
    three, many = list(seed.RESOURCE_IDS), list(seed.RESOURCE_IDS) * 30

    def lower(edited: dict[str, Any]) -> None:
        schema_of(edited, "CheckpointParameters")["properties"]["resources"]["maxItems"] = 2

    def remove(edited: dict[str, Any]) -> None:
        del schema_of(edited, "CheckpointParameters")["properties"]["resources"]["maxItems"]

    requests = [order(token, {"resources": chosen}) for chosen in (three[:2], three, many)]
    assert [answer.status_code for answer in answers(service, *requests, edit=lower)] == [200, 400, 400]
    assert [answer.status_code for answer in answers(service, *requests)] == [200, 200, 400]
    assert [answer.status_code for answer in answers(service, *requests, edit=remove)] == [200, 200, 200]


def test_a_new_optional_member_is_accepted(service: Service, token: str) -> None:
    """A member that the schema declares is no longer unknown, and its type is checked."""

    def add(edited: dict[str, Any]) -> None:
        properties = schema_of(edited, "CheckpointParameters")["properties"]
        properties["note"] = {"type": "string", "nullable": True, "readOnly": False}
        properties["stamp"] = {"type": "string", "readOnly": True}

    requests = [order(token, parameters) for parameters in ({"note": "x"}, {"note": None}, {"note": 1})]
    requests.append(order(token, {"stamp": "x"}))
    assert [answer.status_code for answer in answers(service, *requests, edit=add)] == [200, 200, 400, 400]
    assert {answer.status_code for answer in answers(service, *requests)} == {400}


def test_a_member_made_optional_may_be_absent(service: Service, token: str) -> None:
    """What the schema no longer requires may be absent; what names the policy is refused all the same."""

    def relax(edited: dict[str, Any]) -> None:
        schema_of(edited, "CheckpointOrder")["required"].remove("parameters")

        del schema_of(edited, "CheckpointRequest")["required"]
        edited["components"]["requestBodies"]["CreateCheckpoint"]["required"] = False

    bare = order(token, json={"checkpoint": {"plan_id": seed.PLAN_ID}})
    unexecutable = [order(token, json={}), order(token, json=None)]
    assert [answer.status_code for answer in answers(service, *unexecutable, edit=relax)] == [400, 400]
    assert [answer.status_code for answer in answers(service, bare, edit=relax)] == [200]
    assert [answer.status_code for answer in answers(service, bare)] == [400]


def test_a_moved_path_is_served_where_it_is(service: Service, token: str) -> None:
    """The route is the document's: a new path answers, and the old one is unknown."""

    def move(edited: dict[str, Any]) -> None:
        edited["paths"][OPERATION.replace("/v1/", "/v2/")] = edited["paths"].pop(OPERATION)

    moved, old = answers(service, order(token, url=PATH.replace("/v1/", "/v2/")), order(token), edit=move)
    assert moved.status_code == 200
    assert code_of(old) == (404, "APIGW.0101")


def test_a_renamed_token_header_is_read(service: Service, token: str) -> None:
    """The header of the token is the one that the security scheme names."""

    def rename(edited: dict[str, Any]) -> None:
        edited["components"]["securitySchemes"]["token"]["name"] = "X-Subject-Token"

    renamed, old = answers(
        service, order(token, headers={"X-Subject-Token": token}), order(token), edit=rename
    )
    assert renamed.status_code == 200
    assert code_of(old) == (401, "APIGW.0301")


def test_new_parameters_are_checked(service: Service, token: str) -> None:
    """A query, path or header parameter that the document declares is required, typed and limited."""

    def declare(edited: dict[str, Any]) -> None:
        edited["paths"][OPERATION]["post"]["parameters"] = [
            {"name": "depth", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 3}},
            {"name": "X-Trace", "in": "header", "schema": {"type": "string", "pattern": "^[a-z]+$"}},
        ]
        edited["components"]["parameters"]["ProviderId"]["schema"]["maxLength"] = 36

    headers = {"X-Auth-Token": token}
    requests = [
        order(token, url=f"{PATH}?depth=3"),
        order(token),
        order(token, url=f"{PATH}?depth=4"),
        order(token, url=f"{PATH}?depth=x"),
        order(token, url=f"{PATH}?depth=1", headers=headers | {"X-Trace": "abc"}),
        order(token, url=f"{PATH}?depth=1", headers=headers | {"X-Trace": "ABC"}),
        order(token, url=f"{PATH.replace(PROVIDER_ID, 'x' * 37)}?depth=1"),
    ]
    statuses = [answer.status_code for answer in answers(service, *requests, edit=declare)]
    assert statuses == [200, 400, 400, 400, 200, 400, 400]


def test_a_base_path_is_served(service: Service, token: str) -> None:
    """A server with a path in the document puts its operations below that path, and the others stay."""

    def mount(edited: dict[str, Any]) -> None:
        edited["servers"] = [{"url": "/backup"}]

    listing = {"method": "GET", "url": f"/v1/{seed.PROJECT_ID}/policies", "headers": {"X-Auth-Token": token}}
    below, old, other = answers(
        service,
        order(token, url=f"/backup{PATH}"),
        order(token),
        listing,
        edit=mount,
    )
    assert below.status_code == 200
    assert code_of(old) == (404, "APIGW.0101")
    assert other.status_code == 200


def test_a_number_in_the_path_is_a_number(service: Service, token: str) -> None:
    """A parameter of the path gets the type that the document declares, and its limits are kept."""

    def number(edited: dict[str, Any]) -> None:
        schema = {"type": "integer", "maximum": 3}
        edited["paths"][OPERATION]["parameters"].append(
            {"name": "zone", "in": "path", "required": True, "schema": schema}
        )
        edited["paths"]["/v1/{zone}/{project_id}/providers/{provider_id}/checkpoints"] = edited["paths"].pop(
            OPERATION
        )

    urls = [PATH.replace("/v1/", f"/v1/{zone}/") for zone in ("3", "4", "x")]
    served = answers(service, *(order(token, url=url) for url in urls), edit=number)
    assert [answer.status_code for answer in served] == [200, 400, 404]


def test_a_token_in_the_query_is_read(service: Service, token: str) -> None:
    """The place of the token is the one that the security scheme names, too."""

    def move(edited: dict[str, Any]) -> None:
        edited["components"]["securitySchemes"]["token"] |= {"in": "query", "name": "token"}

    moved, old = answers(
        service, order(token, url=f"{PATH}?token={token}", headers={}), order(token), edit=move
    )
    assert moved.status_code == 200
    assert code_of(old) == (401, "APIGW.0301")


def test_the_success_status_is_the_documents(service: Service, token: str) -> None:
    """The status of an accepted request is the one that the document declares."""

    def accept(edited: dict[str, Any]) -> None:
        responses = edited["paths"][OPERATION]["post"]["responses"]
        responses["202"] = responses.pop("200")

    assert [answer.status_code for answer in answers(service, order(token), edit=accept)] == [202]


def test_a_template_in_a_description_is_text(service: Service, token: str) -> None:
    """Braces in a description are not executed."""

    def brace(edited: dict[str, Any]) -> None:
        edited["info"]["description"] = "{{ 1 / 0 }}"

    assert [answer.status_code for answer in answers(service, order(token), edit=brace)] == [200]


def test_the_table_holds_the_operations_of_the_documents(service: Service) -> None:
    """Each operation has a handler, and each handler an operation."""
    declared = {
        operation["operationId"]
        for name in ("checkpoint.yaml", "companions.yaml")
        for path in document(name)["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    }
    assert operations(service).keys() == declared
