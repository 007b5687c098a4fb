"""Checks on a request's body before schema validation.

Connexion alone responds 500 to a body that is not UTF-8, deep nesting, a huge integer or two Content-Type
headers, keeps the last of duplicate keys, and refuses a chunked body. This module accepts such a request or
refuses it with the contract's 400 or 413.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, cast

import orjson

from checkpoint_handlers.errors import ClientGoneError, Refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from checkpoint_handlers.middleware.incoming import Fields, Incoming

__all__ = ["MAX_BODY", "MAX_DEPTH", "parse_json", "read_body", "require_media_type", "require_no_coding"]

MAX_BODY = 1024 * 1024
"""The largest accepted body, in bytes."""
MAX_DEPTH = 64
"""How deep arrays and objects may nest; the validator fails at about 250 levels."""

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_PARAMETER = re.compile(r'(charset=("?)utf-?8\2)?', re.IGNORECASE)
"""UTF-8, or the empty parameter after a trailing semicolon (RFC 9110, 5.6.6)."""


def require_media_type(headers: Fields, accepted: Collection[str]) -> None:
    """Require a single Content-Type that is in `accepted` (lower case) and UTF-8 (REQ-6, REQ-13)."""
    if headers.count(b"content-type") != 1:
        raise Refusal("invalid-request", "The request needs exactly one Content-Type header.")
    value = headers.get("content-type") or ""
    if value in accepted:
        return
    media_type, *parameters = (part.strip(" \t") for part in value.split(";"))
    if media_type.lower() not in accepted:
        raise Refusal("invalid-request", f"The Content-Type must be {' or '.join(sorted(accepted))}.")
    if not all(map(_PARAMETER.fullmatch, parameters)):
        raise Refusal("invalid-request", "The only parameter of the Content-Type may be charset=utf-8.")


def require_no_coding(headers: Fields) -> None:
    """Require a body that is sent as it is: not compressed (RFC 9110, 8.4, and RFC 9112, 6.1)."""
    if (headers.get("content-encoding") or "identity").lower() != "identity":
        raise Refusal("invalid-request", "The body must not be compressed: leave out Content-Encoding.")
    if (headers.get("transfer-encoding") or "chunked").lower() != "chunked":
        raise Refusal("invalid-request", "The only Transfer-Encoding may be chunked.")


async def read_body(request: Incoming) -> bytes:
    """Return the whole body, sent with a length or in chunks.

    Refuses more than `MAX_BODY` bytes as too-large. Raises `ClientGoneError` if the client disconnects.
    """
    length = request.headers.raw(b"content-length")
    if length is not None and int(length) > MAX_BODY:
        raise Refusal("too-large")
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise Refusal("too-large")
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def parse_json(body: bytes) -> Any:
    """Parse strict JSON in UTF-8 (RFC 8259), or refuse it as an invalid request.

    Also refuses nesting deeper than `MAX_DEPTH`, duplicate keys in one object, a number beyond a double's
    range, a lone surrogate and a byte order mark.
    """
    try:
        value = orjson.loads(body)
        objects = body.count(b"{")
        # The number of brackets is an upper bound of the depth, so ordinary bodies are not scanned.
        if objects + body.count(b"[") > MAX_DEPTH and _too_deep(body):
            raise Refusal("invalid-request", f"The JSON nests deeper than {MAX_DEPTH} levels.")
        # Each member has a colon: if there are no more colons than parsed members, no key was lost.
        if body.count(b":") != _members(value, objects):
            _UNIQUE_KEYS.decode(body.decode())
    except ValueError as error:
        if not body:
            raise Refusal("invalid-request", "The request has no body.") from None
        if body.startswith(codecs.BOM_UTF8):
            reason = "it begins with a byte order mark"
        elif isinstance(error, _DuplicateKeyError):
            reason = "an object has the same key twice"
        else:
            reason = "not JSON"
        raise Refusal("invalid-request", f"The body is malformed: {reason}.") from None
    return value


def _members(value: Any, objects: int) -> int:
    """Return the total number of members of a value's objects, of which there are at most `objects`."""
    members = 0
    left = [value]
    while left and objects:
        each = left.pop()
        if isinstance(each, dict):
            objects -= 1
            found = cast("dict[str, Any]", each)
            members += len(found)
            left += found.values()
        elif isinstance(each, list):
            left += cast("list[Any]", each)
    return members


class _DuplicateKeyError(ValueError):
    """Raised if an object has the same key twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


_UNIQUE_KEYS = json.JSONDecoder(object_pairs_hook=_unique)


def _too_deep(text: bytes) -> bool:
    """Return whether the arrays and objects of a JSON text nest deeper than `MAX_DEPTH`."""
    brackets = _STRING.sub(b"", text).translate(_ONE_KIND, _NO_BRACKET)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")  # the innermost level of each branch
    return bool(brackets)
