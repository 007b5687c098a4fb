"""`--cors`: which pages of a browser may call the server, and how a preflight is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkpoint_handlers.commands.serve import serve
from checkpoint_handlers.middleware.cors import is_origin
from click.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.running import Answer, RunningServer

CONSOLE, OTHER = "http://127.0.0.1:8090", "http://evil.example"


def preflight(
    server: RunningServer, origin: str, method: str = "POST", headers: str = "content-type,x-auth-token"
) -> Answer:
    """Ask as a browser asks before it sends the operation's request."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    return server.request("OPTIONS", server.path, token=None, headers=asked)


def test_a_page_of_the_origin_may_call(start: Callable[..., RunningServer]) -> None:
    """A preflight is answered with what the document needs, and every answer may be read."""
    server = start("--cors", CONSOLE, "--cors", "null")
    for origin in (CONSOLE, "null"):
        allowed = preflight(server, origin)
        assert (allowed.status, allowed.body) == (204, b"")
        assert allowed.headers["access-control-allow-origin"] == origin
        assert {"POST", "GET", "DELETE"} <= set(allowed.headers["access-control-allow-methods"].split(", "))
        names = allowed.headers["access-control-allow-headers"].lower().split(", ")
        assert {"content-type", "x-auth-token", "x-request-id"} <= set(names)
        assert "Origin" in allowed.headers["vary"]
        assert "content-length" not in allowed.headers  # RFC 9110, 8.6
        for token, status in (("", 200), (None, 401)):
            answer = server.request(
                "POST",
                server.path,
                token=token,
                body=b'{"checkpoint": {"plan_id": "%b", "parameters": {}}}'
                % server.target["policy"]["id"].encode(),
                headers={"Content-Type": "application/json", "Origin": origin},
            )
            assert answer.status == status
            assert answer.headers["access-control-allow-origin"] == origin
            assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
            assert "access-control-allow-credentials" not in answer.headers


def test_no_other_page_may(start: Callable[..., RunningServer]) -> None:
    """Another origin, method or header gets the contract's 400, and may read no answer."""
    server = start("--cors", CONSOLE)
    for refused, word in (
        (preflight(server, OTHER), "origin"),
        (preflight(server, CONSOLE, method="PURGE"), "method"),
        (preflight(server, CONSOLE, headers="x-other"), "headers"),
    ):
        assert refused.error == (400, "CSBS.9001")
        assert word in refused.json["error_msg"]
    assert "access-control-allow-origin" not in preflight(server, OTHER).headers
    answer = server.request("GET", "/", headers={"Origin": OTHER})
    assert "access-control-allow-origin" not in answer.headers


def test_it_is_off_by_default(server: RunningServer) -> None:
    """Without the option a preflight is any other method, and no answer speaks of origins."""
    answers = [preflight(server, CONSOLE), server.request("GET", "/", headers={"Origin": CONSOLE})]
    assert [answer.status for answer in answers] == [405, 404]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "origin",
    [
        "localhost",
        "http://a/",
        "http://a/b",
        "HTTP://a",
        "http://u@a",
        "http://",
        "",
        "http://a:x",
        "http://a:0",
        "http://a:65536",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    """A value that no browser would send as its origin ends with 2 and names it."""
    assert not is_origin(origin)
    outcome = CliRunner().invoke(serve, ["--cors", origin])
    assert outcome.exit_code == 2
    assert f"--cors: {origin!r}" in outcome.stderr


@pytest.mark.parametrize(
    "origin", ["null", "*", "https://a.example", "http://[::1]:8080", "moz-extension://0a1b-2c"]
)
def test_what_browsers_send_is_an_origin(origin: str) -> None:
    """Names, addresses with ports, extensions, files and the wildcard are taken."""
    assert is_origin(origin)
