"""PostgreSQL URLs: validate them, and print them without secrets."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from checkpoint_handlers.errors import StartError

__all__ = ["SCHEMES", "looks_like_url", "printable", "require_well_formed"]

SCHEMES = ("postgresql://", "postgres://")
"""The accepted beginnings of a URL."""

_HIGHEST_PORT = 65535
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u206f]")
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+(?:%25[\w.-]+)?\]|[^\[\]:]*)(?::(?P<port>[^\[\]:]*))?")
"""A host name, IPv4 address or bracketed IPv6 address (RFC 3986, 3.2.2), then an optional port."""


def looks_like_url(name: str) -> bool:
    """Return whether a name is meant as a URL, well formed or not."""
    return "://" in name or name.lower().startswith(("postgresql:", "postgres:"))


def require_well_formed(url: str) -> None:
    """Raise `StartError` if a URL breaks RFC 3986 or a port is out of range.

    The message never quotes text that could be part of a password.
    """
    mistake = _mistake(url)
    if mistake is not None:
        raise StartError(
            f"The URL of the database is malformed: {mistake}. "
            "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
        )


def printable(url: str) -> str:
    """Return a well-formed URL without its user, password and parameters."""
    parts = urlsplit(url)
    _, _, hosts = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{hosts}{parts.path}"


def _mistake(url: str) -> str | None:
    """Return what is wrong with a URL, or None."""
    if not url.startswith(SCHEMES):
        return "it does not begin with the scheme postgresql:// or postgres://, in lower case"
    if _UNPRINTABLE.search(url):
        return "it has a space or a control character; write %20 for a space"
    if _LONE_PERCENT.search(url):
        return "two hexadecimal digits must follow each percent sign; write %25 for the sign itself"
    try:
        if "\0" in unquote(url, errors="strict"):
            return "it has the character %00, which no PostgreSQL name may contain"
    except UnicodeDecodeError:
        return "its percent-escapes do not decode to UTF-8"
    authority, _, path = url.partition("://")[2].partition("/")
    authority, _, parameters = authority.partition("?")
    if "#" in url or "@" in path + parameters:
        return "it has /, @, ? or # in its user or password; write %2F, %40, %3F or %23"
    return _mistake_of_hosts(authority) or _mistake_of_port(url)


def _mistake_of_hosts(authority: str) -> str | None:
    user, _, hosts = authority.rpartition("@")
    if set(user) & set("@[]"):
        return "it has @, [ or ] in its user or password; write %40, %5B or %5D"
    for host in hosts.split(","):
        found = _HOST.fullmatch(host)
        if found is None:
            return "a host is neither a name nor an address; put an IPv6 address in a pair of brackets"
        if found["port"] and not _is_port(found["port"]):
            return f"a port is a number from 1 to {_HIGHEST_PORT}"
    return None


def _mistake_of_port(url: str) -> str | None:
    """Return what is wrong with the parameter that may set the ports in place of the host part."""
    for name, value in parse_qsl(url.partition("?")[2]):
        if name == "port" and not all(_is_port(port) for port in value.split(",")):
            return f"its parameter port is a number from 1 to {_HIGHEST_PORT}"
    return None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _HIGHEST_PORT
