"""What no operation answers, and what every answer has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from handlers.running import error_of

if TYPE_CHECKING:
    from handlers.running import RunningServer


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/", "//", "/v2/x/policies", "/%00", "/%FF%FE", "/v1/a/b/c/d/e/f"],
)
def test_an_unknown_path_gets_404(server: RunningServer, path: str) -> None:
    """A path of no operation gets the gateway's 404, with a token and without."""
    for token in ("", None):
        assert server.request("GET", path, token=token).error == (404, "APIGW.0101")


def test_a_trailing_slash_is_another_path(server: RunningServer) -> None:
    """The operation's path with a slash behind it gets 404 and no redirect."""
    assert server.create(path=f"{server.path}/").error == (404, "APIGW.0101")
    assert server.create(path=server.path.removesuffix("/checkpoints")).error == (404, "APIGW.0101")


@pytest.mark.parametrize("slash", ["%2F", "%2f"])
def test_an_encoded_slash_belongs_to_an_id(server: RunningServer, slash: str) -> None:
    """An id may hold an encoded slash, which separates no segments of the path (RFC 3986, 2.2)."""
    parts = server.path.split("/")
    assert server.create(path="/".join([*parts[:2], f"a{slash}b", *parts[3:]])).error == error_of("forbidden")
    foreign = "/".join([*parts[:4], f"{slash}a%20%25{slash}b", *parts[5:]])
    assert server.create(path=foreign).error == error_of("unknown-provider")
    unknown = server.request("DELETE", f"{server.path}/a{slash}b")
    assert unknown.error == error_of("checkpoint-not-found")
    for part in ("providers", "checkpoints"):
        moved = server.path.replace(f"/{part}", f"{slash}{part}")
        assert server.create(path=moved).error == error_of("no-route")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_gets_405(server: RunningServer, method: str) -> None:
    """A method that the operation's path does not have gets 405 with an Allow that names POST."""
    answer = server.request(method, server.path)
    assert answer.error == (405, "APIGW.0101")
    assert answer.headers["allow"] == "POST"


def test_head_gets_the_status_and_no_body(server: RunningServer) -> None:
    """HEAD is answered without a body: 405 here, 200 where there is a GET."""
    refused = server.request("HEAD", server.path)
    assert (refused.status, refused.body) == (405, b"")
    listing = server.request("HEAD", f"/v1/{server.target['project_id']}/policies")
    assert (listing.status, listing.body) == (200, b"")


def test_no_answer_has_a_banner(server: RunningServer) -> None:
    """Neither a 200 nor an error names the server's software."""
    for answer in (server.create(), server.create(token=None), server.request("GET", "/")):
        assert not answer.headers.keys() & {"server", "x-powered-by", "via"}


def test_a_query_is_ignored_where_none_is_declared(server: RunningServer) -> None:
    """A query that the document does not know does not disturb the operation."""
    assert server.create(path=f"{server.path}?resources=%FF&[=&limit[a]=1").status == 200


def test_an_upgrade_is_not_taken(server: RunningServer) -> None:
    """A request to speak WebSocket is served as the plain request that it also is."""
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    assert server.request("GET", "/", headers=headers).error == (404, "APIGW.0101")


def test_a_method_that_http_parsers_do_not_know(server: RunningServer) -> None:
    """A token that the parser has no number for is malformed HTTP to it: the contract's 400, then the end."""
    answer = server.raw(b"BREW %s HTTP/1.1\r\nHost: x\r\n\r\n" % server.path.encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in head
    assert b"x-request-id" not in head
    assert json.loads(body)["error_code"] == "CSBS.9001"
