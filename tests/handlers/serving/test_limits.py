"""What a client may do to the server, and what the server tells of itself."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import resource
import socket
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

import pytest
import uvicorn
from checkpoint_handlers.commands.open_files import FEWEST
from checkpoint_handlers.serving import protocol
from checkpoint_handlers.serving.exhaustion import Exhaustion
from checkpoint_handlers.serving.protocol import MAX_HEAD
from checkpoint_handlers.serving.telemetry import AccessLog
from uvicorn.server import ServerState

from handlers import running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from handlers.running import RunningServer


def head(server: RunningServer, *headers: str, length: int | str = 0) -> bytes:
    """Return the head of a request for the operation."""
    lines = (
        f"POST {server.path} HTTP/1.1",
        "Host: x",
        f"X-Auth-Token: {server.target['token']}",
        "Content-Type: application/json",
        *headers,
        *((f"Content-Length: {length}",) if length != "" else ()),
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def refused(answer: bytes) -> tuple[int, str]:
    """Return status and code of a raw answer."""
    start, _, body = answer.partition(b"\r\n\r\n")
    return int(start.split()[1]), json.loads(body)["error_code"]


def received(connection: socket.socket) -> bytes:
    """Return all that comes until the server closes the connection."""
    data = bytearray()
    while chunk := connection.recv(65536):
        data += chunk
    return bytes(data)


def test_a_head_within_the_limit_is_taken(server: RunningServer) -> None:
    """Sixty kibibytes of headers are no obstacle."""
    body = json.dumps(server.order()).encode()
    request = head(server, f"X-Large: {'x' * 60_000}", "Connection: close", length=len(body)) + body
    assert server.raw(request).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_more_connections_than_files_wait_and_are_told_once(tmp_path: Path, workers: str) -> None:
    """With no file left for a connection the others are served, and one line says why the new ones wait."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FEWEST, FEWEST))

    server = running.start(tmp_path, "--workers", workers, preexec=limit)
    with ExitStack() as opened:
        early = opened.enter_context(closing(server.connect()))
        early.connect()
        for _ in range(2 * int(workers) * FEWEST):
            opened.enter_context(socket.create_connection(server.address, timeout=10))
        early.request("GET", "/")
        assert early.getresponse().status == 404
    assert server.create().status == 200
    assert server.stop() == 0
    lines = server.said.splitlines()
    assert 1 <= len(lines) <= int(workers)
    assert all(line.startswith("New connections have to wait: ") for line in lines)


class _Full(socket.socket):
    """A listening socket of a process that may open no more files."""

    def accept(self) -> NoReturn:
        """Fail as the system does."""
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_an_end_while_connections_wait_is_told_no_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Asyncio accepts again after a second, when an ending server has closed the socket: no error."""
    monkeypatch.setattr(asyncio.constants, "ACCEPT_RETRY_DELAY", 0.02)

    async def end() -> None:
        asyncio.get_running_loop().set_exception_handler(Exhaustion())
        with _Full() as listener:
            listener.bind(("127.0.0.1", 0))
            server = await asyncio.start_server(lambda *_: None, sock=listener)
            with socket.create_connection(listener.getsockname()):
                await asyncio.sleep(0.01)
                server.close()
                await asyncio.sleep(0.05)

    asyncio.run(end())
    (told,) = caplog.messages
    assert told.startswith("New connections have to wait: ")


@pytest.mark.parametrize("size", [MAX_HEAD, 200_000, 2_000_000])
@pytest.mark.parametrize("ended", [True, False])
def test_a_head_beyond_the_limit_is_refused(server: RunningServer, size: int, ended: bool) -> None:
    """A larger head gets 413 and the end of the connection, whether its end arrives or not."""
    request = head(server, f"X-Large: {'x' * size}")
    assert refused(server.raw(request if ended else request[:-4])) == (413, "APIGW.0201")


@pytest.mark.parametrize(
    "framing",
    [b"2;%s", b"2\r\n{}\r\n0\r\nX: %s", b"2\r\n{}\r\n0\r\n%s\n"],
    ids=["extension", "trailer-field", "trailer-fields"],
)
def test_what_is_neither_head_nor_body_is_limited(server: RunningServer, framing: bytes) -> None:
    """A chunk extension and a trailer section that are much larger than a head may be get 413 and the end."""
    filling = b"X: y\r\n" * 200_000 if framing.endswith(b"\n") else b"x" * 1_000_000
    response = server.raw(head(server, "Transfer-Encoding: chunked", length=""), framing % filling)
    assert refused(response) == (413, "APIGW.0201")


def test_a_client_that_sends_empty_lines_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty lines are no request: a connection that brings only them ends like one that brings nothing."""
    monkeypatch.setattr(protocol, "IDLE_SECONDS", 0.3)

    async def idle() -> float:
        config = uvicorn.Config(lambda *_: None, lifespan="off", log_config=None)
        config.load()
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(
            lambda: protocol.Protocol(config, ServerState(), {}), "127.0.0.1", 0
        )
        async with listener:
            reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
            began = loop.time()
            writer.write(b"\r\n")
            await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return loop.time() - began

    assert 0.2 < asyncio.run(idle()) < 3


def test_a_request_that_does_not_arrive_is_ended(start: Callable[..., RunningServer]) -> None:
    """A head, and a body, that take longer than the limit get 400; a client between requests may wait."""
    server = start("--request-seconds", "0.5")
    idle = server.connect()
    idle.request("GET", "/")
    assert idle.getresponse().read()
    for beginning in (b"P", head(server, length=10)[:-2], head(server, length=10) + b"{"):
        began = time.monotonic()
        with closing(socket.create_connection(server.address, timeout=10)) as connection:
            connection.sendall(beginning)
            assert refused(received(connection)) == (400, "CSBS.9001")
        assert 0.4 < time.monotonic() - began < 5
    with closing(socket.create_connection(server.address, timeout=10)) as connection:
        connection.sendall(head(server, length=10))
        for _ in range(3):  # a byte now and then is no progress
            time.sleep(0.2)
            connection.sendall(b" ")
        assert refused(received(connection)) == (400, "CSBS.9001")
    idle.request("GET", "/")
    assert idle.getresponse().status == 404
    idle.close()


def test_nothing_tells_what_serves(server: RunningServer) -> None:
    """No answer names the software or its version."""
    answers = [
        server.create().headers,
        server.request("GET", "/").headers,
        server.request("PUT", server.path).headers,
    ]
    raw = server.raw(b"no HTTP\r\n\r\n").lower()
    for told in (*(json.dumps(headers).lower().encode() for headers in answers), raw):
        assert not re.search(rb"server|uvicorn|connexion|starlette|python|powered", told)


def test_every_answer_has_a_request_id(server: RunningServer) -> None:
    """A sound id is taken over, and another replaced by a new one, also on refusals."""
    for token in ("", None):
        sound = server.request("POST", server.path, token=token, headers={"X-Request-Id": "a.b-1:2_3"})
        assert sound.headers["x-request-id"] == "a.b-1:2_3"
    made = {
        server.request("GET", "/", headers={"X-Request-Id": bad}).headers["x-request-id"]
        for bad in ("", "a b", "x" * 129, "<script>", "\u00e9")
    }
    assert len(made) == 5
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in made)


def test_the_access_log_tells_each_request_and_no_secret(start: Callable[..., RunningServer]) -> None:
    """One line of JSON for each request, with the id of its answer, and neither token nor query."""
    server = start("--access-log", "access.log")
    log = server.database.with_name("access.log")
    answers = [
        server.create(),
        server.request("GET", "/unknown?secret=x"),
        server.request("GET", "/", token="wrong-token"),
    ]
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [entry["request_id"] for entry in entries] == [
        answer.headers["x-request-id"] for answer in answers
    ]
    assert [(entry["method"], entry["path"], entry["status"]) for entry in entries] == [
        ("POST", server.path, 200),
        ("GET", "/unknown", 404),
        ("GET", "/", 404),
    ]
    assert all(entry["milliseconds"] > 0 and entry["client"] == "127.0.0.1" for entry in entries)
    for secret in (server.target["token"], "secret", "wrong-token"):
        assert secret not in log.read_text()


def test_the_access_log_escapes_what_a_terminal_obeys(start: Callable[..., RunningServer]) -> None:
    """Control characters, DEL and marks of direction reach the log as escapes."""
    server = start("--access-log", "access.log")
    path = "/\x07\x1b[31m\x7f\x85\x9b\u061c\u200e\u202e\u2066\u2028\ufeff\U000e0001"
    assert server.request("GET", quote(path)).status == 404
    text = server.database.with_name("access.log").read_text()
    assert re.fullmatch(r"[ -~]+\n", text)
    assert json.loads(text)["path"] == path


def test_an_access_log_that_is_full_costs_one_line(start: Callable[..., RunningServer]) -> None:
    """Requests are answered while the disk of the log is full, and one line tells of it, not each request."""
    server = start("--access-log", "/dev/full")
    assert [server.create().status for _ in range(5)] == [200] * 5
    assert server.stop() == 0
    assert server.said.count("\n") == 1
    assert "Cannot write the access log /dev/full: No space left on device" in server.said


def test_a_torn_line_of_the_access_log_harms_no_other(tmp_path: Path) -> None:
    """After a line that was written in part the next one begins on a line of its own."""
    path = tmp_path / "access.log"
    log = AccessLog(path)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limit[1]))
    try:
        log.write(path="/torn")
        log.write(path="/lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    log.write(path="/whole")
    assert path.read_text().splitlines() == ['{"path":"/', '{"path":"/whole"}']


def test_the_admin_port_is_of_this_machine_alone(start: Callable[..., RunningServer]) -> None:
    """It listens on the loopback address whatever --host says, and elsewhere when --admin-host does."""
    server = start("--host", "0.0.0.0", "--admin-port", "0")
    assert server.admin is not None
    assert server.admin[0] == "127.0.0.1"
    assert server.stop() == 0
    opened = start("--admin-host", "0.0.0.0", "--admin-port", "0")
    assert opened.admin is not None
    assert opened.admin[0] == "0.0.0.0"
    assert opened.administration("/health")[0] == 200


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_admin_port_tells_health_readiness_and_metrics(
    start: Callable[..., RunningServer], workers: str
) -> None:
    """Health and readiness are 200, the metrics count what was answered, clients see none of it."""
    server = start("--admin-port", "0", "--workers", workers)
    assert server.admin is not None
    for _ in range(3):
        assert server.create().status == 200
    assert server.create(token=None).status == 401
    assert [server.administration(path)[0] for path in ("/health", "/ready", "/nothing")] == [200, 200, 404]
    status, text = server.administration("/metrics")
    assert status == 200
    assert re.search(r'^checkpoint_requests_total\{status="200"\} 3\.0$', text, re.MULTILINE)
    assert re.search(r'^checkpoint_requests_total\{status="401"\} 1\.0$', text, re.MULTILINE)
    assert re.search(r"^checkpoint_request_seconds_count 4\.0$", text, re.MULTILINE)
    for path in ("/health", "/ready", "/metrics"):
        assert server.request("GET", path).error == (404, "APIGW.0101")
    assert server.stop() == 0
