"""The wire: every way in which an answer fails to be one, provoked by servers that speak raw bytes."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace

import pytest
from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.exchange import (
    ANSWER_LIMIT,
    FIELDS_LIMIT,
    PAGE_LIMIT,
    FaultKind,
    Framing,
    Request,
)
from checkpoint_conformance.transport.socket_transport import SocketTransport

from conformance.transport.peers import GET, OK, Peer, answering, once, serving, told

LARGE = Request("POST", "/v1/x", body=b"a" * (5 << 20))
TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"
QUICK = 0.4
"""Seconds for an exchange that is meant to run out of time."""


FAULTS: dict[str, tuple[bytes, FaultKind, int | None]] = {
    "nothing": (b"", FaultKind.DROPPED, None),
    "no status line": (b"hello\r\n\r\n", FaultKind.NO_STATUS, None),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", FaultKind.NO_STATUS, None),
    "a status below 100": (b"HTTP/1.1 099 OK\r\n\r\n", FaultKind.NO_STATUS, None),
    "another protocol": (b"RTSP/1.0 200 OK\r\n\r\n", FaultKind.NO_STATUS, None),
    "half a status line": (b"HTTP/1.1 20", FaultKind.NO_STATUS, None),
    "a space in a field name": (b"HTTP/1.1 200 OK\r\nContent Length: 2\r\n\r\n{}", FaultKind.BAD_HEAD, None),
    "a field without a colon": (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", FaultKind.BAD_HEAD, None),
    "a NUL in a field": (
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
        FaultKind.BAD_HEAD,
        None,
    ),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        FaultKind.BAD_HEAD,
        None,
    ),
    "a length that is no number": (
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        FaultKind.BAD_HEAD,
        None,
    ),
    "a head without end": (b"HTTP/1.1 200 OK\r\nContent-Le", FaultKind.BAD_HEAD, None),
    "a head of 300 KiB": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000, FaultKind.BAD_HEAD, None),
    "a protocol that nobody asked for": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        FaultKind.BAD_HEAD,
        None,
    ),
    "less than Content-Length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        FaultKind.TRUNCATED,
        200,
    ),
    "half a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
        FaultKind.TRUNCATED,
        200,
    ),
    "no last chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        FaultKind.TRUNCATED,
        200,
    ),
    "a byte behind Content-Length": (OK + b"x", FaultKind.SURPLUS, 200),
    "a second answer": (OK + OK, FaultKind.SURPLUS, 200),
    "a byte behind the last chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n ",
        FaultKind.SURPLUS,
        200,
    ),
    "a body behind 204": (b"HTTP/1.1 204 No Content\r\n\r\n{}", FaultKind.SURPLUS, 204),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_broken_answer_is_a_fault_of_its_kind(name: str) -> None:
    """Bytes that are no answer, or more or less than one, are named as what they are."""
    answer, kind, status = FAULTS[name]
    exchange = once(answering(answer))
    assert exchange.fault is not None
    assert (exchange.fault.kind, exchange.status) == (kind, status)


def test_what_arrived_of_a_broken_answer_is_kept() -> None:
    """The body that came before the break, and the bytes that were no head, are the evidence."""
    truncated = once(answering(FAULTS["less than Content-Length"][0]))
    assert truncated.response is not None
    assert truncated.response.body == b"abc"
    nonsense = once(answering(b"hello\r\n\r\n"))
    assert nonsense.fault is not None
    assert nonsense.fault.received == b"hello\r\n\r\n"


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    """No connection is no answer, and no exception either."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with SocketTransport(Endpoint(f"http://127.0.0.1:{port}", proxy=""), 5).connect() as connection:
        exchange = connection.exchange(GET)
    assert exchange.fault is not None
    assert exchange.fault.kind is FaultKind.REFUSED
    assert f"127.0.0.1:{port}" in exchange.fault.detail


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\nX-A: ", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", 200),
    ],
    ids=["silence", "head", "body"],
)
def test_the_deadline_is_for_the_whole_exchange(beginning: bytes, status: int | None) -> None:
    """A server that drips one byte after the other gains no time by it."""

    def drip(peer: Peer) -> None:
        peer.head()
        peer.say(beginning)
        while not peer.stopping.wait(0.02):
            peer.say(b"a" if beginning else b"")

    started = time.monotonic()
    exchange = once(drip, timeout=QUICK)
    assert exchange.fault is not None
    assert (exchange.fault.kind, exchange.status) == (FaultKind.TIMEOUT, status)
    assert QUICK <= time.monotonic() - started < 5 * QUICK


def test_a_server_that_never_reads_runs_into_the_deadline() -> None:
    """A body that cannot be sent is a timeout, not a hang."""
    exchange = once(lambda peer: peer.stopping.wait(), LARGE, QUICK)
    assert exchange.fault is not None
    assert exchange.fault.kind is FaultKind.TIMEOUT


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "when the client is stuck"])
def test_an_early_answer_is_read_though_the_server_stops_reading(at_once: bool) -> None:
    """A refusal that comes before the body was taken counts, and does not wait for the deadline."""

    def talk(peer: Peer) -> None:
        peer.head()
        if not at_once:
            peer.stopping.wait(0.3)  # by then every buffer between the two is full
        peer.say(TOO_LARGE)
        peer.stopping.wait()

    with serving(talk) as endpoint, SocketTransport(endpoint, 10.0).connect() as connection:
        exchange = connection.exchange(LARGE)
        assert not connection.reusable
    assert (exchange.status, exchange.fault) == (413, None)
    assert exchange.elapsed < 5


def test_an_early_answer_is_read_though_the_server_closes() -> None:
    """A refusal survives the reset that follows when a server closes with unread bytes."""
    exchange = once(answering(TOO_LARGE), LARGE)
    assert exchange.status == 413


def test_a_server_that_resets_without_an_answer_has_dropped_the_connection() -> None:
    """A reset in the middle of the request is a lost answer."""
    exchange = once(answering(), LARGE)
    assert exchange.fault is not None
    assert (exchange.fault.kind, exchange.status) == (FaultKind.DROPPED, None)


@pytest.mark.parametrize(
    ("head", "version"), [(b"HTTP/1.0 200 OK\r\n\r\n", "1.0"), (b"HTTP/1.1 200 OK\r\n\r\n", "1.1")]
)
def test_an_answer_may_end_with_the_connection(head: bytes, version: str) -> None:
    """Without framing fields the close is the end of the body, not a fault (RFC 9112, 6.3)."""
    with (
        serving(answering(head, b"{", b"}")) as endpoint,
        SocketTransport(endpoint, 10).connect() as connection,
    ):
        exchange = connection.exchange(GET)
        assert not connection.reusable
    assert exchange.fault is None
    assert exchange.response is not None
    assert (exchange.response.body, exchange.response.http_version) == (b"{}", version)


@pytest.mark.parametrize(
    "interim",
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2],
    ids=["100", "103"],
)
def test_interim_answers_are_passed_over(interim: bytes) -> None:
    """A 1xx announces an answer and is none."""
    exchange = once(answering(interim, OK))
    assert (exchange.status, exchange.fault) == (200, None)


def test_a_connection_that_ends_behind_an_interim_answer_is_dropped() -> None:
    """`100 Continue` is no answer, so nothing has arrived of one."""
    exchange = once(answering(b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert exchange.fault
    assert exchange.fault.kind is FaultKind.DROPPED


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"a" * 4096, 200),
    "chunks of one byte": (CHUNKED, b"1\r\na\r\n" * 512, 200),
    "chunk extensions": (CHUNKED, b"1;x=" + b"y" * 4096 + b"\r\na\r\n", 200),
    "one chunk extension": (CHUNKED + b"1;x=", b"y" * 4096, 200),
    "trailers": (CHUNKED + b"0\r\n", b"X-More: again\r\n" * 256, 200),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 128, None),
}


@pytest.mark.parametrize(
    ("name", "limit"), [*((name, ANSWER_LIMIT) for name in ENDLESS), ("body", PAGE_LIMIT)]
)
def test_an_answer_without_end_is_read_up_to_its_limit(name: str, limit: int) -> None:
    """Whatever goes on, it counts towards the limit of the request, and no more than that is received."""
    beginning, piece, status = ENDLESS[name]
    sent = 0

    def talk(peer: Peer) -> None:
        nonlocal sent
        peer.head()
        peer.say(beginning)
        while True:
            peer.say(piece)
            sent += len(piece)

    exchange = once(talk, replace(GET, answer_limit=limit))
    assert exchange.fault
    assert (exchange.fault.kind, exchange.status) == (FaultKind.OVERSIZED, status)
    assert len(exchange.fault.received) <= 1 << 16
    assert len(exchange.response.body if exchange.response else b"") <= limit
    assert sent < limit + (8 << 20), "the rest of what was sent is in the buffers of the sockets"


@pytest.mark.parametrize("interim", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_head_has_at_most_so_many_fields(interim: bytes) -> None:
    """One more than the limit, and the answer is not parsed."""
    head = interim + b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n"
    body = b"\r\n" + b"\n" * 2000
    most = once(answering(head, b"X-Field: 1\r\n" * (FIELDS_LIMIT - 1), body))
    assert most.fault is None
    more = once(answering(head, b"X-Field: 1\r\n" * FIELDS_LIMIT, body))
    assert more.fault
    assert (more.fault.kind, more.fault.detail) == (
        FaultKind.OVERSIZED,
        f"the head has more than {FIELDS_LIMIT} fields",
    )


def test_a_switch_of_protocols_that_nobody_asked_for_is_told_as_that() -> None:
    """A 101 is no answer to a request without `Upgrade` (RFC 9110, 15.2.2)."""
    exchange = once(
        answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    )
    assert exchange.fault
    assert exchange.fault.detail == "it switches protocols (101), but no request asked for that"


def test_an_answer_of_exactly_the_limit_is_complete() -> None:
    """The limit is the most that an answer may have, from its first byte to its last."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 262101\r\n\r\n"
    body = b"a" * (ANSWER_LIMIT - len(head))
    exchange = once(answering(head, body))
    assert len(body) == 262101
    assert exchange.fault is None
    assert exchange.response
    assert exchange.response.body == body


def test_fields_are_latin_1_in_both_directions() -> None:
    """A byte above 127 in a field is one character, as it came and as it goes."""
    exchange = once(answering(b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Length: 0\r\n\r\n"))
    assert exchange.response is not None
    assert exchange.response.header("x-name") == "caf\u00e9"
    assert b"X-Auth-Token: tok\xe9n\r\n" in told(GET.with_header("X-Auth-Token", "tok\u00e9n"))


def test_a_request_is_framed_as_it_asks() -> None:
    """A body goes out with its length, in several chunks, or is absent without a word of it."""
    post = Request("POST", "/v1/x", (("A", "b"),), b'{"a": 1}')
    assert told(post).endswith(b'A: b\r\nContent-Length: 8\r\n\r\n{"a": 1}')
    chunked = told(Request("POST", "/v1/x", (), b'{"a": 1}', Framing.CHUNKED))
    chunks = b'3\r\n{"a\r\n3\r\n": \r\n2\r\n1}\r\n0\r\n\r\n'
    assert chunked.endswith(b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert b"Content-Length" not in chunked
    bare = told(Request("POST", "/v1/x", framing=Framing.NONE))
    assert b"Content-Length" not in bare
    assert b"Transfer-Encoding" not in bare


def test_a_large_body_arrives_whole() -> None:
    """Five mebibytes in many pieces are the same five mebibytes."""
    sizes: list[int] = []

    def talk(peer: Peer) -> None:
        peer.head()
        sizes.append(len(peer.reader.read(len(LARGE.body))))
        peer.say(OK)

    assert once(talk, LARGE).status == 200
    assert sizes == [len(LARGE.body)]


def test_a_connection_is_kept_for_the_next_request() -> None:
    """Two answers come over one connection, and both say which."""

    def talk(peer: Peer) -> None:
        while peer.head():
            peer.say(OK)

    with serving(talk) as endpoint:
        transport = SocketTransport(endpoint, 10)
        with transport.connect() as connection, transport.connect() as another:
            first = connection.exchange(GET)
            assert connection.reusable
            second = connection.exchange(GET)
            third = another.exchange(GET)
    assert [first.status, second.status, third.status] == [200, 200, 200]
    assert first.connection == second.connection != third.connection


def test_a_silent_close_between_two_requests_is_a_dropped_connection() -> None:
    """A server that promises to keep the connection and closes it is told apart from one that answers."""
    closed = threading.Event()

    def talk(peer: Peer) -> None:
        peer.head()
        peer.say(OK)
        peer.socket.shutdown(socket.SHUT_RDWR)
        closed.set()

    with serving(talk) as endpoint, SocketTransport(endpoint, 10).connect() as connection:
        assert connection.exchange(GET).status == 200
        assert closed.wait(5)
        assert not connection.reusable
        second = connection.exchange(GET)
    assert second.fault is not None
    assert (second.fault.kind, second.response) == (FaultKind.DROPPED, None)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", OK + b"\r\n"],
    ids=["announced close", "bytes after the end"],
)
def test_an_answer_ends_the_reuse(answer: bytes) -> None:
    """An announced close is believed before it happens; after a surplus, the next answer has no beginning."""

    def talk(peer: Peer) -> None:
        peer.head()
        peer.say(answer)
        peer.stopping.wait()

    with serving(talk) as endpoint, SocketTransport(endpoint, 10).connect() as connection:
        assert connection.exchange(GET).status == 200
        assert not connection.reusable


def test_the_last_byte_is_held_back_until_told() -> None:
    """All of a request but its last byte is with the server before the wait ends, and only then that byte."""
    begun, ended = threading.Event(), threading.Event()
    body = b'{"checkpoint": {}}'
    request = Request("POST", "/v1", body=body)
    early: list[bool] = []

    def talk(peer: Peer) -> None:
        peer.head()
        assert peer.reader.read(len(body) - 1) == body[:-1]
        begun.set()
        assert peer.reader.read(1) == body[-1:]
        early.append(not ended.is_set())
        peer.say(OK)

    def wait() -> None:
        assert begun.wait(5)
        ended.set()

    with serving(talk) as endpoint, SocketTransport(endpoint, 10.0).connect() as connection:
        connection.hold_last_byte(wait)
        assert connection.exchange(request).status == 200
    assert early == [False]
