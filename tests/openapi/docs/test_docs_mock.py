"""The mock: a request that is right gets the example, one that is wrong the error that fits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.docs.answers import REASON
from checkpoint_openapi.docs.mock import Mock, Request
from checkpoint_openapi.document.documents import Documents, Files, Text
from checkpoint_openapi.load import data_path, document

if TYPE_CHECKING:
    from checkpoint_openapi.docs.answers import Answer

PATH = "/v1/b942cc8342734d15bcb246babb1953cf/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/checkpoints"
PLAN = "62171999-3df1-42f7-9513-6f9b1bea4744"
WHOLE: dict[str, Any] = {"checkpoint": {"plan_id": PLAN, "parameters": {}}}
SELECTED = {
    "checkpoint": {"plan_id": PLAN, "parameters": {"auto_trigger": True, "resources": ["another server"]}}
}
HEADERS = {"content-type": "application/json", "x-auth-token": "any"}


@pytest.fixture(scope="module")
def mock() -> Mock:
    """Make a mock of our document."""
    return Mock(Documents(Files(), str(data_path("checkpoint.yaml"))))


def ask(
    mock: Mock, body: object = WHOLE, *, method: str = "POST", target: str = PATH, **headers: str
) -> Answer:
    """Send a request; headers by name with underscores, an empty one left out."""
    sent = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return mock.answer(
        Request(method, target, {name: value for name, value in sent.items() if value}, content)
    )


def mock_of(text: str, **files: str) -> Mock:
    """Make a mock of a document in memory."""
    return Mock(
        Documents(
            Text({"api.yaml": text, **{f"{name}.yaml": file for name, file in files.items()}}), "api.yaml"
        )
    )


@pytest.mark.parametrize(("body", "servers"), [(WHOLE, 3), (SELECTED, 2)])
def test_answer_is_the_example_of_the_like_request(mock: Mock, body: object, servers: int) -> None:
    """A request with the members of one of the request examples gets the answer of that name."""
    answer = ask(mock, body)

    assert answer.status == 200
    assert len(json.loads(answer.body)["checkpoint"]["protection_plan"]["resources"]) == servers


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"body": b""}, 400, "CSBS.9001"),
        ({"body": b"{"}, 400, "CSBS.9001"),
        ({"body": b"\xff"}, 400, "CSBS.9001"),
        ({"body": b'{"checkpoint": 1, "checkpoint": 2}'}, 400, "CSBS.9001"),
        ({"body": b"NaN"}, 400, "CSBS.9001"),
        ({"body": b"[" * 100_000}, 400, "CSBS.9001"),
        ({"body": b'{"\\ud800": 1}'}, 400, "CSBS.9001"),
        ({"body": []}, 400, "CSBS.9001"),
        ({"body": {"checkpoint": {"plan_id": "x", "parameters": {}}}}, 400, "CSBS.9001"),
        ({"body": {"checkpoint": {"plan_id": PLAN, "parameters": {"typo": 1}}}}, 400, "CSBS.9001"),
        ({"body": {"checkpoint": {"plan_id": PLAN, "parameters": {"resources": ["a"] * 65}}}},
         400, "CSBS.9001"),
        ({"content_type": "text/plain"}, 400, "CSBS.9001"),
        ({"content_type": ""}, 400, "CSBS.9001"),
        ({"x_auth_token": ""}, 401, "APIGW.0301"),
        ({"x_auth_token": "", "body": b"{"}, 401, "APIGW.0301"),
        ({"method": "GET"}, 405, "APIGW.0101"),
    ],
)  # fmt: skip
def test_refusal_is_the_error_example(mock: Mock, changes: dict[str, Any], status: int, code: str) -> None:
    """A request with one fault gets the status and the example for it, and is told why."""
    answer = ask(mock, **changes)

    assert (answer.status, json.loads(answer.body)["error_code"]) == (status, code)
    assert answer.headers[REASON].isascii()


def test_reason_names_the_member(mock: Mock) -> None:
    """The reason says which member is refused."""
    answer = ask(mock, {"checkpoint": {"plan_id": PLAN, "parameters": {"auto_trigger": "true"}}})

    assert answer.headers[REASON].startswith("checkpoint.parameters.auto_trigger: ")


def test_null_and_charset_are_accepted(mock: Mock) -> None:
    """What is nullable in OpenAPI 3.0 takes null, and a media type its parameters."""
    body = {"checkpoint": {"plan_id": PLAN, "parameters": {"resources": None}}}

    assert ask(mock, body, content_type="application/json; charset=utf-8").status == 200


def test_method_not_allowed_says_what_is(mock: Mock) -> None:
    """An answer 405 has the header `Allow` of RFC 9110."""
    assert ask(mock, method="DELETE").headers["Allow"] == "POST"


def test_unknown_path_is_told_as_such(mock: Mock) -> None:
    """A path that the document does not have gets 404 without an example that was never meant for it."""
    answer = ask(mock, target="/v2/other")

    assert (answer.status, json.loads(answer.body)) == (404, {"preview": "The document has no such path."})


def every_example() -> list[tuple[str, str, Any]]:
    """Return status, name and value of each example of an answer of our document."""
    whole = document()
    (operation,) = [item["post"] for item in whole["paths"].values()]
    found: list[tuple[str, str, Any]] = []
    for status, response in operation["responses"].items():
        stated = response
        if "$ref" in response:
            stated = whole["components"]["responses"][response["$ref"].rpartition("/")[2]]
        examples = stated["content"]["application/json"]["examples"]
        found += [(status, name, example["value"]) for name, example in examples.items()]
    return found


@pytest.mark.parametrize(("status", "name", "value"), every_example())
def test_any_example_can_be_asked_for(mock: Mock, status: str, name: str, value: object) -> None:
    """`Prefer: example=NAME` gets each example of the document, under its status."""
    answer = ask(mock, prefer=f"example={name}")

    assert (answer.status, json.loads(answer.body)) == (int(status), value)


@pytest.mark.parametrize(
    ("prefer", "status"),
    [("code=503", 503), ("code=302", 501), ("example=none", 501), ("code=404, example=x", 501)],
)
def test_preference(mock: Mock, prefer: str, status: int) -> None:
    """A status can be asked for as well; what the document does not have is told with 501."""
    assert ask(mock, prefer=prefer).status == status


FOREIGN = """\
openapi: {version}
info: {{title: Foreign, version: '1'}}
servers: [{{url: 'https://example.com/base'}}]
paths:
  /things/{{id}}:
    get:
      parameters:
        - {{name: id, in: path, required: true, schema: {{type: integer}}}}
        - {{name: tags, in: query, schema: {{type: array, items: {{type: string}}}}}}
        - {{name: deep, in: query, required: true, schema: {{type: boolean}}}}
      responses:
        '200':
          description: A thing.
          content:
            application/json:
              schema: {{$ref: 'other.yaml#/Thing'}}
        4XX:
          description: Refused.
          content: {{text/plain: {{example: Refused.}}}}
  /things/new:
    get:
      responses:
        '204': {{description: Nothing.}}
"""
OTHER = """\
Thing:
  type: object
  properties:
    name: {type: string, example: hammer}
    parts: {type: array, items: {$ref: '#/Thing'}}
    made: {type: string, format: date}
"""


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/things/7?deep=true", 200), ("/base/things/7?deep=false&tags=a,b", 200),
        ("/things/x?deep=true", 400),
        ("/things/7", 400), ("/things/7?deep=perhaps", 400), ("/things/new", 204),
    ],
)  # fmt: skip
def test_foreign_document(version: str, target: str, status: int) -> None:
    """Parameters are checked as what they stand for, and a fixed path goes before one with a placeholder."""
    mock = mock_of(FOREIGN.format(version=version), other=OTHER)

    assert ask(mock, b"", method="GET", target=target).status == status


def test_answer_without_example_is_made_of_the_schema() -> None:
    """Where there is no example the schema gives one, recursion and other files included."""
    mock = mock_of(FOREIGN.format(version="3.0.3"), other=OTHER)

    made = json.loads(ask(mock, b"", method="GET", target="/things/1?deep=true").body)

    assert made["name"] == made["parts"][0]["name"] == "hammer"
    assert made["made"] == "2024-02-29"


@pytest.mark.parametrize(
    ("scheme", "headers", "target"),
    [
        ("{type: http, scheme: bearer}", {"authorization": "Bearer x"}, "/a"),
        ("{type: apiKey, in: query, name: key}", {}, "/a?key=x"),
        ("{type: apiKey, in: cookie, name: key}", {"cookie": "key=x"}, "/a"),
    ],
)
def test_credentials_of_every_kind(scheme: str, headers: dict[str, str], target: str) -> None:
    """Each kind of credential is looked for where it belongs."""
    mock = mock_of(
        f"openapi: 3.0.3\ninfo: {{title: A, version: '1'}}\nsecurity: [{{key: []}}]\n"
        f"paths: {{/a: {{get: {{responses: {{'204': {{description: Fine.}}}}}}}}}}\n"
        f"components: {{securitySchemes: {{key: {scheme}}}}}\n"
    )

    assert ask(mock, b"", method="GET", target="/a").status == 401
    assert ask(mock, b"", method="GET", target=target, **headers).status == 204
