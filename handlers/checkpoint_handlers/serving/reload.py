"""`--reload`: run the server in a separate process that restarts when code or documents change."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.load import data_path
from uvicorn.supervisors.basereload import BaseReload
from uvicorn.supervisors.statreload import StatReload

from checkpoint_handlers.errors import StartError
from checkpoint_handlers.serving.server import run

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from checkpoint_handlers.serving.options import Options

__all__ = ["run_reloading"]


class _Reloader(StatReload):
    """Watches the contract's YAML files and the code, without missing edits while the server starts."""

    def startup(self) -> None:
        """Start the server with the current files."""
        self._remember()
        super().startup()

    def restart(self) -> None:
        """Restart the server; an edit made meanwhile triggers another restart."""
        self._remember()
        BaseReload.restart(self)

    def iter_py_files(self) -> Iterator[Path]:
        """Return every file whose change restarts the server."""
        yield from super().iter_py_files()
        yield from data_path("checkpoint.yaml").parent.glob("*.yaml")

    def _remember(self) -> None:
        self.mtimes = {path: path.stat().st_mtime for path in self.iter_py_files()}


def run_reloading(options: Options, listener: socket.socket, admin: socket.socket | None) -> None:
    """Serve until SIGINT or SIGTERM; print the error of a broken edit and retry on the next one."""
    import checkpoint_openapi

    import checkpoint_handlers

    folders = [
        str(Path(package.__file__ or "").parent) for package in (checkpoint_handlers, checkpoint_openapi)
    ]
    config = uvicorn.Config("checkpoint_handlers.app:create_app", reload=True, reload_dirs=folders)
    listener.set_inheritable(True)
    sockets = [listener]
    if admin is not None:
        admin.set_inheritable(True)
        sockets.append(admin)
    _Reloader(config, target=partial(_run_child, options), sockets=sockets).run()


def _run_child(options: Options, sockets: list[socket.socket] | None) -> None:
    assert sockets
    try:
        run(options, sockets[0], sockets[1] if len(sockets) > 1 else None)
    except StartError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(ExitCode.USAGE)
