"""What was answered is found again, whatever happens to the server or its store."""

from __future__ import annotations

import http.client
import json
import resource
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from handlers import running
from handlers.running import error_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from handlers.running import RunningServer


def stored(server: RunningServer) -> set[str]:
    """Return the ids of all checkpoints of the demonstration project, page by page."""
    found: set[str] = set()
    marker = ""
    while page := server.items(f"limit=1000{marker}"):
        found |= {item["checkpoint_id"] for item in page}
        marker = f"&marker={page[-1]['id']}"
    return found


def load(server: RunningServer, enough: threading.Event, answered: list[str], at_least: int) -> None:
    """Create checkpoints on one connection until the server is gone, and note each that it answered."""
    headers = {"X-Auth-Token": server.target["token"], "Content-Type": "application/json"}
    body = json.dumps(server.order(resources=server.target["policy"]["resources"][:1]))
    with closing(server.connect()) as connection:
        while True:
            try:
                connection.request("POST", server.path, body, headers)
                response = connection.getresponse()
                payload = response.read()
            except (OSError, http.client.HTTPException):
                return
            assert response.status == 200
            answered.append(json.loads(payload)["checkpoint"]["id"])
            if len(answered) >= at_least:
                enough.set()


def test_a_restart_keeps_everything(start: Callable[..., RunningServer]) -> None:
    """After a stop and a start the checkpoints are there and the tokens are the same."""
    first = start()
    identifier = first.create().json["checkpoint"]["id"]
    assert first.stop() == 0
    second = start()
    assert second.tokens == first.tokens
    assert stored(second) == {identifier}


def test_kill_9_under_load_loses_no_answered_checkpoint(start: Callable[..., RunningServer]) -> None:
    """Every checkpoint that was answered before the kill is found after it, whole and once."""
    server = start()
    answered: list[str] = []
    enough = threading.Event()
    clients = [threading.Thread(target=load, args=(server, enough, answered, 400)) for _ in range(8)]
    for client in clients:
        client.start()
    assert enough.wait(30)
    server.process.kill()
    for client in clients:
        client.join()
    assert len(set(answered)) == len(answered) >= 400
    assert set(answered) <= stored(start())
    with closing(sqlite3.connect(server.database)) as connection:
        (hollow,) = connection.execute(
            "SELECT count(*) FROM checkpoints WHERE json_array_length(resources) <> 1"
        ).fetchone()
    assert hollow == 0


def test_no_status_goes_back_with_the_clock(
    start: Callable[..., RunningServer], url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shown as available stays so when the clock is an hour back after a restart."""
    options = ("--protect-seconds", "0.2", "--conflict")
    first = start(*options, url=url)
    seen = first.create().json["checkpoint"]
    path = f"checkpoint_id={seen['id']}"
    deadline = time.monotonic() + 10
    while {item["status"] for item in first.items(path)} != {"available"}:
        assert time.monotonic() < deadline
        time.sleep(0.05)  # it turns available with time alone
    assert first.stop() == 0
    (tmp_path / "sitecustomize.py").write_text(
        "import time\nreal = time.time_ns\ntime.time_ns = lambda: real() - 3600 * 10**9\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    second = start(*options, url=url)
    assert {item["status"] for item in second.items(path)} == {"available"}
    assert second.items(f"status=protecting&{path}") == []
    again = second.create()
    assert again.status == 200
    assert again.json["checkpoint"]["created_at"] < seen["created_at"]
    assert second.request("DELETE", f"{second.path}/{seen['id']}").status == 200


def test_two_servers_share_a_database(start: Callable[..., RunningServer]) -> None:
    """What one server creates the other lists, and a token that is revoked works with neither."""
    first, second = start(), start()
    created = {server.create().json["checkpoint"]["id"] for server in (first, second)}
    assert stored(first) == stored(second) == created
    with closing(sqlite3.connect(first.database)) as connection, connection:
        connection.execute("DELETE FROM tokens WHERE expires_at IS NULL")
    for server in (first, second):
        assert server.create().error == (401, "APIGW.0301")


def test_a_locked_store_is_unavailable_and_recovers(start: Callable[..., RunningServer]) -> None:
    """While another process holds the lock writes get 503 and reads go on; afterwards all is well."""
    server = start()
    identifier = server.create().json["checkpoint"]["id"]
    with closing(sqlite3.connect(server.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        answer = server.create()
        assert answer.error == (503, "APIGW.0106")
        assert answer.headers["retry-after"] == "1"
        assert stored(server) == {identifier}
    assert server.create().status == 200


@pytest.mark.parametrize("suffix", ["", "-wal"], ids=["the database", "its log"])
def test_a_removed_file_is_unavailable(start: Callable[..., RunningServer], suffix: str) -> None:
    """What the next start would not find is not answered, and the operator is told why."""
    server = start()
    assert server.create().status == 200
    server.database.with_name(f"{server.database.name}{suffix}").unlink()
    assert server.create().error == error_of("unavailable")
    server.stop()
    assert "removed, replaced or overwritten" in server.said


@pytest.mark.parametrize("content", [b"", b"no database " * 1000], ids=["emptied", "overwritten"])
def test_an_overwritten_file_is_unavailable(start: Callable[..., RunningServer], content: bytes) -> None:
    """What is written over the file is no reason to answer as if nothing were lost, and it is told."""
    server = start()
    assert server.create().status == 200
    server.database.write_bytes(content)
    assert server.create().error == error_of("unavailable")
    server.stop()
    assert "removed, replaced or overwritten" in server.said


def test_a_full_disk_is_unavailable_and_loses_nothing(tmp_path: Path) -> None:
    """When the file can grow no more writes get 503, and what was answered before stays."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    server = running.start(tmp_path, preexec=limit)
    answered: list[str] = []
    while (answer := server.create()).status == 200:
        answered.append(answer.json["checkpoint"]["id"])
    assert answer.error == (503, "APIGW.0106")
    assert stored(server) == set(answered)
    assert server.stop() == 0
    again = running.start(tmp_path)
    assert stored(again) == set(answered)
    assert again.create().status == 200
    assert again.stop() == 0
