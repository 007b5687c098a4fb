"""The application follows its documents: an edit of them changes what it does, without code."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import gc
import json
import time
from typing import TYPE_CHECKING, Any, NoReturn

import httpx
import pytest
from checkpoint_handlers import seed
from checkpoint_handlers.app import create_app
from checkpoint_handlers.errors import Refusal, StartError
from checkpoint_handlers.operations import operations
from checkpoint_handlers.service import PROVIDER_ID, Service
from checkpoint_handlers.store import StoreUnavailableError
from checkpoint_handlers.store_sqlite import SqliteStore
from checkpoint_handlers.stores import tokens_path
from checkpoint_openapi.load import document, errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATH = f"/v1/{seed.PROJECT_ID}/providers/{PROVIDER_ID}/checkpoints"
OPERATION = "/v1/{project_id}/providers/{provider_id}/checkpoints"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Give a service on a new database."""
    database = tmp_path / "db"
    store = SqliteStore(database, seed.seeder(tokens_path(str(database))))
    yield Service(store)
    asyncio.run(store.close())


@pytest.fixture
def token(service: Service, tmp_path: Path) -> str:
    """Give the demonstration project's token."""
    del service  # it has written the file
    tokens = seed.DemoTokens.read(tokens_path(str(tmp_path / "db")))
    assert tokens is not None
    return tokens.token


def answers(
    service: Service, *requests: dict[str, Any], edit: Callable[[dict[str, Any]], None] | None = None
) -> list[httpx.Response]:
    """Return the answers of an application whose first document was edited."""

    async def exchange() -> list[httpx.Response]:
        documents = [copy.deepcopy(document(name)) for name in ("checkpoint.yaml", "companions.yaml")]
        if edit is not None:
            edit(documents[0])
        app = await create_app(service, [lambda loaded=loaded: loaded for loaded in documents])
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return [await client.request(**request) for request in requests]

    return asyncio.run(exchange())


def order(token: str, parameters: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a request for the demonstration policy."""
    body = {"checkpoint": {"plan_id": seed.PLAN_ID, "parameters": parameters or {}}}
    headers = {"X-Auth-Token": token}
    return {"method": "POST", "url": PATH, "headers": headers, "json": body} | changes


def code_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error."""
    return response.status_code, response.json()["error_code"]


def schema_of(edited: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a schema of a document."""
    schema: dict[str, Any] = edited["components"]["schemas"][name]
    return schema


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


def rename_operation(edited: dict[str, Any]) -> None:
    """Give the operation a name that the table does not have."""
    edited["paths"][OPERATION]["post"]["operationId"] = "makeCheckpoint"


def drop_security(edited: dict[str, Any]) -> None:
    """Take the security away."""
    del edited["security"]


def need_no_token(edited: dict[str, Any]) -> None:
    """Let a request do without a token."""
    edited["security"].append({})


def need_two_tokens(edited: dict[str, Any]) -> None:
    """Ask for two tokens at once."""
    schemes = edited["components"]["securitySchemes"]
    schemes["other"] = schemes["token"] | {"name": "X-Other-Token"}
    edited["security"] = [{"token": [], "other": []}]


def take_xml(edited: dict[str, Any]) -> None:
    """Let the request be XML."""
    content = edited["components"]["requestBodies"]["CreateCheckpoint"]["content"]
    content["application/xml"] = content.pop("application/json")


def lose_project(edited: dict[str, Any]) -> None:
    """Serve the operation outside of any project."""
    path = OPERATION.replace("{project_id}", "x")
    edited["paths"][path] = edited["paths"].pop(OPERATION)


def write_3_1(edited: dict[str, Any]) -> None:
    """Claim a version that Connexion does not read."""
    edited["openapi"] = "3.1.0"


def break_pattern(edited: dict[str, Any]) -> None:
    """Write a pattern that is no regular expression."""
    schema_of(edited, "CheckpointOrder")["properties"]["plan_id"]["pattern"] = "["


def dangle(edited: dict[str, Any]) -> None:
    """Refer to a schema that is not there."""
    schema_of(edited, "CheckpointRequest")["properties"]["checkpoint"]["$ref"] = "#/components/schemas/None"


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (rename_operation, "makeCheckpoint"),
        (drop_security, "no security"),
        (need_no_token, "exactly one"),
        (need_two_tokens, "exactly one"),
        (take_xml, "application/xml"),
        (lose_project, "project_id"),
        (write_3_1, "3.1.0"),
        (break_pattern, "regex"),
        (dangle, "None"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_document_that_cannot_be_served_stops_the_start(
    service: Service, edit: Callable[[dict[str, Any]], None], word: str
) -> None:
    """What is wrong with a document is one line at the start, and nothing at the first request."""
    with pytest.raises(StartError, match=word) as caught:
        answers(service, edit=edit)
    assert "\n" not in str(caught.value)


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


@dataclasses.dataclass
class FailingStore:
    """A store whose every method raises the same error."""

    error: Exception

    def __getattr__(self, _name: str) -> Callable[..., NoReturn]:
        def fail(*_arguments: Any, **_options: Any) -> NoReturn:
            raise self.error

        return fail


def test_a_crash_discloses_nothing(token: str, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the server gets 500 CSBS.9999 with the text of the catalogue, and is logged."""
    error = RuntimeError("SELECT secret FROM /var/lib/db")
    (answer,) = answers(Service(FailingStore(error)), order(token))
    assert answer.json() == {
        "error_code": "CSBS.9999",
        "error_msg": errors().conditions["internal-error"].message,
    }
    assert answer.status_code == 500
    assert "SELECT secret" in caplog.text
    assert token not in caplog.text


def test_a_store_out_of_reach_is_unavailable(token: str) -> None:
    """A store that cannot be reached gets 503 and a hint when to try again."""
    (answer,) = answers(Service(FailingStore(StoreUnavailableError("gone"))), order(token))
    assert code_of(answer) == (503, "APIGW.0106")
    assert answer.headers["retry-after"] == "1"


@dataclasses.dataclass
class CallersOnly(FailingStore):
    """A store that knows callers, and fails when anything else is looked up."""

    caller: Callable[[bytes], Any]


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("POST", f"providers/{PROVIDER_ID}/checkpoints"),
        ("DELETE", f"providers/{PROVIDER_ID}/checkpoints/{seed.PLAN_ID}"),
        ("GET", "policies"),
        ("GET", "checkpoint_items"),
    ],
)
def test_another_projects_token_has_nothing_looked_up(
    service: Service, token: str, method: str, rest: str
) -> None:
    """In another project than the token's there is 403 before the store is asked for anything."""
    store = CallersOnly(AssertionError("looked up"), service.store.caller)
    url = f"/v1/{seed.SECOND_PROJECT_ID}/{rest}"
    (answer,) = answers(Service(store), order(token, method=method, url=url))
    assert code_of(answer) == (403, "APIGW.0302")


def test_every_condition_has_a_strict_body() -> None:
    """A refusal for any condition of the catalogue is JSON of exactly the two members."""
    for identifier, condition in errors().conditions.items():
        refusal = Refusal(identifier)
        body = json.loads(refusal.body())
        assert body == {"error_code": condition.code, "error_msg": condition.message}
        assert refusal.status == condition.status


def test_a_refusal_leaves_nothing_to_the_garbage_collector(service: Service, token: str) -> None:
    """What a refused request has made is gone with it, as after an accepted one."""

    async def refuse() -> int:
        app = await create_app(service)
        headers = [(b"x-auth-token", token.encode()), (b"content-type", b"application/json")]
        described = {"type": "http", "method": "POST", "path": PATH, "root_path": "", "query_string": b""}
        statuses: list[int] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 0))

        gc.collect()
        gc.disable()
        try:
            for _ in range(50):
                await app({**described, "headers": [*headers]}, receive, send)
            assert statuses == [400, 0] * 50
            return gc.collect()
        finally:
            gc.enable()

    assert asyncio.run(refuse()) < 50


def test_a_clock_stepped_back_repeats_and_reverts_nothing(
    service: Service, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the system's clock an hour back ids stay new, times do not fall, no status goes back."""
    listing = {
        "method": "GET",
        "url": f"/v1/{seed.PROJECT_ID}/checkpoint_items",
        "headers": {"X-Auth-Token": token},
    }
    before = [answer.json()["checkpoint"] for answer in answers(service, *[order(token)] * 20)]
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * 10**9)
    *created, listed = answers(service, *[order(token)] * 20, listing)
    after = [answer.json()["checkpoint"] for answer in created]
    assert len({checkpoint["id"] for checkpoint in before + after}) == 40
    assert min(each["created_at"] for each in after) >= max(each["created_at"] for each in before)
    assert {item["status"] for item in listed.json()["checkpoint_items"]} == {"available"}
