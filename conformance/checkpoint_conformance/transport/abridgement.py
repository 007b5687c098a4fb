"""Abridged exchanges: what a run keeps of a long response once it has been judged."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, overload

from checkpoint_conformance.transport.exchange import Abridged, Exchange, Headers

__all__ = [
    "EVIDENCE_LIMIT",
    "EVIDENCE_TOTAL",
    "KEPT_LIMIT",
    "MOST_FIELDS",
    "PACKED_TOTAL",
    "PAGE_KEPT",
    "Evidence",
    "Packed",
    "WholeExchanges",
    "abridged",
]

KEPT_LIMIT = 1 << 11
"""The most bytes that are kept of the header fields, and of the body, of any response."""
PAGE_KEPT = 1 << 8
"""The most bytes that are kept of a page of a list that has more than KEPT_LIMIT."""
EVIDENCE_LIMIT = 1 << 16
"""The most bytes that are kept of the body if a finding shows the response."""
EVIDENCE_TOTAL = 1 << 20
"""The most bytes beyond KEPT_LIMIT that are kept of all findings together."""
PACKED_TOTAL = 1 << 22
"""The most bytes that are kept of all long responses together, compressed."""
MOST_FIELDS = 64
"""The most header fields that are kept of a response: each takes many times its bytes."""


def abridged(exchange: Exchange, limit: int = KEPT_LIMIT, value: Any = None) -> Exchange:
    """Return the exchange with at most `limit` bytes of the body and of other bytes, and few header fields.

    A response of more then has the size and the hash of its whole body, and the `value` that is still needed.
    """
    response, fault = exchange.response, exchange.fault
    if fault and len(fault.received) > limit:
        exchange = replace(exchange, fault=replace(fault, received=fault.received[:limit]))
    if response is None:
        return exchange
    headers = _beginning(response.headers, KEPT_LIMIT)
    if len(response.body) > limit:
        known = response.abridged or Abridged(
            len(response.body), hashlib.sha256(response.body).hexdigest(), value
        )
        response = replace(response, headers=headers, body=response.body[:limit], abridged=known)
    elif headers is not response.headers:
        response = replace(response, headers=headers)
    return exchange if response is exchange.response else replace(exchange, response=response)


def _beginning(headers: Headers, limit: int) -> Headers:
    """Return the first header fields, up to `limit` bytes and MOST_FIELDS."""
    kept: list[tuple[str, str]] = []
    for name, value in headers[:MOST_FIELDS]:
        limit -= len(name) + len(value) + 4
        if limit < 0:
            break
        kept.append((name, value))
    return headers if len(kept) == len(headers) else tuple(kept)


@dataclass
class Evidence:
    """The exchanges that findings show, by number: whole ones, as far as the memory of a run allows."""

    exchanges: dict[int, Exchange] = field(default_factory=dict[int, Exchange])
    _left: int = EVIDENCE_TOTAL
    _lock: Lock = field(default_factory=Lock)

    def keep(self, exchange: Exchange) -> Exchange:
        """Keep an exchange, and return what was kept; the same for the same number."""
        with self._lock:
            if exchange.number in self.exchanges:
                return self.exchanges[exchange.number]
            kept = abridged(exchange, EVIDENCE_LIMIT)
            beyond = _size(kept) - _size(abridged(exchange))
            if beyond > self._left:
                kept = abridged(exchange)
            else:
                self._left -= beyond
            if exchange.number:
                self.exchanges[exchange.number] = kept
            return kept


@dataclass
class Packed:
    """The long responses of a run, by number: whole, but compressed, as far as the memory of a run allows."""

    _responses: dict[int, tuple[Headers, bytes]] = field(default_factory=dict[int, tuple[Headers, bytes]])
    _missing: set[int] = field(default_factory=set[int])
    _left: int = PACKED_TOTAL
    _lock: Lock = field(default_factory=Lock)

    def keep(self, whole: Exchange, kept: Exchange) -> None:
        """Keep what the response of a whole exchange has beyond the abridged one, which has its number."""
        if whole.response is None or kept.response is None:
            return
        headers = whole.response.headers
        if not kept.response.abridged and headers == kept.response.headers:
            return
        body = zlib.compress(whole.response.body, 1)
        with self._lock:
            self._left -= len(body) + sum(len(name) + len(value) for name, value in headers)
            if self._left < 0 or whole.response.abridged or len(headers) > MOST_FIELDS:
                self._missing.add(kept.number)
            else:
                self._responses[kept.number] = headers, body

    def has(self, kept: Exchange) -> bool:
        """Return whether the whole exchange is known, not only the abridged one."""
        return kept.number not in self._missing

    def whole(self, kept: Exchange) -> Exchange:
        """Return the whole exchange, if it is known."""
        if kept.response is None or kept.number not in self._responses:
            return kept
        headers, body = self._responses[kept.number]
        return replace(
            kept, response=replace(kept.response, headers=headers, body=zlib.decompress(body), abridged=None)
        )


@dataclass(frozen=True)
class WholeExchanges(Sequence[Exchange]):
    """Exchanges that become whole one at a time, when asked for: together they may take much memory."""

    packed: Packed
    kept: tuple[Exchange, ...]
    """The exchanges as a run keeps them, all of which `packed` has."""

    def __len__(self) -> int:
        """Return the number of exchanges."""
        return len(self.kept)

    @overload
    def __getitem__(self, place: int) -> Exchange: ...
    @overload
    def __getitem__(self, place: slice) -> WholeExchanges: ...
    def __getitem__(self, place: int | slice) -> Exchange | WholeExchanges:
        """Return an exchange, or some of them."""
        if isinstance(place, slice):
            return WholeExchanges(self.packed, self.kept[place])
        return self.packed.whole(self.kept[place])


def _size(exchange: Exchange) -> int:
    response, fault = exchange.response, exchange.fault
    size = len(fault.received) if fault else 0
    if response:
        size += len(response.body) + sum(len(name) + len(value) for name, value in response.headers)
    return size
