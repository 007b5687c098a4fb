"""What an HTTP server may answer of its own to the form of a request, before the operation sees it.

A request that HTTP itself refuses or redirects is no input of the operation, so neither the status nor the
page of such an answer is the operation's. That it comes, and discloses nothing, is judged all the same.
"""

from __future__ import annotations

from collections import Counter
from urllib.parse import unquote

from checkpoint_conformance.transport.exchange import Exchange, Framing, Request

__all__ = ["answered_by_http"]

_LONG_TARGET = 1000
"""Characters: far more than the longest path of an operation."""
_MANY_FIELDS, _LARGE_HEAD = 50, 1000
"""Lines and bytes: far more than a caller needs, the token aside."""
_TOO_LARGE_HEAD = 8000
"""Bytes: the size that HTTP asks servers to bear at the least, of a request line (RFC 9112, 3)."""
_ONCE = frozenset({"content-type"})
"""Fields that a message may not have twice (RFC 9110, 5.3), as far as probes repeat them."""


def answered_by_http(exchange: Exchange) -> bool:
    """Whether the status is one by which HTTP answers the form of this request."""
    request = exchange.request
    match exchange.status:
        case 301 | 302 | 307 | 308:  # to the normal form of the path (RFC 3986, 6.2.2)
            return not _has_normal_path(request)
        case 400:
            return _names_a_field_twice(request) or _size_of_head(request) > _TOO_LARGE_HEAD
        case 411:  # RFC 9110, 15.5.12
            return request.framing is not Framing.LENGTH
        case 414:  # RFC 9110, 15.5.15
            return len(request.path) > _LONG_TARGET
        case 431:  # RFC 6585, 5
            return len(request.headers) > _MANY_FIELDS or _size_of_head(request) > _LARGE_HEAD
        case _:
            return False


def _has_normal_path(request: Request) -> bool:
    """Whether the path has neither empty segments nor dot segments, with its escapes undone."""
    segments = unquote(request.path.partition("?")[0], "latin-1").split("/")[1:]
    return not {"", ".", ".."}.intersection(segments)


def _names_a_field_twice(request: Request) -> bool:
    times = Counter(name.lower() for name, _ in request.headers)
    return any(times[name] > 1 for name in _ONCE)


def _size_of_head(request: Request) -> int:
    return len(request.path) + sum(len(name) + len(value) + 4 for name, value in request.headers)
