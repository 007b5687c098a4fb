"""HTTP/1.1 as RFC 9110 and RFC 9112 demand it of a server, sent as bytes."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING

import pytest
from checkpoint_handlers.serving.protocol import MAX_HEAD
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from handlers.running import RunningServer


def create(
    server: RunningServer, *fields: str, host: str = "Host: localhost", version: str = "1.1", space: str = " "
) -> bytes:
    """Return a valid request, with other fields, another Host or version, or more space before a value."""
    body = json.dumps(server.order()).encode()
    lines = (
        f"POST {server.path} HTTP/{version}",
        *([host] if host else []),
        f"X-Auth-Token:{space}{server.target['token']}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *fields,
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


def statuses(received: bytes) -> list[int]:
    """Return the status of each response, in their order."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def chunked(request: bytes, *trailer: str) -> bytes:
    """Return a request with its body in a chunk, and fields in the trailer section behind it."""
    head, _, body = request.partition(b"\r\n\r\n")
    head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
    return b"%s\r\n\r\n%x\r\n%s\r\n0\r\n" % (head, len(body), body) + "\r\n".join([*trailer, "", ""]).encode()


CLOSE = "Connection: close"
SPACE = st.text(" \t", max_size=3)


@settings(max_examples=20)
@given(SPACE, SPACE)
def test_whitespace_around_a_value_does_not_count(server: RunningServer, before: str, after: str) -> None:
    """Spaces and tabs before and after the value of a field do not belong to it (RFC 9112, 5.1)."""
    request = create(server, f"{CLOSE}{after}", space=before)
    token = server.target["token"].encode()
    assert statuses(server.raw(request.replace(token, token + after.encode()))) == [200]


@pytest.mark.parametrize(
    "host", ["", "Host: a\r\nHost: a", "Host: a\r\nHost: b", "Host: a b", "Host: a/b", "Host: u@a"]
)
def test_a_request_names_one_host(server: RunningServer, host: str) -> None:
    """No Host in HTTP/1.1, two or an invalid one get 400; HTTP/1.0 needs none (RFC 9112, 3.2)."""
    response = server.raw(create(server, CLOSE, host=host))
    assert statuses(response) == [400]
    assert b"Host" in response
    assert statuses(server.raw(create(server, host=host, version="1.0"))) == [400 if host else 200]


@pytest.mark.parametrize(
    "host", ["", "a:80", "[::1]:8080", "192.0.2.1", "a_b.example", "xn--caf-dma.example:"]
)
def test_every_valid_host_is_taken(server: RunningServer, host: str) -> None:
    """A name, an address of either kind, and a port are valid, and an empty Host is."""
    assert statuses(server.raw(create(server, CLOSE, host=f"Host: {host}"))) == [200]


def test_an_old_client_expects_nothing(server: RunningServer) -> None:
    """HTTP/1.1 gets the 100 that it expects, and HTTP/1.0 does not (RFC 9110, 10.1.1)."""
    expected = "Expect: 100-continue"
    assert statuses(server.raw(create(server, CLOSE, expected))) == [100, 200]
    assert statuses(server.raw(create(server, expected, version="1.0"))) == [200]


@pytest.mark.parametrize("number", [1, 3])
def test_a_client_that_ends_its_side_is_answered(server: RunningServer, number: int) -> None:
    """A client that closes its side after complete requests still gets every response, then the end."""
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(create(server) * number)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert statuses(received) == [200] * number


@pytest.mark.parametrize(
    "wrong",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["no-http", "no-host", "broken-chunk"],
)
@pytest.mark.parametrize("number", [1, 3])
def test_a_refusal_waits_for_the_responses_before_it(
    server: RunningServer, number: int, wrong: bytes
) -> None:
    """Requests before a malformed one get their own responses first (RFC 9112, 9.3.2)."""
    before = len(server.items())
    assert statuses(server.raw(create(server) * number + wrong)) == [200] * number + [400]
    assert len(server.items()) == before + 3 * number


@pytest.mark.parametrize("field", ["Content-Type: text/plain", "Host: b", "X-Auth-Token: x", "X-Scenario: x"])
def test_a_trailer_field_is_no_header_field(server: RunningServer, field: str) -> None:
    """Fields behind a chunked body neither add to the header fields nor contradict them (RFC 9110, 6.5.1)."""
    assert statuses(server.raw(chunked(create(server, CLOSE, "Trailer: x"), field))) == [200]


def test_a_token_in_a_trailer_is_no_token(server: RunningServer) -> None:
    """The token behind the body does not count, however the bytes arrive."""
    request = create(server, CLOSE)
    token = f"X-Auth-Token: {server.target['token']}"
    without = request.replace(f"{token}\r\n".encode(), b"")
    for trailer in ([token], [token, "X: y"]):
        sent = chunked(without, *trailer)
        cut = sent.rindex(b"X-Auth-Token")
        assert statuses(server.raw(sent)) == statuses(server.raw(sent[:cut], sent[cut:])) == [401]


def test_requests_that_arrive_together_have_no_common_limit(server: RunningServer) -> None:
    """The limit is of one head, also if one read brings many requests and the beginning of another."""
    listing = f"GET /v1/x/policies HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {'x' * 400}\r\n\r\n".encode()
    several = MAX_HEAD // len(listing) + 50
    last = listing.replace(b"Host", f"{CLOSE}\r\nHost".encode())
    for count in (several, 3 * several):
        assert statuses(server.raw(listing * count + last[:40], last[40:])) == [401] * (count + 1)
