"""The interface of a transport: connections that carry one request after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, Self

from checkpoint_conformance.transport.exchange import Exchange, Request

__all__ = ["Connection", "Transport"]


class Connection(Protocol):
    """A connection to the server, opened at the first exchange. A context manager that closes it on exit."""

    @property
    def number(self) -> int:
        """Its number among the connections of its transport, counted from 1."""
        ...

    @property
    def requests(self) -> Sequence[Request]:
        """The requests that it has carried so far."""
        ...

    @property
    def used(self) -> bool:
        """Whether it has carried a request."""
        ...

    @property
    def reusable(self) -> bool:
        """Whether both sides have left it open for another exchange, as far as can be told."""
        ...

    def hold_last_byte(self, wait: Callable[[], None]) -> None:
        """Call `wait` before the last byte of the next request, so that many can be completed at once."""
        ...

    def exchange(self, request: Request) -> Exchange:
        """Send the request and read its response; failures are part of the result, and never raised."""
        ...

    def stays_open(self, seconds: float) -> bool:
        """Return whether it is still reusable after the given number of seconds without a request."""
        ...

    def close(self) -> None:
        """Close the connection for good."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Transport(Protocol):
    """Creates connections to a server."""

    @property
    def parallel(self) -> bool:
        """Whether exchanges on several connections may overlap in time."""
        ...

    def connect(self) -> Connection:
        """Return a new connection that is not open yet. May be called from any thread."""
        ...

    def host_answers(self) -> bool:
        """Return whether the server's host still accepts another connection by the same route."""
        ...

    def speaks_tls(self) -> bool:
        """Return whether the port of an http:// URL completes a TLS handshake."""
        ...
