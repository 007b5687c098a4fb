"""Values that a configuration file takes from elsewhere, so that it need not hold a secret itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from checkpoint_openapi.configuration.file import ConfigurationFile
from checkpoint_openapi.configuration.values import InvalidValueError

__all__ = ["MOST_BYTES", "referred"]

MOST_BYTES = 1 << 16
"""The most bytes of a file that holds a value."""


def referred(value: Any, file: ConfigurationFile) -> Any:
    """Return the value that `{ env = "NAME" }` or `{ file = "NAME" }` stands for, and any other as it is.

    Raises InvalidValueError if the variable is not set, or the file does not hold one line of text.
    """
    if file.environment is None or not isinstance(value, dict):
        return value
    match cast("dict[str, Any]", value):
        case {"env": name, **others} if not others:
            if not isinstance(name, str) or not file.environment.get(name):
                raise InvalidValueError(f"given, but the environment variable {name} is not set")
            return file.environment[name]
        case {"file": name, **others} if not others:
            if not isinstance(name, str) or not name or "\0" in name:
                raise InvalidValueError('the name of a file, as in { file = "token.txt" }')
            return _line_of(file.folder / name)
        case table:
            return table


def _line_of(path: Path) -> str:
    """Return the only line of a file, without its end. The messages never show what the file holds."""
    try:
        if path.exists() and not path.is_file():  # opening a pipe might never return
            raise InvalidValueError(f"in a readable file, but {path} is not a regular file")
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InvalidValueError(f"in a readable file, but {path} cannot be read: {why}") from error
    if len(content) > MOST_BYTES:
        raise InvalidValueError(f"one line, but {path} has more than {MOST_BYTES >> 10} KiB")
    try:
        line = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InvalidValueError(f"in a file in UTF-8, but {path} is not; save it again") from None
    if not line:
        raise InvalidValueError(f"given, but {path} is empty")
    if "\n" in line or "\r" in line:
        raise InvalidValueError(f"one line, but {path} has several")
    return line
