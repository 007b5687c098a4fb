"""A reference server as users see it: a process, a port and a database file."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import tomllib
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checkpoint_handlers.databases.stores import tokens_path
from checkpoint_openapi.load import errors

from handlers.forked import Forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Process = Forked | subprocess.Popen[str]
ADMIN = "Administration on "
READY = "Listening on "
START_TIMEOUT = 60.0
"""Seconds within which a server must listen, even on a busy machine."""


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the JSON value of the body."""
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """Return the status and code, after checking the form of the error body."""
        value = self.json
        assert value.keys() == {"error_code", "error_msg"}
        assert all(isinstance(text, str) and text for text in value.values())
        assert self.headers["content-type"] == "application/json"
        return self.status, value["error_code"]


def error_of(condition: str) -> tuple[int, str]:
    """Return the status and code of a condition in `errors.yaml`."""
    entry = errors().conditions[condition]
    return entry.status, entry.code


@dataclass
class RunningServer:
    """A server process that is listening."""

    process: Process
    target: dict[str, Any]
    database: Path
    tokens: dict[str, str] = field(default_factory=dict)
    admin: tuple[str, int] | None = None
    """Host and port of its admin port, if it has one."""
    said: str = ""
    """Its stderr, once it has ended."""

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port."""
        host, port = self.target["url"].removeprefix("http://").rsplit(":", 1)
        return host, int(port)

    @property
    def path(self) -> str:
        """Return the path of the operation in the demonstration project."""
        return f"/v1/{self.target['project_id']}/providers/{self.target['provider_id']}/checkpoints"

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection, which the caller must close."""
        return http.client.HTTPConnection(*self.address, timeout=10)

    def raw(self, *pieces: bytes) -> bytes:
        """Send bytes on a new connection and return everything received until the server closes it."""
        with socket.create_connection(self.address, timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                connection.sendall(piece)
            received = bytearray()
            while chunk := connection.recv(65536):
                received += chunk
        return bytes(received)

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = "",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request, with the demonstration project's token unless another or None is given."""
        sent = dict(headers or {})
        if token is not None:
            sent["X-Auth-Token"] = token or self.target["token"]
        connection = self.connect()
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def create(
        self,
        body: Any = None,
        *,
        raw: bytes | None = None,
        path: str | None = None,
        token: str | None = "",
        content_type: str | None = "application/json",
    ) -> Answer:
        """Send a request to create a checkpoint, by default of the whole demonstration policy."""
        payload = raw if raw is not None else json.dumps(body or self.order()).encode()
        headers = {} if content_type is None else {"Content-Type": content_type}
        return self.request("POST", path or self.path, token=token, body=payload, headers=headers)

    def order(self, plan_id: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Return a request body."""
        return {"checkpoint": {"plan_id": plan_id or self.target["policy"]["id"], "parameters": parameters}}

    def items(self, query: str = "") -> list[dict[str, Any]]:
        """Return the checkpoint items of the demonstration project."""
        answer = self.request("GET", f"/v1/{self.target['project_id']}/checkpoint_items?{query}")
        assert answer.status == 200, answer
        items: list[dict[str, Any]] = answer.json["checkpoint_items"]
        return items

    def administration(self, path: str) -> tuple[int, str]:
        """Return the admin port's status and text for a path."""
        assert self.admin is not None
        with closing(http.client.HTTPConnection(*self.admin, timeout=10)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def stop(self) -> int:
        """Stop the server as an operator would and return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.reap()

    def reap(self) -> int:
        """Wait for the process, close its pipes and return its exit code."""
        _, self.said = self.process.communicate(timeout=20)
        assert self.process.returncode is not None
        return self.process.returncode


def command(database: Path | str, *options: str) -> list[str]:
    """Return the command line of a server on a free port."""
    return [sys.executable, "-m", "checkpoint_handlers", *arguments(database, *options)]


def arguments(database: Path | str, *options: str) -> list[str]:
    """Return the arguments of a server on a free port."""
    return ["--port", "0", "--database", str(database), *options]


def start(
    folder: Path, *options: str, preexec: Callable[[], None] | None = None, url: str | None = None
) -> RunningServer:
    """Start a server on a folder's database, or at a URL, and wait until it listens.

    `preexec` runs first in its process, which then begins with an interpreter of its own.
    """
    given = arguments(url or folder / "store.sqlite3", "--target-file", str(folder / "target.toml"), *options)
    process = run(*given, folder=folder, preexec=preexec)
    admin = await_line(process, ADMIN) if "--admin-port" in options else None
    await_line(process, READY)
    server = found(process, folder)
    if admin is not None:
        host, port = admin.removeprefix("http://").rsplit(":", 1)
        server.admin = (host, int(port))
    return server


def run(*arguments: str, folder: Path | None = None, preexec: Callable[[], None] | None = None) -> Process:
    """Start a server with these arguments in a folder that also has its data; by default the current one."""
    environment = os.environ | ({"XDG_DATA_HOME": str(folder)} if folder else {})
    if preexec is None and "PYTHONPATH" not in environment:
        return Forked(arguments, folder or Path.cwd(), environment)
    return subprocess.Popen(
        [sys.executable, "-m", "checkpoint_handlers", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
        preexec_fn=preexec,  # noqa: PLW1509 - it calls nothing that takes a lock
    )


@contextmanager
def process(arguments: list[str]) -> Iterator[tuple[Process, str]]:
    """Run a server without a target file, and yield its process and its URL."""
    started = run(*arguments)
    try:
        yield started, await_line(started, READY)
    finally:
        started.terminate()
        started.communicate(timeout=20)


def found(process: Process, folder: Path) -> RunningServer:
    """Return the server of a listening process that uses a folder's database."""
    database = folder / "store.sqlite3"
    target = tomllib.loads((folder / "target.toml").read_text())
    tokens = tokens_path(str(database))
    return RunningServer(process, target, database, json.loads(tokens.read_text()) if tokens.exists() else {})


def await_line(process: Process, beginning: str) -> str:
    """Return the first stdout line with this beginning; fail with all output if the process ends first."""
    assert process.stdout is not None
    seen: list[str] = []
    watchdog = threading.Timer(START_TIMEOUT, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
            seen.append(line)
    finally:
        watchdog.cancel()
    _, errors = process.communicate()
    raise AssertionError(f"no line {beginning!r} in {''.join(seen)!r}; stderr: {errors!r}")
