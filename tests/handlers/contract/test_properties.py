"""Whatever the bytes: a documented answer, in the contract's form, and a server that goes on."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

import pytest
from checkpoint_openapi.load import errors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handlers.running import RunningServer

PLAN_ID = "62171999-3df1-42f7-9513-6f9b1bea4744"
PUBLISHED_500 = {(500, "CSBS.1001"), (500, "CSBS.6030"), (500, "CSBS.6032")}

PROFILE = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "checkpoint": VALUES
        | st.fixed_dictionaries(
            {},
            optional={
                "plan_id": st.just(PLAN_ID) | VALUES,
                "parameters": VALUES
                | st.fixed_dictionaries(
                    {}, optional={"auto_trigger": VALUES, "resources": VALUES, "other": VALUES}
                ),
            },
        ),
        "other": VALUES,
    },
)
SOUND = json.dumps({"checkpoint": {"plan_id": PLAN_ID, "parameters": {"resources": []}}}).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a sound body with some bytes replaced."""
    start = draw(st.integers(0, len(SOUND)))
    end = draw(st.integers(start, min(len(SOUND), start + 4)))
    return SOUND[:start] + draw(st.binary(max_size=4)) + SOUND[end:]


BODIES = st.binary(max_size=200) | damaged() | ORDERS.map(lambda value: json.dumps(value).encode())


@pytest.fixture
def connection(server: RunningServer) -> Iterator[HTTPConnection]:
    """Give one connection for all examples of a test."""
    opened = server.connect()
    yield opened
    opened.close()


def exchange(
    connection: HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, Any]
) -> int:
    """Send a request, check the answer's form and return its status."""
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    payload = response.read()
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert int(response.headers["content-length"]) == len(payload)
    value = json.loads(payload)
    if response.status == 200:
        return 200
    assert value.keys() == {"error_code", "error_msg"}
    pair = (response.status, value["error_code"])
    assert response.status < 500 or pair in PUBLISHED_500
    assert pair in {(known.status, known.code) for known in errors().conditions.values()}
    return response.status


@PROFILE
@given(body=BODIES)
def test_any_body_gets_a_documented_answer(
    server: RunningServer, connection: HTTPConnection, body: bytes
) -> None:
    """Any bytes as a body get 200 or a 4xx of the contract, on a connection that lives on."""
    headers = {"X-Auth-Token": server.target["token"], "Content-Type": "application/json"}
    assert exchange(connection, "POST", server.path, body, headers) in {200, 400}


@PROFILE
@given(
    body=st.just(SOUND) | BODIES,
    content_type=st.just("application/json") | st.text(st.characters(min_codepoint=33, max_codepoint=255)),
    token=st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=255)),
)
def test_any_headers_get_a_documented_answer(
    server: RunningServer, connection: HTTPConnection, body: bytes, content_type: str, token: str | None
) -> None:
    """Any content type and token get a documented answer, too."""
    headers = {"X-Auth-Token": token or server.target["token"], "Content-Type": content_type}
    headers = {name: value.encode("latin-1") for name, value in headers.items()}
    assert exchange(connection, "POST", server.path, body, headers) in {200, 400, 401}


@PROFILE
@given(
    parts=st.lists(st.binary(max_size=6), max_size=3),
    query=st.binary(max_size=20)
    | st.sampled_from([b"limit", b"offset", b"marker", b"sort", b"status"]).flatmap(
        lambda name: st.binary(max_size=8).map(lambda value: name + b"=" + value)
    ),
)
def test_any_path_and_query_get_a_documented_answer(
    server: RunningServer, connection: HTTPConnection, parts: list[bytes], query: bytes
) -> None:
    """Any path and query below the project get a documented answer."""
    tail = "/".join(quote_from_bytes(part, safe="") for part in [b"checkpoint_items", *parts])
    path = f"/v1/{server.target['project_id']}/{tail}?{quote_from_bytes(query, safe='=&[],:')}"
    status = exchange(connection, "GET", path, None, {"X-Auth-Token": server.target["token"]})
    assert status in ({200, 400} if not parts else {404})
