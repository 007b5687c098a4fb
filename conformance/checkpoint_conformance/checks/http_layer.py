"""Responses that an HTTP server may give because of a request's form, before the operation sees it.

A request that HTTP itself refuses or redirects never reaches the operation, so the operation is not
responsible for the status or body of that response. The suite still checks that the response arrives and
discloses nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import unquote

from checkpoint_conformance.transport.exchange import Exchange, Framing, Request
from checkpoint_conformance.verdict.finding import is_lost_behind_gateway

__all__ = ["answered_by_gateway", "answered_by_http", "is_page_of_gateway"]

_LONG_TARGET = 1000
"""Characters: far longer than the longest path of any operation."""
_MANY_FIELDS, _LARGE_HEAD = 50, 1000
"""Lines and bytes: far more than a client needs, apart from the token."""
_TOO_LARGE_HEAD = 8000
"""Bytes: the minimum request-line length that HTTP asks servers to support (RFC 9112, 3)."""
_USUAL_CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""Content codings that any server may know; HTTP refuses others as such, which are no matter of JSON."""
_ODD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7[Ff]|%25|%2[Ff]|;")
_ODD_WEIGHT = re.compile(r";\s*q=(?!(0(\.\d{0,3})?|1(\.0{0,3})?)\s*([,;]|$))", re.IGNORECASE)
_ONCE = frozenset({"content-type"})
"""Header fields that a message may not repeat (RFC 9110, 5.3), limited to those that probes repeat."""


def answered_by_http(exchange: Exchange) -> bool:
    """Return whether HTTP itself answers a request of this form with this status."""
    request = exchange.request
    match exchange.status:
        case 301 | 302 | 307 | 308:  # to the normal form of the path (RFC 3986, 6.2.2)
            return not _has_normal_path(request)
        case 400:
            return (
                _size_of_head(request) > _TOO_LARGE_HEAD
                or _names_a_field_twice(request)
                or _is_in_unknown_coding(request)
                or _has_odd_escape(request)
                or _has_malformed_accept(request)
                or _has_many_fields(request)
            )
        case 404:
            return _has_odd_escape(request)
        case 406:  # RFC 9110, 15.5.7
            return _has_malformed_accept(request)
        case 411 | 501:  # RFC 9110, 15.5.12; RFC 9112, 6.1
            return request.framing is not Framing.LENGTH
        case 415:  # RFC 9110, 15.5.16
            return _is_in_unknown_coding(request)
        case 414:  # RFC 9110, 15.5.15
            return len(request.path) > _LONG_TARGET
        case 417:  # RFC 9110, 15.5.18
            return request.header("Expect") is not None
        case 431:  # RFC 6585, 5
            return _has_many_fields(request) or _size_of_head(request) > _LARGE_HEAD
        case _:  # what the server can do (RFC 9110, 9.3.7)
            return request.method == "OPTIONS" and exchange.status in (200, 204)


def answered_by_gateway(exchange: Exchange) -> bool:
    """Return whether a gateway answers in place of a server that does not (RFC 9110, 15.6).

    That is any 502 or 504, and a 503 whose body is no JSON.
    """
    return is_page_of_gateway(exchange) or is_lost_behind_gateway(exchange)


def is_page_of_gateway(exchange: Exchange) -> bool:
    """Return whether a gateway says that it has no server, or too many requests: a 503 that is no JSON."""
    if exchange.response is None or exchange.status != 503:
        return False
    return "json" not in (exchange.response.header("Content-Type") or "").lower()


def _has_normal_path(request: Request) -> bool:
    """Return whether the path, once unescaped, has neither empty segments nor dot segments."""
    segments = unquote(request.path.partition("?")[0], "latin-1").split("/")[1:]
    return not {"", ".", ".."}.intersection(segments)


def _names_a_field_twice(request: Request) -> bool:
    times = Counter(name.lower() for name, _ in request.headers)
    return any(times[name] > 1 for name in _ONCE)


def _is_in_unknown_coding(request: Request) -> bool:
    return (request.header("Content-Encoding") or "").strip().lower() not in _USUAL_CODINGS


def _has_odd_escape(request: Request) -> bool:
    """Return whether the path or query escapes nothing (RFC 3986, 2.1), a control character, a `%` or a `/`.

    Like these, a semicolon in a path and bytes that are not UTF-8 are what a gateway or the firewall of a
    framework refuses, before any of its code is asked: they are read differently by one server and another
    (RFC 3986, 2.4, 2.5 and 3.3).
    """
    return _ODD_ESCAPE.search(request.path) is not None or not _is_utf8(request.path)


def _is_utf8(path: str) -> bool:
    """Return whether the bytes that the path stands for are UTF-8."""
    try:
        unquote(path, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def _has_many_fields(request: Request) -> bool:
    return len(request.headers) > _MANY_FIELDS


def _has_malformed_accept(request: Request) -> bool:
    """Return whether `Accept` has no media range, or a weight that is none (RFC 9110, 12.4.2 and 12.5.1)."""
    accept = request.header("Accept")
    return accept is not None and ("/" not in accept or _ODD_WEIGHT.search(accept) is not None)


def _size_of_head(request: Request) -> int:
    return len(request.path) + sum(len(name) + len(value) + 4 for name, value in request.headers)
