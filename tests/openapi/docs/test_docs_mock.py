"""The mock: a request that is right gets the example, one that is wrong the error that fits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.docs.mock.answers import REASON
from checkpoint_openapi.docs.mock.server import Mock, Request
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Files, Text
from checkpoint_openapi.load import data_path, document

if TYPE_CHECKING:
    from checkpoint_openapi.docs.mock.answers import Answer

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
servers: [{{url: 'https://[your-host]/base'}}]
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


NEGOTIATED = """\
openapi: 3.1.0
info: {title: Negotiated, version: '1'}
paths:
  /report:
    get:
      responses:
        '200':
          description: A report.
          headers:
            X-Total: {required: true, schema: {type: integer, minimum: 3}}
          content:
            text/csv: {example: 'a,b'}
            application/json:
              schema: {type: object, properties: {a: {type: string, minLength: 9}}, required: [a]}
            application/xml: {schema: {type: object}}
            image/*: {schema: {type: string}}
"""


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        ("", 200, "application/json"),
        ("*/*", 200, "application/json"),
        ("text/csv", 200, "text/csv"),
        ("text/*;q=0.5, application/json;q=0.4", 200, "text/csv"),
        ("application/json;q=0.5, text/csv;q=0.4", 200, "application/json"),
        ("TEXT/CSV", 200, "text/csv"),
        ("application/json;q=0", 406, "application/json"),
        ("video/mp4", 406, "application/json"),
        ("application/xml", 501, "application/json"),
    ],
)
def test_accept_chooses_the_media_type(accept: str, status: int, media_type: str) -> None:
    """The preferred media type is sent, 406 if none is admitted, and 501 where no example can be made."""
    answer = ask(mock_of(NEGOTIATED), b"", method="GET", target="/report", accept=accept)

    assert (answer.status, answer.headers["Content-Type"]) == (status, media_type)


def test_required_header_is_sent() -> None:
    """A response has its required headers, valid against their schemas."""
    answer = ask(mock_of(NEGOTIATED), b"", method="GET", target="/report")

    assert int(answer.headers["X-Total"]) >= 3
    assert len(json.loads(answer.body)["a"]) >= 9


def test_refusal_keeps_its_status_whatever_is_accepted(mock: Mock) -> None:
    """A refused request gets its error even if it admits no media type of it."""
    assert ask(mock, b"{", accept="text/csv").status == 400


def mock_with(parameter: dict[str, Any], path: str = "/a") -> Mock:
    """Make a mock of a document with one parameter."""
    operation = {"parameters": [parameter], "responses": {"204": {"description": "Fine."}}}
    whole = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": {path: {"get": operation}}}
    return mock_of(json.dumps(whole))


INTEGERS = {"type": "array", "items": {"type": "integer"}, "minItems": 2}
OBJECT = {
    "type": "object",
    "properties": {"age": {"type": "integer"}, "name": {"type": "string"}, "tags": {"type": "array"}},
    "required": ["age"],
}


@pytest.mark.parametrize(
    ("stated", "good", "bad"),
    [
        ({"schema": INTEGERS}, ["x=1&x=2"], ["x=1", "x=1&x=b", "x=1,2"]),
        ({"schema": INTEGERS, "explode": False}, ["x=1,2", "x=1%2C2"], ["x=1", "x=1,b", "x=1|2"]),
        ({"schema": INTEGERS, "style": "pipeDelimited", "explode": False}, ["x=1|2", "x=1%7C2"], ["x=1,2"]),
        ({"schema": INTEGERS, "style": "spaceDelimited", "explode": False}, ["x=1%202", "x=1+2"], ["x=1,2"]),
        ({"schema": OBJECT, "style": "deepObject"}, ["x[age]=1", "x[age]=1&x[name]=2", "x[age]=1&x[tags]=a"],
         ["x[age]=b", "x[name]=a", "x=1"]),
        ({"schema": OBJECT}, ["age=1&name=2"], ["age=b", "name=a"]),
        ({"schema": OBJECT, "explode": False}, ["x=age,1,name,2"], ["x=age,b", "x=name,1"]),
        ({"schema": {"type": ["integer", "boolean"]}}, ["x=1", "x=true"], ["x=yes", "x="]),
        ({"schema": {"type": "string", "pattern": "^[0-9]+$"}}, ["x=12"], ["x=a"]),
        ({"schema": {"allOf": [{"type": "integer"}, {"minimum": 3}]}}, ["x=3"], ["x=2", "x=a"]),
        ({"schema": {"type": "array", "items": {"type": "string"}}, "explode": False},
         ["x=1,true", "x=a%20b"], []),
        ({"content": {"application/json": {"schema": OBJECT}}},
         ["x=%7B%22age%22:1%7D"], ["x=%7B%7D", "x=%7B"]),
    ],
)  # fmt: skip
def test_query_parameter_is_read_as_it_is_written(
    stated: dict[str, Any], good: list[str], bad: list[str]
) -> None:
    """Arrays and objects are read by style, items by their schema, and the reason names the parameter."""
    mock = mock_with({"name": "x", "in": "query", "required": True, **stated})

    for query in good:
        assert ask(mock, b"", method="GET", target=f"/a?{query}").status == 204, query
    for query in bad:
        answer = ask(mock, b"", method="GET", target=f"/a?{query}")
        assert answer.status == 400, query
        assert answer.headers[REASON].startswith("The query parameter x is ")


@pytest.mark.parametrize(
    ("stated", "good", "bad"),
    [
        ({}, "1,2", "1,b"),
        ({"style": "label"}, ".1,2", ".1"),
        ({"style": "label", "explode": True}, ".1.2", ".1.b"),
        ({"style": "matrix"}, ";x=1,2", ";x=1"),
        ({"style": "matrix", "explode": True}, ";x=1;x=2", ";x=1;x=b"),
    ],
)
def test_path_parameter_is_read_as_it_is_written(stated: dict[str, Any], good: str, bad: str) -> None:
    """The styles of paths have a prefix and separators of their own."""
    mock = mock_with({"name": "x", "in": "path", "required": True, "schema": INTEGERS, **stated}, "/a/{x}")

    assert ask(mock, b"", method="GET", target=f"/a/{good}").status == 204
    assert ask(mock, b"", method="GET", target=f"/a/{bad}").status == 400


def test_cookie_is_a_parameter() -> None:
    """A cookie is checked as other parameters are."""
    mock = mock_with({"name": "x", "in": "cookie", "required": True, "schema": {"type": "integer"}})

    assert ask(mock, b"", method="GET", target="/a", cookie="y=a; x=1").status == 204
    assert ask(mock, b"", method="GET", target="/a", cookie="x=a").status == 400
    assert ask(mock, b"", method="GET", target="/a").status == 400


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
