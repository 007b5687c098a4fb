"""Requests that are wrong below the schema, as bytes: each gets the contract's answer and none a 5xx."""

from __future__ import annotations

import codecs
import json
import re
import socket
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from checkpoint_handlers.errors import Refusal
from checkpoint_handlers.middleware.guard import MAX_BODY, MAX_DEPTH, parse_json, require_media_type
from checkpoint_handlers.middleware.incoming import Fields
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from handlers.running import RunningServer

PLAN = b'"plan_id":"62171999-3df1-42f7-9513-6f9b1bea4744"'

BODIES = {
    "none": b"",
    "blank": b" \n",
    "not-json": b"checkpoint",
    "truncated": b'{"checkpoint":',
    "trailing": b'{"checkpoint":{%s,"parameters":{}}} x' % PLAN,
    "two-values": b'{"checkpoint":{%s,"parameters":{}}}{}' % PLAN,
    "single-quotes": b"{'checkpoint': {}}",
    "comment": b'{"checkpoint":{%s,"parameters":{}}}//' % PLAN,
    "trailing-comma": b'{"checkpoint":{%s,"parameters":{},}}' % PLAN,
    "not-utf-8": b'{"checkpoint":{%s,"parameters":{"resources":["\xff"]}}}' % PLAN,
    "utf-16": '{"checkpoint":{}}'.encode("utf-16"),
    "byte-order-mark": b'\xef\xbb\xbf{"checkpoint":{%s,"parameters":{}}}' % PLAN,
    "lone-surrogate": b'{"checkpoint":{%s,"parameters":{"resources":["\\ud800"]}}}' % PLAN,
    "control-character": b'{"checkpoint":{%s,"parameters":{"resources":["\n"]}}}' % PLAN,
    "nan": b'{"checkpoint":{%s,"parameters":{"auto_trigger":NaN}}}' % PLAN,
    "infinity": b'{"checkpoint":{%s,"parameters":{"auto_trigger":-Infinity}}}' % PLAN,
    "5000-digits": b'{"checkpoint":{%s,"parameters":{"auto_trigger":%s}}}' % (PLAN, b"1" * 5000),
    "300-digits": b'{"checkpoint":{%s,"parameters":{"auto_trigger":%s}}}' % (PLAN, b"1" * 300),
    "1e999": b'{"checkpoint":{%s,"parameters":{"auto_trigger":1e999}}}' % PLAN,
    "duplicate-key": b'{"checkpoint":{%s,"parameters":{"resources":["x"],"resources":[]}}}' % PLAN,
    "duplicate-root": b'{"checkpoint":1,"checkpoint":{%s,"parameters":{}}}' % PLAN,
    "duplicate-escaped": b'{"checkpoint":{%s,"parameters":{"resources":["x"],"r\\u0065sources":[]}}}' % PLAN,
    "10000-deep-arrays": b"[" * 10_000 + b"]" * 10_000,
    "10000-deep-open": b"[" * 10_000,
    "10000-deep-objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "300-deep": b'{"checkpoint":{%s,"parameters":{"resources":%s}}}' % (PLAN, b"[" * 300 + b"]" * 300),
    "half-a-mebibyte": b'{"checkpoint":{%s,"parameters":{"resources":"%s"}}}' % (PLAN, b"x" * 2**19),
    "nul": b"\0",
}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no body"),
        (b"{", "not JSON"),
        (codecs.BOM_UTF8 + b"{}", "byte order mark"),
        (b'{"a":1,"a":1}', "same key twice"),
    ],
)
def test_the_message_says_what_is_wrong_with_a_body(body: bytes, reason: str) -> None:
    """Each kind of mistake is told in its own words."""
    with pytest.raises(Refusal) as refused:
        parse_json(body)
    assert reason in (refused.value.detail or "")


@pytest.mark.parametrize("name", BODIES)
def test_a_malformed_body_is_an_invalid_request(server: RunningServer, name: str) -> None:
    """A body that is not strict JSON in UTF-8 gets 400 CSBS.9001."""
    assert server.create(raw=BODIES[name]).error == (400, "CSBS.9001")


@pytest.mark.parametrize("size", [MAX_BODY + 1, 4 * MAX_BODY])
def test_a_large_body_is_too_large(server: RunningServer, size: int) -> None:
    """A body beyond the limit gets 413, and one at the limit is read."""
    assert server.create(raw=b" " * size).error == (413, "APIGW.0201")
    sound = json.dumps(server.order()).encode()
    assert server.create(raw=sound + b" " * (MAX_BODY - len(sound))).status == 200


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("application/json", True),
        ("Application/JSON", True),
        ("application/json; charset=utf-8", True),
        ("application/json;charset=UTF-8", True),
        ('application/json; charset="utf-8"', True),
        ("application/json;", True),
        ("application/json; charset=latin-1", False),
        ("application/json; charset=bogus", False),
        ("application/json; charset*=utf-8''utf-8", False),
        ("application/json; charset*0=utf; charset*1=-8", False),
        ("application/json; charset = utf-8", False),
        ("application/json; charset=", False),
        ("application/json; charset=utf-8; charset=latin-1", False),
        ("application/json; version=2", False),
        ("application/jsonx", False),
        ("application/json, text/plain", False),
        ("application/*", False),
        ("text/plain", False),
        ("application/xml", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("", False),
        (";", False),
        ("\xff\xfe", False),
        (None, False),
    ],
    ids=ascii,
)
def test_the_content_type_is_json_in_utf_8(
    server: RunningServer, content_type: str | None, accepted: bool
) -> None:
    """JSON is accepted with a charset of UTF-8 and without, and nothing else is."""
    answer = server.create(content_type=content_type)
    assert answer.status == 200 if accepted else answer.error == (400, "CSBS.9001")


@given(
    st.lists(st.sampled_from([*"*0='\";\\, \t", "charset", "utf-8", "; charset*="]), max_size=9).map("".join)
)
def test_any_parameters_are_taken_or_refused(parameters: str) -> None:
    """Whatever the parameters look like, they are read as UTF-8 or refused, and never fail."""
    fields = Fields([(b"content-type", b"application/json" + parameters.encode())])
    if re.fullmatch(r'[ \t]*(;[ \t]*(charset=("?)utf-8\3)?[ \t]*)*', parameters):
        require_media_type(fields, ["application/json"])
    else:
        with pytest.raises(Refusal):
            require_media_type(fields, ["application/json"])


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("Content-Encoding: gzip", b"leave out Content-Encoding"),
        ("Content-Encoding: identity\r\nContent-Encoding: br", b"leave out Content-Encoding"),
        ("Transfer-Encoding: gzip, chunked", b"Transfer-Encoding may be chunked"),
        ("Content-Encoding: Identity", None),
    ],
)
def test_a_compressed_body_is_refused_by_name(server: RunningServer, field: str, named: bytes | None) -> None:
    """A coding of the body other than none gets a refusal that names it, even if the bytes are JSON."""
    body = json.dumps(server.order()).encode()
    if field.startswith("Transfer"):
        request = head(server, "Content-Type: application/json", field) + b"%x\r\n%s\r\n0\r\n\r\n" % (
            len(body),
            body,
        )
    else:
        request = head(server, "Content-Type: application/json", field, f"Content-Length: {len(body)}") + body
    response = server.raw(request)
    assert status_of(response) == (400 if named else 200)
    assert (named or b"") in response


def head(server: RunningServer, *headers: str) -> bytes:
    """Return a request's head with a valid token and the given headers."""
    lines = [
        f"POST {server.path} HTTP/1.1",
        "Host: localhost",
        f"X-Auth-Token: {server.target['token']}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def status_of(response: bytes) -> int:
    """Return the status of the first answer in received bytes."""
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", response)
    assert match is not None, response
    return int(match[1])


def test_two_content_types_are_refused(server: RunningServer) -> None:
    """Two Content-Type headers get 400, even where they agree."""
    body = json.dumps(server.order()).encode()
    for second in ("application/json", "text/plain"):
        types = ("Content-Type: application/json", f"Content-Type: {second}")
        response = server.raw(head(server, *types, f"Content-Length: {len(body)}") + body)
        assert status_of(response) == 400
        assert b"CSBS.9001" in response


def test_two_tokens_are_no_token(server: RunningServer) -> None:
    """A repeated token is the list of its values (RFC 9110, 5.3), which no project has: 401."""
    body = json.dumps(server.order()).encode()
    common = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    for second in (server.target["token"], "unknown"):
        response = server.raw(head(server, *common, f"X-Auth-Token: {second}") + body)
        assert status_of(response) == 401


def test_a_chunked_body_is_accepted(server: RunningServer) -> None:
    """A body in chunks without a Content-Length creates a checkpoint."""
    body = json.dumps(server.order()).encode()
    chunks = [body[:10], body[10:11], body[11:]]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])
    request = head(server, "Content-Type: application/json", "Transfer-Encoding: chunked") + framed
    assert status_of(server.raw(request)) == 200


def test_a_chunked_body_is_limited(server: RunningServer) -> None:
    """A body in chunks that exceeds the limit gets 413 although no length announced it."""
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    framed = chunk * (MAX_BODY // 0x10000 + 1) + b"0\r\n\r\n"
    request = head(server, "Content-Type: application/json", "Transfer-Encoding: chunked") + framed
    assert status_of(server.raw(request)) == 413


def test_a_client_that_sends_on_reads_the_refusal(server: RunningServer) -> None:
    """What arrives after the response does not reset the connection before the client has read it."""
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    request = head(server, "Content-Type: application/json", "Transfer-Encoding: chunked")
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(request + chunk * (MAX_BODY // 0x10000 + 1))
        connection.recv(1, socket.MSG_PEEK)  # the response is there
        for _ in range(3):
            connection.sendall(chunk)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    assert status_of(answer) == 413


def test_a_refused_upload_leaves_the_connection_usable(server: RunningServer) -> None:
    """After a 413 and after a 401 the same connection serves a valid request."""
    connection = server.connect()
    good = {"X-Auth-Token": server.target["token"], "Content-Type": "application/json"}
    for headers, body, status in (
        (good, b" " * (2 * MAX_BODY), 413),
        ({"Content-Type": "application/json"}, b" " * (2 * MAX_BODY), 401),
        (good, json.dumps(server.order()).encode(), 200),
    ):
        connection.request("POST", server.path, body, headers)
        response = connection.getresponse()
        assert response.status == status
        response.read()
    connection.close()


def test_pipelined_requests_are_answered_in_order(server: RunningServer) -> None:
    """Requests sent without waiting for the answers are each answered, in their order."""
    body = json.dumps(server.order()).encode()
    common = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    good = head(server, *common) + body
    kept = good.replace(b"Connection: close\r\n", b"")
    refused = kept.replace(b'"plan_id"', b'"plan_xx"')
    response = server.raw(kept + refused + kept + good)
    assert re.findall(rb"HTTP/1\.1 (\d{3}) ", response) == [b"200", b"400", b"200", b"200"]


@settings(max_examples=30)
@given(st.data())
def test_a_wish_for_another_protocol_is_ignored(server: RunningServer, data: st.DataObject) -> None:
    """A request that asks for HTTP/2 or WebSocket is read with its body, however its bytes arrive."""
    body = json.dumps(server.order()).encode()
    wish = data.draw(st.sampled_from(["h2c", "websocket", "HTTP/2.0, x"]))
    length = data.draw(st.sampled_from([f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"]))
    if length.startswith("Transfer"):
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    fields = [f"Upgrade: {wish}", "Content-Type: application/json", length]
    last = head(server, *data.draw(st.permutations([*fields, "Connection: Upgrade, HTTP2-Settings"]))) + body
    first = last.replace(b"Connection: close\r\n", b"", 1)
    sent = first + last
    cuts = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=3)))
    response = server.raw(*(sent[i:j] for i, j in pairwise([0, *cuts, len(sent)])))
    assert re.findall(rb"HTTP/1\.1 (\d{3}) ", response) == [b"200", b"200"]


def test_a_client_that_leaves_early_disturbs_nobody(server: RunningServer) -> None:
    """A request whose client closes the connection halfway creates nothing and harms no other."""
    import socket

    before = server.items("limit=1")
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(head(server, "Content-Type: application/json", "Content-Length: 100") + b"{")
    assert server.items("limit=1") == before
    assert server.create().status == 200


@pytest.mark.parametrize(
    "request_line",
    [
        b"GARBAGE",
        b"GET",
        b"GET / HTTP/9.9",
        b"POST \xff\xfe HTTP/1.1",
        b"POST http://[ HTTP/1.1",
        b"CONNECT x HTTP/1.1",
        b"\0\0\0",
        b"GET / HTTP/1.1\r\nContent-Length: x",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2",
        b"GET / HTTP/1.1\r\nX-Auth-Token: \x7f",
    ],
)
def test_bytes_that_are_no_http_are_an_invalid_request(server: RunningServer, request_line: bytes) -> None:
    """What the HTTP parser does not understand gets the contract's 400 on a connection that is closed."""
    response = server.raw(request_line + b"\r\nHost: x\r\n\r\n")
    response_head, _, body = response.partition(b"\r\n\r\n")
    assert status_of(response) == 400
    assert b"content-type: application/json" in response_head
    assert json.loads(body)["error_code"] == "CSBS.9001"


def test_a_refused_expectation_closes_the_connection(server: RunningServer) -> None:
    """A client that waits for a 100 gets its refusal at once, and the connection ends with it."""
    expecting = head(server, "Content-Type: text/plain", "Content-Length: 100", "Expect: 100-continue")
    response = server.raw(expecting.replace(b"Connection: close\r\n", b""))
    assert status_of(response) == 400
    assert b"connection: close" in response


def nested(depth: int) -> bytes:
    """Return that many arrays in each other, beside brackets in a string."""
    return b"[" * depth + b'"[[\\"[{"' + b"]" * depth


def test_nesting_is_counted_outside_of_strings() -> None:
    """Exactly the permitted depth is read, whatever brackets the strings hold."""
    parse_json(b'["%s"]' % (b"[{" * 5000))
    parse_json(nested(MAX_DEPTH))
    with pytest.raises(Refusal):
        parse_json(nested(MAX_DEPTH + 1))


def test_many_brackets_side_by_side_are_no_depth() -> None:
    """A wide value is read, however many brackets it has."""
    assert len(parse_json(b"[" + b",".join([b"{}"] * 1000) + b"]")) == 1000


TEXTS = st.text('ab:{}[],"\\\u00e9', max_size=4)
PAIRS = st.recursive(
    TEXTS | st.integers(0, 9) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(TEXTS, inner), max_size=3).map(tuple),
    max_leaves=12,
)
"""Values of JSON with objects as tuples of pairs, in which a key may come twice."""


def written(value: object) -> str:
    """Return a value of `PAIRS` as JSON."""
    if isinstance(value, tuple):
        return "{" + ",".join(f"{json.dumps(key)}:{written(each)}" for key, each in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


def repeats(value: object) -> bool:
    """Return whether an object in a value of `PAIRS` has a key twice."""
    if isinstance(value, tuple):
        keys = [key for key, _ in value]
        return len(set(keys)) < len(keys) or any(repeats(each) for _, each in value)
    return isinstance(value, list) and any(map(repeats, value))


@given(PAIRS)
def test_a_key_that_comes_twice_is_found_wherever_it_is(value: object) -> None:
    """A body is refused for a repeated key in any of its objects, and for no colon or bracket in a text."""
    body = written(value).encode()
    if repeats(value):
        with pytest.raises(Refusal, match="invalid-request") as caught:
            parse_json(body)
        assert "twice" in str(caught.value.detail)
    else:
        assert parse_json(body) == json.loads(body)
