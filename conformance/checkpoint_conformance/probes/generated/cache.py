"""Stores the generated inputs of earlier runs in the user's cache folder (XDG Base Directory).

A file is data, never code. It is trusted only if the user owns it, nobody else may write it, and its content
matches its digest; anything else counts as no file. Whoever can write as the user can change the suite
itself, so the cache does not protect against them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from checkpoint_conformance.probes.generated.inputs import Inputs

__all__ = ["MOST_BYTES", "MOST_FILES", "read", "write"]

MOST_FILES = 32
"""The most files kept; the least recently used are dropped first."""
MOST_BYTES = 4_000_000
"""The maximum size of a file, so that the cache never takes more than 128 MB."""


def read(key: str) -> Inputs | None:
    """Return the inputs stored under a key, or None if there are none that can be trusted."""
    folder = _folder()
    if folder is None:
        return None
    path = folder / key
    try:
        head, _, text = _own_bytes(path).partition(b"\n")
        if head.decode("ascii") != _head(key, text):
            return None
        inputs = Inputs.from_json(text)
    except (OSError, ValueError):  # missing or damaged: the inputs are generated again
        return None
    with suppress(OSError):  # an unwritable cache is still read
        os.utime(path)
    return inputs


def write(key: str, inputs: Inputs) -> None:
    """Store inputs under a key atomically; an unwritable or full folder is not an error."""
    text, folder = inputs.to_json().encode(), _folder()
    if folder is None or len(text) > MOST_BYTES:
        return
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_head(key, text).encode() + b"\n" + text)
            Path(temporary).replace(folder / key)
        finally:
            Path(temporary).unlink(missing_ok=True)
        _drop_oldest(folder)


def _folder() -> Path | None:
    """Return the cache folder, or None for a user without a home directory."""
    from platformdirs import user_cache_path

    folder = user_cache_path("checkpoint-contract", appauthor=False) / "generated"
    return folder if folder.is_absolute() else None


def _head(key: str, text: bytes) -> str:
    return f"{key} {hashlib.sha256(text).hexdigest()}"


def _own_bytes(path: Path) -> bytes:
    """Read a file that the user owns and nobody else may write. Raises OSError if it cannot be read."""
    # Without O_NONBLOCK, opening a pipe that somebody put there would block.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise PermissionError(f"{path} is not the user's own")
        return file.read(MOST_BYTES + 1000)


def _drop_oldest(folder: Path) -> None:
    """Delete the least recently used files. Raises OSError if another process has just deleted one."""
    files = sorted(folder.iterdir(), key=lambda path: path.lstat().st_mtime, reverse=True)
    for path in files[MOST_FILES:]:
        path.unlink(missing_ok=True)
