"""`checkpoint-contract serve`: start the reference server."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click
from checkpoint_openapi.exit_codes import ExitCode

__all__ = ["serve"]


class _CannotStartError(click.ClickException):
    """One line on stderr and exit code 2: usage or configuration."""

    exit_code = ExitCode.USAGE


@click.command(epilog="Example: checkpoint-contract serve --port 0 --database demo.sqlite3")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one. The port is printed.",
)
@click.option(
    "--database",
    help="SQLite file, or postgresql://… of a database; its tables are made on first start. "
    "[default: a file in your data directory]",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="How many processes share the port and the database.",
)
@click.option("--reload", is_flag=True, help="Start anew when the code or a document changes.")
@click.option(
    "--protect-seconds",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 86400),
    help="How long a new checkpoint is protecting before it is available.",
)
@click.option("--conflict", is_flag=True, help="Let a policy that is running refuse a second run.")
@click.option(
    "--seed",
    type=click.Path(path_type=Path, readable=False),
    help="Begin a new database with the entries of this YAML file, and without demonstration data.",
)
@click.option(
    "--scenarios",
    is_flag=True,
    help="Let clients choose an error by the header X-Scenario, and `admin scenario` say what comes next.",
)
@click.option(
    "--admin-port",
    type=click.IntRange(0, 65535),
    help="Serve health, readiness and metrics on this port, too; 0 takes a free one. The port is printed.",
)
@click.option(
    "--admin-host",
    default="127.0.0.1",
    show_default=True,
    help="Address of the admin port, which has no password; 0.0.0.0 opens it to the network.",
)
@click.option(
    "--cors",
    multiple=True,
    metavar="ORIGIN",
    help="Let a browser's pages of this origin call the server, such as http://127.0.0.1:8090; null is a "
    "page opened as a file, * is any. May be repeated. [default: none]",
)
@click.option(
    "--access-log",
    type=click.Path(path_type=Path, readable=False),
    help="Append a line of JSON for each request to this file; - is standard output.",
)
@click.option(
    "--request-seconds",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="How long a request may take to arrive.",
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
    admin_host: str,
    cors: tuple[str, ...],
    access_log: Path | None,
    request_seconds: float,
    target_file: Path | None,
) -> None:
    """Start the reference server on demonstration data, until Ctrl-C.

    Exit codes: 0 ended by a signal, 2 not started (one line on stderr says why).
    """
    from checkpoint_handlers import stores
    from checkpoint_handlers.cors import is_origin
    from checkpoint_handlers.errors import StartError
    from checkpoint_handlers.options import Options
    from checkpoint_handlers.server import bind, run

    start = run
    if workers > 1:
        if reload:
            raise _CannotStartError("--reload serves in one process; leave --workers out.")
        from checkpoint_handlers.workers import run_workers as start
    elif reload:
        from checkpoint_handlers.reload import run_reloading as start
    if conflict and not protect_seconds:
        raise _CannotStartError(
            "--conflict has no effect without --protect-seconds: no policy would ever run."
        )
    for origin in cors:
        if not is_origin(origin):
            raise _CannotStartError(
                f"--cors: {origin!r} is no origin: write scheme, host and port in lower case, and no path, "
                "such as http://127.0.0.1:8090."
            )
    try:
        options = Options(
            host=host,
            database=stores.named(database),
            workers=workers,
            access_log=access_log,
            seed=seed.absolute() if seed else None,
            scenarios=scenarios,
            cors=cors,
            admin_host=admin_host,
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
                admin = sockets.enter_context(bind(admin_host, admin_port, "--admin-port", "--admin-host"))
            start(options, listener, admin)
    except StartError as error:
        raise _CannotStartError(str(error)) from error
