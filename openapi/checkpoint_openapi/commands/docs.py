"""The command `checkpoint-contract docs`."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkpoint_openapi.commands.collection import rarely_collected
from checkpoint_openapi.exit_codes import ExitCode
from checkpoint_openapi.terminal.paths import shown_path
from checkpoint_openapi.terminal.unusable import UnusableError

if TYPE_CHECKING:
    from checkpoint_openapi.docs.preview import Build

__all__ = ["docs"]

_SERVER = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
"""Server URLs that are safe in the page's Content-Security-Policy."""
_ENDING = (signal.SIGINT, signal.SIGTERM)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), default=Path("contract.html"),
    show_default=True, help="File to write the page to.",
)  # fmt: skip
@click.option("--watch", is_flag=True, help="Serve a live preview instead, until interrupted.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8090,
    show_default=True,
    help="Port of the preview; 0 picks a free one.",
)
@click.option(
    "--base",
    default="released",
    show_default=True,
    help="Base that the preview compares with, as for `diff`.",
)
@click.option(
    "--server", metavar="URL",
    help="Let the page call this server from the browser, such as one started by `serve --cors null`. "
    "[default: the page uses no network]",
)  # fmt: skip
def docs(file: Path | None, output: Path, port: int, base: str, server: str | None, *, watch: bool) -> None:
    """Render a contract as a readable page: one file that needs no network.

    Without FILE, this renders the contract of this package. The catalogues next to FILE
    (requirements.yaml, errors.yaml and ERRATA.md) become part of the page.

    \b
    With --watch, the page refreshes itself after each save and shows errors and changes since the
    release. A mock answers requests to the document's paths on the same port.

    Exit code: 0 done, 2 the document or an option cannot be used, 4 a bug in this program,
    5 done, except for a part of OpenAPI 3.2 that is not supported yet.

    Example: checkpoint-contract docs --output contract.html
    """
    from checkpoint_openapi.document.source import DocumentError
    from checkpoint_openapi.load import data_path

    path = shown_path(file or data_path("checkpoint.yaml"))
    if server is not None and not _SERVER.fullmatch(server):
        raise UnusableError(
            f"--server: {server!r} is not an address: write scheme, host and port, such as http://127.0.0.1:8080."
        )
    if server is not None and watch:
        raise UnusableError(
            "--server is for a page that is written; the preview calls its mock. Leave one of them out."
        )
    try:
        if watch:
            _serve(path, port, base)
        else:
            with rarely_collected():
                _write(path, output, server)
    except DocumentError as error:
        raise UnusableError(str(error)) from error


def _write(path: Path, output: Path, server: str | None) -> None:
    from checkpoint_openapi.docs import read_content, render_page

    content = read_content(path)
    page = render_page(content, server=server)
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UnusableError(
            f"{output}: cannot be written: {error.strerror or error}. Name another file with --output."
        ) from error
    click.echo(
        f"{output}: {len(page.encode()) / 1e6:.1f} MB, opens in any browser"
        f"{' without a network' if server is None else f', and calls {server}'}"
    )
    for name, place in content.unread:
        click.echo(f"{place}: not checked: `{name}`, a part of OpenAPI 3.2 that is not read yet", err=True)
    if content.unread:
        sys.exit(ExitCode.UNDECIDED)


def _serve(path: Path, port: int, base: str) -> None:
    from checkpoint_openapi.docs.preview import Preview
    from checkpoint_openapi.docs.server import PreviewServer

    if not path.is_file():
        raise UnusableError(f"{path}: cannot be read: there is no such file")
    preview = Preview(path, base)
    try:
        server = PreviewServer(preview, port)
    except OSError as error:
        raise UnusableError(
            f"port {port}: {error.strerror or error}. Choose another, or any free one with --port 0."
        ) from error
    # Blocked in all threads and awaited in this one: a handler could need a lock that it interrupted.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    click.echo(f"Preview of {path} at {server.url} (Ctrl+C stops it)")
    _tell(preview.current)
    faults: list[Exception] = []

    def watch() -> None:
        try:
            preview.watch(_tell)
        except Exception as error:
            # A bug in this program ends the command, not only this thread.
            faults.append(error)
            os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=watch)
    watcher.start()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    signal.sigwait(_ENDING)
    server.end()
    watcher.join()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if faults:
        raise faults[0]


def _tell(build: Build) -> None:
    """Write one line about a build."""
    if build.problem:
        first = build.problem.faults[0]
        click.echo(f"{build.time} {first.place}: {first.what}")
    else:
        verdict = f"; compared with {build.diff.base_version}: {build.diff.verdict}" if build.diff else ""
        count = len(build.findings)
        found = f"{count} finding{'' if count == 1 else 's'}"
        click.echo(f"{build.time} build {build.number}: {found}{verdict}")
