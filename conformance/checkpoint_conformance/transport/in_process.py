"""A transport without a network: a function answers each request, in the sending thread."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Self

from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock
from checkpoint_conformance.transport.exchange import Exchange, FaultKind, Request, Response, TransportFault

__all__ = ["InProcessConnection", "InProcessTransport", "Respond"]

Respond = Callable[[Request], Response | TransportFault]
"""Returns the response to a request, or the fault instead of one. Called from any thread."""


class InProcessTransport:
    """Connections to a function; only the clock measures time, so a slow function is never interrupted."""

    parallel = False
    """One request is answered after another, in the order in which they are sent."""

    def __init__(self, respond: Respond, timeout: float = float("inf"), clock: Clock = SYSTEM_CLOCK) -> None:
        """Take the function, and the timeout in seconds of the clock."""
        self._respond = respond
        self._timeout = timeout
        self._clock = clock
        self._numbers = count(1)

    def connect(self) -> InProcessConnection:
        """Return a new connection."""
        return InProcessConnection(next(self._numbers), self._respond, self._timeout, self._clock)

    def host_answers(self) -> bool:
        """Return True: no route leads to the function that could fail."""
        return True

    def speaks_tls(self) -> bool:
        """Return False: there is no port."""
        return False


class InProcessConnection:
    """A connection that is reusable if the responses on it allow that (RFC 9112, 9.3)."""

    def __init__(self, number: int, respond: Respond, timeout: float, clock: Clock) -> None:
        """Take the arguments of its transport, and its number there."""
        self.number = number
        self.requests: list[Request] = []
        """The requests that it has carried so far."""
        self._respond = respond
        self._timeout = timeout
        self._clock = clock
        self._open = False
        self._wait: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def used(self) -> bool:
        """Whether it has carried a request."""
        return bool(self.requests)

    @property
    def reusable(self) -> bool:
        """Whether the last response was complete, and did not close the connection."""
        return self._open

    def hold_last_byte(self, wait: Callable[[], None]) -> None:
        """Call `wait` before the next request is answered."""
        self._wait = wait

    def exchange(self, request: Request) -> Exchange:
        """Answer the request with the function."""
        wait, self._wait = self._wait, None
        if wait:
            wait()
        started, began = self._clock.time(), self._clock.monotonic()
        answer = self._respond(request)
        elapsed = self._clock.monotonic() - began
        if elapsed > self._timeout:
            elapsed = self._timeout
            answer = TransportFault(FaultKind.TIMEOUT, f"no complete response within {self._timeout:g} s")
        self.requests.append(request)
        response = answer if isinstance(answer, Response) else None
        fault = answer if isinstance(answer, TransportFault) else None
        self._open = response is not None and _persists(response)
        return Exchange(request, response, fault, started, elapsed, self.number)

    def stays_open(self, seconds: float) -> bool:
        """Let the given number of seconds pass, and return whether the connection is reusable."""
        self._clock.sleep(seconds)
        return self.reusable

    def close(self) -> None:
        """Close the connection."""
        self._open = False


def _persists(response: Response) -> bool:
    options = {option.strip().lower() for line in response.values("Connection") for option in line.split(",")}
    return response.http_version == "1.1" and "close" not in options
