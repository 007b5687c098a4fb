"""Check that a mutant misbehaves, by comparing its responses with the conforming server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checkpoint_conformance.transport.exchange import Request

from ..service.clock import ForwardedClock
from ..service.server import Server, running
from .in_process import InProcess, NeedsASocket
from .shots import responses, transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from .mutant import Mutant
    from .shots import Shot

__all__ = ["differs"]


_KNOBS = ("protect_seconds", "conflict", "hold", "prefix")
_right: dict[str, list[str]] = {}
"""The conforming server's responses, which many mutants are compared with."""
_TRIES = 20
"""Tries to see a fault: one that depends on time need not show at once, least of all on a busy machine."""


def differs(mutant: Mutant) -> bool:
    """Return whether `mutant` and the conforming server respond differently to the requests in `shows`.

    Both are called in process, or over a socket if the mutant or its requests need one.
    """
    try:
        return _differs(mutant, _in_process)
    except NeedsASocket:
        return _differs(mutant, _over_a_socket)


def _differs(mutant: Mutant, answers: Callable[[type[Server], Mutant], list[str]]) -> bool:
    knobs = {name: getattr(mutant.behaviour, name) for name in _KNOBS}
    key = repr((answers, mutant.shows, knobs, _timeout(mutant)))
    if key not in _right:
        _right[key] = answers(type("Conforming", (Server,), knobs), mutant)
    return any(answers(mutant.behaviour, mutant) != _right[key] for _ in range(_TRIES))


def _timeout(mutant: Mutant) -> float:
    return 0.3 if mutant.behaviour.timeout < Server.timeout else 5.0


def _in_process(behaviour: type[Server], mutant: Mutant) -> list[str]:
    transport = InProcess(behaviour)
    clock = transport.clock
    return responses(_InProcessClient(transport), mutant.shows, clock.sleep, clock.time)


def _over_a_socket(behaviour: type[Server], mutant: Mutant) -> list[str]:
    clock, timeout = ForwardedClock(), _timeout(mutant)
    with running(behaviour, timeout, clock) as target:
        return transcript(target["url"], mutant.shows, timeout, clock.forward)


class _InProcessClient:
    """Calls a server without a socket; raises NeedsASocket for what only a socket shows."""

    def __init__(self, transport: InProcess) -> None:
        self._transport = transport
        self._connection = transport.connect()

    def send(self, shot: Shot) -> str:
        """Return the server's response, or how it failed to respond."""
        if any(name.lower() in ("transfer-encoding", "expect") for name, _ in shot.headers):
            raise NeedsASocket("the request needs bytes of its own")
        if shot.fresh or not self._connection.reusable:
            self._connection = self._transport.connect()
        exchange = self._connection.exchange(_request(shot))
        if exchange.response is None:
            return f"<{exchange.fault}>"
        response = exchange.response
        head = "".join(f"{name}: {value}\n" for name, value in response.headers)
        body = response.body.decode("utf-8", "backslashreplace")
        return f"HTTP/1.1 {response.status} {response.reason}\n{head}\n\n{body}"

    def send_at_once(self, shot: Shot) -> list[str]:
        """Raise NeedsASocket: calls that overlap need threads and connections of their own."""
        raise NeedsASocket(f"{shot.copies} calls at once")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _request(shot: Shot) -> Request:
    """Return a request as the suite's client would send it."""
    fields = [("X-Auth-Token", shot.token), ("Content-Type", shot.content_type), *shot.headers]
    headers = tuple((name, value.encode().decode("latin-1")) for name, value in fields if value is not None)
    body = b"" if shot.method in ("GET", "HEAD") else shot.octets
    return Request(shot.method, shot.path or shot.collection, headers, body)
