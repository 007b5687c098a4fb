"""How the server starts, refuses to start, and ends."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import os
import resource
import signal
import socket
import sqlite3
import stat
import subprocess
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkpoint_handlers.commands.open_files import FEWEST
from checkpoint_handlers.commands.serve import serve
from checkpoint_handlers.databases.store_sqlite import SqliteStore
from checkpoint_handlers.databases.stores import tokens_path
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.seeding import seed
from checkpoint_handlers.serving.server import bind
from click.testing import CliRunner

from handlers import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.running import RunningServer


def refused(*options: str, preexec: Callable[[], None] | None = None) -> str:
    """Return the one line with which a server refuses to start, its process ended with 2."""
    process = running.run(*options, preexec=preexec)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (2, ""), errors
    line = errors.strip()
    assert line.startswith("Error: ")
    assert "\n" not in line
    return line


def unusable(database: Path) -> str:
    """Return why a database cannot be used, in the words of the one line."""
    with pytest.raises(StartError) as caught:
        SqliteStore(database, seed.seeder(tokens_file(database)))
    line = str(caught.value)
    assert line.startswith(f"Cannot use the database {database}: ")
    assert "\n" not in line
    return line


def made(folder: Path) -> Path:
    """Return a database with the sample data that no server uses."""
    database = folder / "store.sqlite3"
    usable(database)
    return database


def usable(database: Path) -> None:
    """Open a database, new or not, and close it."""
    asyncio.run(SqliteStore(database, seed.seeder(tokens_file(database))).close())


def tokens_file(database: Path) -> Path:
    """Return the file with the tokens of a database."""
    return tokens_path(str(database))


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    """A port that another program listens on gives one line that names it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        line = refused("--port", str(port), "--database", str(tmp_path / "db"))
    assert f"127.0.0.1:{port}" in line
    assert "in use" in line


@pytest.mark.parametrize("host", ["192.0.2.1", "256.256.256.256", "a" * 300, "\udcff", ""])
def test_an_address_that_is_not_here_is_named(host: str) -> None:
    """A host that this machine has no address for, or that is no name, gives one line that names it."""
    with pytest.raises(StartError, match=f"Cannot listen on {host}:0: "):
        bind(host, 0)


def test_conflict_needs_a_time_to_run() -> None:
    """--conflict alone is refused, since no policy would ever run."""
    outcome = CliRunner().invoke(serve, ["--conflict"])
    assert outcome.exit_code == 2
    assert "--protect-seconds" in outcome.stderr


def test_an_admin_host_needs_an_admin_port() -> None:
    """--admin-host alone is refused, since nothing would listen there."""
    outcome = CliRunner().invoke(serve, ["--admin-host", "0.0.0.0"])
    assert outcome.exit_code == 2
    assert "--admin-port" in outcome.stderr


@pytest.mark.parametrize(
    "option", [["--port", "65536"], ["--port", "x"], ["--nothing"], ["--protect-seconds", "-1"], ["stray"]]
)
def test_a_bad_option_is_named(option: list[str]) -> None:
    """A mistake on the command line ends with 2 and names the option."""
    outcome = CliRunner().invoke(serve, option)
    assert outcome.exit_code == 2
    assert option[0] in outcome.stderr


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM])
def test_a_limit_of_the_system_is_no_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A process that gets no more files or memory ends with one line that says so, its signals as before."""

    def run(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("checkpoint_handlers.serving.server.run", run)
    before = signal.getsignal(signal.SIGTERM)
    outcome = CliRunner().invoke(serve, ["--port", "0", "--database", str(tmp_path / "db")])
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith(f"Error: Cannot serve: {os.strerror(number)}. ")
    assert outcome.stderr.count("\n") == 1
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("files", [6, 12, 16, FEWEST - 1])
def test_too_few_open_files_are_told_before_the_start(tmp_path: Path, files: int) -> None:
    """A limit that the start would run into somewhere gives one line that names it, and nothing is made."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    line = refused("--port", "0", "--database", str(tmp_path / "db"), preexec=limit)
    assert f"open files is {files}, and this command needs {FEWEST}" in line
    assert list(tmp_path.iterdir()) == []


def test_help_shows_an_example() -> None:
    """The help names every option and an example."""
    outcome = CliRunner().invoke(serve, ["--help"])
    assert outcome.exit_code == 0
    for word in ("Example: ", "--host", "--port", "--database", "--reload", "--target-file"):
        assert word in outcome.stdout


@pytest.mark.parametrize("content", [b"no database " * 1000, b"x", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """A file of something else is refused and stays as it is."""
    database = tmp_path / "notes.txt"
    database.write_bytes(content)
    unusable(database)
    assert database.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("kind", ["directory", "pipe", "device"])
def test_what_is_no_file_is_no_database(tmp_path: Path, kind: str) -> None:
    """A directory, pipe or device in the place of the database is refused at once, and stays."""
    database = Path(os.devnull) if kind == "device" else tmp_path / "database"
    if kind == "directory":
        database.mkdir()
    elif kind == "pipe":
        os.mkfifo(database)
    assert kind in unusable(database)
    assert database.exists()


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """An SQLite database with other tables is refused and gets none of ours."""
    database = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    assert "another program" in unusable(database)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_the_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    """A database with a higher schema version is refused and keeps its version."""
    database = made(tmp_path)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "version 99" in unusable(database)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_corrupt_database_is_refused(tmp_path: Path) -> None:
    """A database with a page of rubbish is refused and not written to."""
    database = made(tmp_path)
    content = bytearray(database.read_bytes())
    content[5 * 4096 : 6 * 4096] = b"\xa5" * 4096
    database.write_bytes(content)
    assert "corrupt" in unusable(database)
    assert database.read_bytes() == content


def test_a_locked_database_is_refused_and_unharmed(tmp_path: Path) -> None:
    """While another process holds the lock the server does not start; afterwards it does."""
    database = made(tmp_path)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert "lock" in refused("--port", "0", "--database", str(database))
    usable(database)


@pytest.mark.parametrize(("mode", "reason"), [(0o444, "read-only"), (0o000, "Permission denied")])
def test_a_database_that_may_not_be_written_is_refused(tmp_path: Path, mode: int, reason: str) -> None:
    """A database without permission to write, or to read, gives one line that says so."""
    database = made(tmp_path)
    database.chmod(mode)
    assert reason in refused("--port", "0", "--database", str(database), preexec=heed_permissions)
    database.chmod(0o644)
    usable(database)


def heed_permissions() -> None:
    """Bind root, too, to the permissions of files: drop its two capabilities to override them."""
    drop_from_bounding_set = 24
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A database in a folder that cannot exist gives one line that names it."""
    (tmp_path / "file").touch()
    database = tmp_path / "file" / "below" / "db"
    outcome = CliRunner().invoke(serve, ["--port", "0", "--database", str(database)])
    assert outcome.exit_code == 2
    assert f"Cannot use the database {database}: its folder" in outcome.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_target_file_that_cannot_be_written_is_named(workers: str, tmp_path: Path) -> None:
    """A target file in no folder gives one line that names it, and no server stays behind."""
    target, database = str(tmp_path / "nowhere" / "target.toml"), str(tmp_path / "db")
    options = ("--port", "0", "--workers", workers, "--database", database, "--target-file", target)
    assert target in refused(*options)


def test_a_target_file_needs_the_demonstration_tokens(tmp_path: Path) -> None:
    """Without the file of tokens there is nothing to write into a target, and the server says so."""
    database = made(tmp_path)
    tokens = tokens_file(database)
    tokens.unlink()
    target = tmp_path / "target.toml"
    line = refused("--port", "0", "--database", str(database), "--target-file", str(target))
    assert str(tokens) in line
    assert not target.exists()


def test_the_printed_curl_line_works(tmp_path: Path) -> None:
    """The line that the server prints creates a checkpoint as it stands."""
    process = running.run(*running.arguments(tmp_path / "db"))
    line = running.await_line(process, "curl ")
    running.await_line(process, running.READY)
    answer = subprocess.run(
        f"curl --silent --show-error {line}",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert json.loads(answer.stdout)["checkpoint"]["status"] == "protecting"
    process.terminate()
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_gracefully(start: Callable[..., RunningServer], number: signal.Signals) -> None:
    """A request in flight is finished before the server ends with 0 and silently, idle connections aside."""
    server = start()
    body = json.dumps(server.order()).encode()
    idle = socket.create_connection(server.address, timeout=10)
    with closing(idle), socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(
            f"POST {server.path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {server.target['token']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Expect: 100-continue\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # the request is being served
        os.kill(server.process.pid, number)
        connection.sendall(body)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        _, errors = server.process.communicate(timeout=20)
    assert (server.process.returncode, errors) == (0, "")


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.6])
def test_a_signal_during_the_start_ends_it(tmp_path: Path, seconds: float) -> None:
    """A server that is told to end before it listens ends, too, and says nothing."""
    process = subprocess.Popen(
        running.command(tmp_path / "db"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert errors == ""
    assert process.returncode in {0, -signal.SIGTERM}


def test_secrets_are_for_their_owner_only(server: RunningServer) -> None:
    """The files that hold tokens cannot be read by others, and the database holds none."""
    for name in ("store.sqlite3.tokens", "target.toml"):
        mode = server.database.with_name(name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    with closing(sqlite3.connect(server.database)) as connection:
        stored = "\n".join(connection.iterdump())
    assert not [token for token in server.tokens.values() if token in stored]


def test_tokens_are_random_for_each_database(tmp_path: Path) -> None:
    """Two databases share no token."""
    drawn = [token for _ in range(2) for token in asdict(seed.DemoTokens.new()).values()]
    assert len(set(drawn)) == len(drawn) == 2 * len(fields(seed.DemoTokens))
    assert seed.DemoTokens.read(tmp_path / "missing") is None
