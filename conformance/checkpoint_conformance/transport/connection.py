"""What the suite needs of a transport: connections that carry one request after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

from checkpoint_conformance.transport.exchange import Exchange, Request

__all__ = ["Connection", "Transport"]


class Connection(Protocol):
    """A connection to the server, opened at the first exchange. A context manager, which closes it."""

    @property
    def number(self) -> int:
        """Its number among the connections of its transport, counted from 1."""
        ...

    @property
    def requests(self) -> Sequence[Request]:
        """What it has carried so far."""
        ...

    @property
    def used(self) -> bool:
        """Whether it has carried a request."""
        ...

    @property
    def reusable(self) -> bool:
        """Whether both sides left it open for another exchange, as far as can be seen by now."""
        ...

    def exchange(self, request: Request) -> Exchange:
        """Send the request and read its answer; whatever goes wrong is in the result, nothing is raised."""
        ...

    def stays_open(self, seconds: float) -> bool:
        """Whether it is still reusable after so many seconds without a request."""
        ...

    def close(self) -> None:
        """Close the connection; a closed one stays closed."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Transport(Protocol):
    """The way to a server."""

    def connect(self) -> Connection:
        """Return a new connection that is not open yet. May be called from any thread."""
        ...
