"""What the server announces at startup: a command to try, a target file and its address."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from checkpoint_handlers.databases import stores
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.operations.service import PROVIDER_ID
from checkpoint_handlers.seeding import seed
from checkpoint_handlers.serving.target import target_text

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from checkpoint_handlers.seeding.seed import DemoTokens
    from checkpoint_handlers.serving.options import Options

__all__ = ["announce"]


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(options: Options, listener: socket.socket, admin: socket.socket | None) -> None:
    """Write the target file, then print how to use the server and, last, the line that scripts wait for.

    Raises `StartError` if a target file was requested and cannot be written.
    """
    url = _url(options.host, listener)
    path = stores.tokens_path(options.database)
    tokens = seed.DemoTokens.read(path)
    if options.target_file is not None:
        _write_target(options.target_file, options, url, tokens, path)
    print(f"Database {stores.shown(options.database)}")
    if tokens is not None:
        print("Try it:\n" + _curl(url, tokens))
    elif options.seed is None:
        print(f"The demonstration tokens are gone from {path}.")
    if admin is not None:
        print(f"Administration on {_url(options.admin_host, admin)}")
    print(f"Listening on {url}")
    sys.stdout.flush()


def _write_target(target: Path, options: Options, url: str, tokens: DemoTokens | None, path: Path) -> None:
    if tokens is None:
        raise StartError(
            f"Cannot write {target}: there are no demonstration tokens in {path}. Name a new --database."
        )
    try:
        seed.write_private(target, target_text(url, tokens, conflict=options.conflict))
    except OSError as error:
        raise StartError(f"Cannot write the target file {target}: {error.strerror}.") from error


def _curl(url: str, tokens: DemoTokens) -> str:
    resources = ", ".join(f'"{resource}"' for resource in seed.RESOURCE_IDS[:2])
    return (
        f"curl -X POST {url}/v1/{seed.PROJECT_ID}/providers/{PROVIDER_ID}/checkpoints "
        f"-H 'X-Auth-Token: {tokens.token}' -H 'Content-Type: application/json' "
        f'-d \'{{"checkpoint": {{"plan_id": "{seed.PLAN_ID}", '
        f'"parameters": {{"auto_trigger": false, "resources": [{resources}]}}}}}}\''
    )
