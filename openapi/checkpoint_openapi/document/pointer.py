"""JSON pointers (RFC 6901) as strings: the only module that knows how tokens are escaped."""

from __future__ import annotations

__all__ = ["child", "escaped", "last", "tokens", "unescaped"]


def escaped(token: str) -> str:
    """Return a token escaped for a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def unescaped(token: str) -> str:
    """Return a token of a JSON pointer unescaped."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def child(pointer: str, *path: str | int) -> str:
    """Return the pointer extended by a path."""
    for token in path:
        pointer += f"/{escaped(token) if isinstance(token, str) else token}"
    return pointer


def tokens(pointer: str) -> list[str]:
    """Return the tokens of a pointer, unescaped; anything before the first `/` is ignored."""
    return [unescaped(token) for token in pointer.split("/")[1:]]


def last(pointer: str) -> str:
    """Return the last token of a pointer, unescaped; an empty string for the whole document."""
    return unescaped(pointer.rpartition("/")[2])
