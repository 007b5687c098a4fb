"""`checkpoint-contract serve`: start the reference server."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path
from typing import TYPE_CHECKING

import click
from checkpoint_openapi.finite_range import FiniteRange
from checkpoint_openapi.terminal.unusable import UnusableError

from checkpoint_handlers.commands.open_files import require_open_files

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["serve"]


_LIMITS = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""What the system says when it gives a process no more files, processes or memory."""


@contextlib.contextmanager
def _mistakes_told() -> Generator[None]:
    """Raise what keeps the block from serving as the error of a command."""
    from checkpoint_handlers.errors import StartError

    try:
        yield
    except StartError as error:
        raise UnusableError(str(error)) from error
    except OSError as error:
        if error.errno not in _LIMITS:
            raise
        raise UnusableError(
            f"Cannot serve: {error.strerror}. Raise the limits of the process; `ulimit -a` shows them."
        ) from error


@click.command(epilog="Example: checkpoint-contract serve --port 0 --database demo.sqlite3")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 picks a free one. The port is printed.",
)
@click.option(
    "--database",
    help="SQLite file, or postgresql://… URL of a database; tables are created on first start. "
    "[default: a file in your data directory]",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Number of processes that share the port and the database.",
)
@click.option("--reload", is_flag=True, help="Restart when the code or a document changes.")
@click.option(
    "--protect-seconds",
    default=0.0,
    show_default=True,
    type=FiniteRange(0, 86400),
    help="How long a new checkpoint stays `protecting` before it becomes `available`.",
)
@click.option("--conflict", is_flag=True, help="Make a running policy refuse a second run.")
@click.option(
    "--seed",
    type=click.Path(path_type=Path, readable=False),
    help="Fill a new database from this YAML file instead of with sample data.",
)
@click.option(
    "--scenarios",
    is_flag=True,
    help="Let the header X-Scenario request an error, and `admin scenario` set the next responses.",
)
@click.option(
    "--admin-port",
    type=click.IntRange(0, 65535),
    help="Also serve health, readiness and metrics on this port; 0 picks a free one. The port is printed.",
)
@click.option(
    "--admin-host",
    help="Address of the admin port, which has no password; 0.0.0.0 opens it to the network. "
    "[default: 127.0.0.1]",
)
@click.option(
    "--cors",
    multiple=True,
    metavar="ORIGIN",
    help="Let browser pages from this origin call the server, such as http://127.0.0.1:8090; null is a "
    "page opened from a file, * is any origin. May be repeated. [default: none]",
)
@click.option(
    "--access-log",
    type=click.Path(path_type=Path, readable=False),
    help="Append one line of JSON per request to this file; - is standard output.",
)
@click.option(
    "--request-seconds",
    default=30.0,
    show_default=True,
    type=FiniteRange(0.1, 3600),
    help="Time limit for a request to arrive completely.",
)
@click.option(
    "--target-file",
    type=click.Path(path_type=Path, readable=False),
    help="Write a target file for `verify` once the server listens.",
)
def serve(
    host: str,
    port: int,
    database: str | None,
    workers: int,
    reload: bool,
    protect_seconds: float,
    conflict: bool,
    seed: Path | None,
    scenarios: bool,
    admin_port: int | None,
    admin_host: str | None,
    cors: tuple[str, ...],
    access_log: Path | None,
    request_seconds: float,
    target_file: Path | None,
) -> None:
    """Start the reference server with sample data. Ctrl+C stops it.

    Exit codes: 0 ended by a signal, 2 not started (one line on stderr says why).
    """
    from checkpoint_handlers.serving.ending import ended_by_signals

    # Before the imports, which take most of the start.
    click.get_current_context().with_resource(ended_by_signals())
    with _mistakes_told():
        require_open_files()
    from checkpoint_handlers.databases import stores
    from checkpoint_handlers.middleware.cors import is_origin
    from checkpoint_handlers.serving.options import Options
    from checkpoint_handlers.serving.server import bind, run

    start = run
    if workers > 1:
        if reload:
            raise UnusableError("--reload serves in one process; leave --workers out.")
        from checkpoint_handlers.serving.workers import run_workers as start
    elif reload:
        from checkpoint_handlers.serving.reload import run_reloading as start
    if conflict and not protect_seconds:
        raise UnusableError("--conflict has no effect without --protect-seconds: no policy would ever run.")
    if admin_host is not None and admin_port is None:
        raise UnusableError("--admin-host has no effect without --admin-port: name both, or neither.")
    for origin in cors:
        if not is_origin(origin):
            raise UnusableError(
                f"--cors: {origin!r} is not an origin: write scheme, host and port in lower case, "
                "and no path, such as http://127.0.0.1:8090."
            )
    with _mistakes_told():
        options = Options(
            host=host,
            database=stores.named(database),
            workers=workers,
            access_log=access_log,
            seed=seed.absolute() if seed else None,
            scenarios=scenarios,
            cors=cors,
            admin_host="127.0.0.1" if admin_host is None else admin_host,
            metrics=admin_port is not None,
            request_seconds=request_seconds,
            protect_seconds=protect_seconds,
            conflict=conflict,
            target_file=target_file.absolute() if target_file else None,
        )
        with contextlib.ExitStack() as sockets:
            listener = sockets.enter_context(bind(host, port))
            admin = None
            if admin_port is not None:
                admin = sockets.enter_context(
                    bind(options.admin_host, admin_port, "--admin-port", "--admin-host")
                )
            start(options, listener, admin)
