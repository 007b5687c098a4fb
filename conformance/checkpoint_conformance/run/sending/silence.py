"""Requests that time out: after how many of them a server counts as gone."""

from __future__ import annotations

from threading import Lock

from checkpoint_conformance.transport.exchange import Exchange, FaultKind

__all__ = ["Silence"]

_MOST_IN_A_ROW = 3
"""Timeouts in a row after which a server is gone."""
_MOST = 8
"""Timeouts that are endured in all, as long as the server answers something in between."""


class Silence:
    """Counts the timeouts of one run. May be used from any thread."""

    def __init__(self, timeout: float) -> None:
        """Take the seconds after which a request times out."""
        self._timeout = timeout
        self._total = 0
        self._in_a_row = 0
        self._last: Exchange | None = None
        self._lock = Lock()

    def after(self, exchange: Exchange) -> str:
        """Return why the server is gone after this exchange, or nothing as long as it answers.

        Timeouts of simultaneous requests count as one.
        """
        with self._lock:
            last = self._last
            if not _timed_out(exchange):
                self._in_a_row = 0
            elif last is None or exchange.started > last.started + last.elapsed / 2:
                self._in_a_row += 1
                self._last = exchange
            if self._in_a_row < _MOST_IN_A_ROW:
                return ""
        return f"{_MOST_IN_A_ROW} requests in a row got no response within {self._timeout:g} s"

    def exceeds(self, exchange: Exchange) -> str:
        """Count an exchange that may have timed out; return why the server is gone, or nothing."""
        with self._lock:
            self._total += _timed_out(exchange)
            if self._total <= _MOST:
                return ""
        return f"{self._total} requests got no response within {self._timeout:g} s"


def _timed_out(exchange: Exchange) -> bool:
    return exchange.fault is not None and exchange.fault.kind is FaultKind.TIMEOUT
