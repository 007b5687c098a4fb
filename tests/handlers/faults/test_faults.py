"""Servers, stores and clients that fail for real, and what was promised all the same.

Those that take long are in the matrix; their figures are what `docs/reliability.md` publishes.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import socket
import statistics
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from handlers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handlers.running import RunningServer


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """One PostgreSQL that a test may stop."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


class Load:
    """Clients that create checkpoints without pause, and note each answer."""

    def __init__(self, server: RunningServer, clients: int) -> None:
        self.answered: list[str] = []
        """Ids of the checkpoints that were answered with 200."""
        self.refused: list[tuple[int, str]] = []
        self.seconds: list[float] = []
        self._server = server
        self._ended = threading.Event()
        self._changed = threading.Condition()
        self._clients = [threading.Thread(target=self._create) for _ in range(clients)]
        for client in self._clients:
            client.start()

    def await_answers(self, more: int) -> None:
        """Wait until so many more calls were answered with 200."""
        with self._changed:
            enough = len(self.answered) + more
            assert self._changed.wait_for(lambda: len(self.answered) >= enough, 60)

    def await_refusal(self) -> None:
        """Wait until a call is refused."""
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.refused), 60)

    def end(self) -> None:
        """Stop the clients."""
        self._ended.set()
        for client in self._clients:
            client.join()

    def _create(self) -> None:
        """Create on one connection, until the end or until the server is gone."""
        headers = {"X-Auth-Token": self._server.target["token"], "Content-Type": "application/json"}
        body = json.dumps(self._server.order(resources=self._server.target["policy"]["resources"][:2]))
        with closing(self._server.connect()) as connection:
            while not self._ended.is_set():
                began = time.monotonic()
                try:
                    connection.request("POST", self._server.path, body, headers)
                    response = connection.getresponse()
                    value = json.loads(response.read())
                except (OSError, http.client.HTTPException):
                    return
                with self._changed:
                    self.seconds.append(time.monotonic() - began)
                    if response.status == 200:
                        self.answered.append(value["checkpoint"]["id"])
                    else:
                        self.refused.append((response.status, value["error_code"]))
                    self._changed.notify_all()


def stored(server: RunningServer) -> list[str]:
    """Return the checkpoint id of every item of the demonstration project."""
    found: list[str] = []
    marker = ""
    while page := server.items(f"limit=1000{marker}"):
        found += [item["checkpoint_id"] for item in page]
        marker = f"&marker={page[-1]['id']}"
    return found


@pytest.mark.matrix
def test_ten_kills_under_load_lose_nothing(
    start: Callable[..., RunningServer], url: str | None, record_property: Callable[[str, object], None]
) -> None:
    """What was answered before each kill -9 is found afterwards, whole, and no id was given twice."""
    answered: list[str] = []
    kills = 10
    for _ in range(kills):
        server = start(url=url)
        load = Load(server, 16)
        load.await_answers(300)
        server.process.kill()
        load.end()
        assert load.refused == []
        answered += load.answered
    items = stored(start(url=url))
    assert len(set(answered)) == len(answered)
    assert set(answered) <= set(items)
    assert {items.count(identifier) for identifier in answered[::50]} == {2}
    assert len(items) == 2 * len(set(items))
    record_property(
        "figure",
        f"{kills} kills, {len(answered)} calls answered, 0 lost, 0 half-written, 0 duplicate ids",
    )


@pytest.mark.matrix
def test_kills_of_a_worker_lose_nothing(
    start: Callable[..., RunningServer], url: str | None, record_property: Callable[[str, object], None]
) -> None:
    """When a worker is killed under load the others serve on, another takes its place, nothing is lost."""
    server = start("--workers", "4", url=url)
    answered: list[str] = []
    kills = 3
    for _ in range(kills):
        load = Load(server, 12)
        load.await_answers(200)
        workers = workers_of(server)
        assert len(workers) == 4
        os.kill(workers[0], 9)
        load.end()
        answered += load.answered
        assert server.create().status == 200
        await_workers(server, 4)
    assert set(answered) <= set(stored(server))
    assert len(set(answered)) == len(answered)
    record_property("figure", f"{kills} of 4 workers killed, {len(answered)} calls answered, 0 lost")


def workers_of(server: RunningServer) -> list[int]:
    """Return the processes of the workers."""
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [child for child, command in commands.items() if b"spawn_main" in command]


def await_workers(server: RunningServer, number: int) -> None:
    """Wait until there are so many workers."""
    for _ in range(200):
        if len(workers_of(server)) == number:
            return
        time.sleep(0.05)  # the system tells nobody of a grandchild
    raise AssertionError(f"{workers_of(server)} are not {number} workers")


@pytest.mark.matrix
@pytest.mark.parametrize("way", ["stop", "kill"])
def test_a_database_that_goes_and_comes_back(
    start: Callable[..., RunningServer],
    own_postgres: Postgres,
    record_property: Callable[[str, object], None],
    way: str,
) -> None:
    """While PostgreSQL is down calls get 503, it is back without a restart, and nothing answered is lost."""
    server = start("--admin-port", "0", url=own_postgres.new_database())
    load = Load(server, 16)
    load.await_answers(300)
    assert server.administration("/ready")[0] == 200
    getattr(own_postgres, way)()
    load.await_refusal()
    assert server.administration("/ready")[0] == 503
    assert server.administration("/health")[0] == 200
    down = server.create()
    assert down.error == (503, "APIGW.0106")
    assert down.headers["retry-after"] == "1"
    own_postgres.start()
    back = time.monotonic()
    load.await_answers(1)
    recovery = time.monotonic() - back
    load.await_answers(300)
    load.end()
    assert server.administration("/ready")[0] == 200
    assert set(load.refused) == {(503, "APIGW.0106")}
    assert len(set(load.answered)) == len(load.answered)
    assert set(load.answered) <= set(stored(server))
    record_property(
        "figure",
        f"{len(load.answered)} calls answered, 0 lost; {len(load.refused)} refused with 503, "
        f"the slowest after {max(load.seconds):.1f} s; available again {recovery:.1f} s after the database",
    )


@pytest.mark.matrix
def test_a_database_that_is_down_is_unavailable(
    start: Callable[..., RunningServer], own_postgres: Postgres
) -> None:
    """Without PostgreSQL every operation gets 503 in the contract's form, and 200 when it is back."""
    server = start(url=own_postgres.new_database())
    assert server.create().status == 200
    own_postgres.kill()
    listing = f"/v1/{server.target['project_id']}/checkpoint_items"
    assert server.create().error == (503, "APIGW.0106")
    assert server.request("GET", listing).error == (503, "APIGW.0106")
    own_postgres.start()
    for _ in range(100):
        if server.create().status == 200:
            break
        time.sleep(0.05)  # nothing tells when the server tries again
    assert len(server.items()) >= 6


@pytest.mark.matrix
def test_ten_thousand_idle_connections(
    start: Callable[..., RunningServer], record_property: Callable[[str, object], None]
) -> None:
    """With ten thousand idle connections calls are answered as ever, and the memory stays small."""
    wanted = 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= wanted + 200, f"this machine allows {hard} open files"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with ExitStack() as idle:
            server = start()
            before = memory_of(server)
            for _ in range(wanted):
                idle.enter_context(socket.create_connection(server.address, timeout=10))
            seconds: list[float] = []
            for _ in range(200):
                began = time.monotonic()
                assert server.create().status == 200
                seconds.append(time.monotonic() - began)
            grown = (memory_of(server) - before) / wanted
            assert statistics.median(seconds) < 0.1
            assert grown < 32 * 1024
            record_property(
                "figure",
                f"{wanted} idle connections of {grown / 1024:.1f} KiB each; meanwhile, a call takes "
                f"{statistics.median(seconds) * 1000:.1f} ms (median)",
            )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory_of(server: RunningServer) -> int:
    """Return the resident memory of the server in bytes."""
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def request_of(server: RunningServer, *, close: bool = False) -> bytes:
    """Return the operation's request as bytes."""
    body = json.dumps(server.order()).encode()
    return (
        f"POST {server.path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {server.target['token']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"{'Connection: close' + chr(13) + chr(10) if close else ''}\r\n"
    ).encode() + body


def test_pipelined_requests_are_answered_in_order(server: RunningServer) -> None:
    """Requests sent together on one connection get an answer each, the refused ones, too."""
    wrong = request_of(server).replace(b"X-Auth-Token", b"X-Other-Token")
    answers = server.raw(request_of(server) + wrong + request_of(server) + request_of(server, close=True))
    found = re.findall(rb"HTTP/1\.1 (\d+) ", answers)
    assert found == [b"200", b"401", b"200", b"200"]


def test_a_client_that_leaves_early_harms_nobody(start: Callable[..., RunningServer]) -> None:
    """Clients that go in the middle of a head, of a body, or before the answer do no harm."""
    server = start()
    request = request_of(server)
    for end in (10, len(request) - 10, len(request)):
        for _ in range(20):
            with socket.create_connection(server.address, timeout=10) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.sendall(request[:end])
    assert server.create().status == 200
    # What was complete may have been done or not; nothing is there in part.
    items = stored(server)
    assert len(items) == 3 * len(set(items))
    assert server.stop() == 0
    assert server.said == ""
