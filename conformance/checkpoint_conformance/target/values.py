"""The values that the keys of a target file accept."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from checkpoint_openapi.configuration.values import InvalidValueError, matching, number, text

from checkpoint_conformance.data import as_list

__all__ = [
    "PROFILES",
    "command",
    "header",
    "identifier",
    "not_negative",
    "passphrase",
    "path",
    "profiles",
    "proxy",
    "resources",
    "seconds",
    "token",
    "url",
    "uuid",
]

PROFILES = ("discovery", "observation", "deletion", "conflict")
"""The profiles that a target may declare in addition to `core`."""
_DAY = 86400
_LONGEST_PASSPHRASE = 1024
_FIELD_VALUE = r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?"
_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "x-auth-token",
    }
)

identifier = matching(r"[A-Za-z0-9._~-]+", "an id of letters, digits and hyphens")
"""The id of a project or provider."""
uuid = matching(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a hyphenated lower-case UUID")
"""The id of a policy."""
token = matching(_FIELD_VALUE, 'a token of printable ASCII, or { env = "NAME" } or { file = "NAME" }')
"""A token, which is sent in a header (RFC 9110, 5.5)."""
seconds = number("a number of seconds above 0", lambda value: 0 < value < _DAY)
"""A time limit of less than a day."""
not_negative = number("a number, 0 or more", lambda value: 0 <= value < _DAY)
"""Seconds or a rate."""
_field_value = matching(_FIELD_VALUE, 'a value of printable ASCII, or { env = "NAME" } or { file = "NAME" }')


def url(value: Any) -> str:
    """Return the URL of a server, without a trailing slash."""
    written = text(value)
    if (
        not _is_url(written, "http", "https")
        or re.search("[?#]", written)
        or urlsplit(written).username is not None
    ):
        raise InvalidValueError("an http or https URL without a query, such as https://csbs.example.com")
    return written.rstrip("/")


def proxy(value: Any) -> str:
    """Return the URL of a proxy, or an empty string."""
    if value != "" and not _is_url(text(value), "http"):
        raise InvalidValueError('an http:// URL of a proxy, or "" for none')
    return str(value)


def path(value: Any) -> Path:
    """Return the name of a file."""
    return Path(text(value))


def passphrase(value: Any) -> str:
    """Return the passphrase of a key, which OpenSSL takes up to 1024 bytes long."""
    written = text(value)
    if not 0 < len(written.encode()) <= _LONGEST_PASSPHRASE:
        raise InvalidValueError(f"a text of 1 to {_LONGEST_PASSPHRASE} bytes")
    return written


def command(value: Any) -> tuple[str, ...]:
    """Return the words of a command line, split as a POSIX shell does."""
    try:
        words = shlex.split(text(value))
    except ValueError:
        words = []
    if not words:
        raise InvalidValueError("a command line with balanced quotes, such as `python3 sign.py`")
    return tuple(words)


def resources(value: Any) -> tuple[str, ...]:
    """Return the ids of resources."""
    items = as_list(value)
    if not items or not all(isinstance(item, str) and item for item in items):
        raise InvalidValueError("a list of at least one resource id")
    if len(set(items)) != len(items):
        raise InvalidValueError("a list without duplicate resource ids")
    return tuple(items)


def profiles(value: Any) -> frozenset[str]:
    """Return the names of the profiles in addition to `core`, which is always verified."""
    listed = as_list(value)
    names: list[Any] = [value] if listed is None else listed
    unknown = [name for name in names if name not in (*PROFILES, "core")]
    if unknown:
        raise InvalidValueError(f"a list of {', '.join(PROFILES)}, not {unknown[0]!r}")
    return frozenset(names) - {"core"}


def header(name: str, value: Any) -> str:
    """Return the value of an additional header."""
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise InvalidValueError("listed under the name of a header field")
    if name.lower() in _OWN_HEADERS:
        raise InvalidValueError("left out: the suite sets this field itself")
    return _field_value(value)


def _is_url(value: str, *schemes: str) -> bool:
    """Return whether the value is a URL of printable ASCII with a valid host and port."""
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in schemes
            and bool(parts.hostname)
            and parts.port != 0
            and bool(re.fullmatch(r"[\x21-\x7e]+", value))
        )
    except ValueError:
        return False
