"""JSON pointers (RFC 6901) as texts: the one place that knows how a token is escaped."""

from __future__ import annotations

__all__ = ["child", "escaped", "last", "tokens", "unescaped"]


def escaped(token: str) -> str:
    """Return a token as it stands in a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def unescaped(token: str) -> str:
    """Return the token that stands in a JSON pointer."""
    return token.replace("~1", "/").replace("~0", "~")


def child(pointer: str, *path: str | int) -> str:
    """Return the pointer to what lies below the value at a pointer."""
    return pointer + "".join(f"/{escaped(str(token))}" for token in path)


def tokens(pointer: str) -> list[str]:
    """Return the tokens of a pointer, unescaped; what stands before the first `/` is no token."""
    return [unescaped(token) for token in pointer.split("/")[1:]]


def last(pointer: str) -> str:
    """Return the last token of a pointer, unescaped; nothing for the whole document."""
    return unescaped(pointer.rpartition("/")[2])
