"""A request and its response, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse

from checkpoint_conformance.data import as_object

__all__ = [
    "ANSWER_LIMIT",
    "FIELDS_LIMIT",
    "HEAD_LIMIT",
    "NOT_SENT",
    "PAGE_LIMIT",
    "Abridged",
    "Context",
    "Exchange",
    "FaultKind",
    "Framing",
    "Headers",
    "Request",
    "Response",
    "TransportFault",
]

HEAD_LIMIT = 1 << 16
"""The most bytes that are read of one head, one chunk extension or one trailer section."""
FIELDS_LIMIT = 1000
"""The most fields that are read of one head."""
ANSWER_LIMIT = 1 << 18
"""The most bytes that are read of an answer: interim responses, head, chunk framing, body and trailers."""
PAGE_LIMIT = 1 << 20
"""The most bytes that are read of an answer that is a page of a list."""
_SHORT = 1 << 12
"""The most bytes of a body whose JSON value is kept although others follow."""

Headers = tuple[tuple[str, str], ...]
"""Header lines in wire order; values are decoded and encoded as ISO-8859-1 (RFC 9110, 5.5)."""


class Framing(StrEnum):
    """How a request body is delimited (RFC 9112, 6)."""

    LENGTH = "length"
    CHUNKED = "chunked"
    NONE = "none"


@dataclass(frozen=True)
class Request:
    """A request as sent, except for `Host` and the framing headers, which the connection adds."""

    method: str
    path: str
    """The request target, percent-encoded, starting at `/v1`."""
    headers: Headers = ()
    body: bytes = b""
    framing: Framing = Framing.LENGTH
    answer_limit: int = field(default=ANSWER_LIMIT, compare=False)
    """The most bytes that are read of the answer."""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None if it is absent."""
        return _first(self.headers, name)

    def with_header(self, name: str, value: str | None) -> Request:
        """Return a copy with the header replaced in place, added at the end, or (if None) removed."""
        kept: list[tuple[str, str]] = []
        placed = value is None
        for field_name, field_value in self.headers:
            if field_name.lower() != name.lower():
                kept.append((field_name, field_value))
            elif not placed and value is not None:
                kept.append((field_name, value))
                placed = True
        if not placed and value is not None:
            kept.append((name, value))
        return replace(self, headers=tuple(kept))


@dataclass(frozen=True)
class Abridged:
    """What is known of a body of which only the beginning is kept."""

    size: int
    """Bytes of the whole body."""
    sha256: str
    """The hash of the whole body, in hexadecimal."""
    value: Any = None
    """The members of its JSON value that are still needed; None if there are none."""


@dataclass(frozen=True)
class Response:
    """A complete response."""

    status: int
    headers: Headers
    body: bytes
    reason: str = ""
    http_version: str = "1.1"
    abridged: Abridged | None = None
    """None if the body is whole."""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None if it is absent."""
        return _first(self.headers, name)

    def values(self, name: str) -> list[str]:
        """Return every value of a header, in wire order."""
        wanted, length = name.lower(), len(name)
        return [value for key, value in self.headers if len(key) == length and key.lower() == wanted]

    @property
    def value(self) -> Any:
        """The JSON value of the body, shared by many checks: do not modify it.

        Raises StrictJsonError if the body is not strict JSON, or nothing is kept of its value.
        """
        if self.abridged is None:
            return (_short_value if len(self.body) <= _SHORT else _last_value)(self.body)
        if self.abridged.value is None:
            raise StrictJsonError("only its beginning is kept")
        return self.abridged.value


_short_value = lru_cache(maxsize=256)(parse)
"""Returns the JSON value of a short body, which servers repeat."""
_last_value = lru_cache(maxsize=1)(parse)
"""Returns the JSON value of a long body. It may take many times its memory, so only the last is kept."""


class FaultKind(StrEnum):
    """Why a response is missing or invalid."""

    UNREACHABLE = "unreachable"
    """No connection could be opened, so no request was sent."""
    REFUSED = "refused"
    """The address itself refused the connection, so nothing listens there, and no request was sent."""
    TIMEOUT = "timeout"
    """No complete response within the target's `timeout`."""
    DROPPED = "dropped"
    """The connection ended before a status line."""
    NO_STATUS = "no-status"
    """What arrived does not begin with a status line (RFC 9112, 4)."""
    BAD_HEAD = "bad-head"
    """The header section breaks RFC 9112, 5."""
    TRUNCATED = "truncated"
    """The connection ended inside the body."""
    OVERSIZED = "oversized"
    """The answer does not end within the bytes that are read of it."""
    SURPLUS = "surplus"
    """Bytes follow the end announced by the framing headers."""


NOT_SENT = (FaultKind.UNREACHABLE, FaultKind.REFUSED)
"""Faults of requests that were not sent."""


@dataclass(frozen=True)
class TransportFault:
    """A transport fault, with any bytes received that do not form a response."""

    kind: FaultKind
    detail: str
    received: bytes = b""


class Context(StrEnum):
    """What else must be sent again to repeat an exchange as it was."""

    CONNECTION_AND_TIME = "connection and time"
    """What its connection carried before, and what overlapped in time."""
    CONNECTION = "connection"
    """What its connection carried before; others overlapped only to save time."""
    NONE = "none"
    """Nothing: the connection was kept, and others overlapped, only to save time."""


@dataclass(frozen=True)
class Exchange:
    """A request with its response, or the fault instead; one that is too short or too long has both."""

    request: Request
    response: Response | None
    fault: TransportFault | None
    started: float
    """Seconds since the epoch."""
    elapsed: float
    """Seconds from the first byte sent to the last byte read."""
    connection: int = 0
    """The connection that carried it, counted from 1; exchanges with equal numbers shared one."""
    number: int = field(default=0, compare=False)
    """Its place in the run, counted from 1."""
    context: Context = field(default=Context.CONNECTION_AND_TIME, compare=False)
    """What must be sent again to repeat it."""

    def overlaps(self, other: Exchange) -> bool:
        """Return whether both were under way at the same time."""
        return self.started < other.started + other.elapsed and other.started < self.started + self.elapsed

    def ended_before(self, other: Exchange) -> bool:
        """Return whether this one was over before the other began."""
        return self.started + self.elapsed <= other.started

    @property
    def status(self) -> int | None:
        """The status of a complete response, else None."""
        return self.response.status if self.response else None

    @property
    def json_object(self) -> dict[str, Any] | None:
        """The JSON object in the body of the response, or None if there is none that can be read."""
        try:
            return as_object(self.response.value) if self.response else None
        except StrictJsonError:
            return None


def _first(headers: Headers, name: str) -> str | None:
    wanted, length = name.lower(), len(name)
    for key, value in headers:
        if len(key) == length and key.lower() == wanted:
            return value
    return None
