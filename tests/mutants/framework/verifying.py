"""Verify a server by the whole suite: in process where that shows everything, else over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from checkpoint_conformance.run.runner import run
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK

from ..service.server import running
from .in_process import InProcess, NeedsASocket

if TYPE_CHECKING:
    from collections.abc import Callable

    from checkpoint_conformance.run.record import RunRecord
    from checkpoint_conformance.transport.clock import Clock

    from ..service.server import Server

__all__ = ["in_process", "over_a_socket", "verify", "with_server"]

Result = TypeVar("Result")


def with_server(behaviour: type[Server], use: Callable[..., Result]) -> Result:
    """Return what `use(members, transport, clock)` returns, in process if that does, else over a socket.

    `members` are those of the server's target file; no transport means that of the target.
    """
    try:
        return in_process(behaviour, use)
    except NeedsASocket:
        return over_a_socket(behaviour, use)


def in_process(behaviour: type[Server], use: Callable[..., Result]) -> Result:
    """Do it without a socket, on a virtual clock. Raises NeedsASocket where that does not do."""
    transport = InProcess(behaviour)
    try:
        return use(transport.target, transport, transport.clock)
    finally:
        if transport.needs_a_socket:
            raise NeedsASocket(transport.needs_a_socket)


def over_a_socket(behaviour: type[Server], use: Callable[..., Result]) -> Result:
    """Do it with the server on a port of its own."""
    with running(behaviour) as members:
        return use(members, None, SYSTEM_CLOCK)


def verify(behaviour: type[Server], carrier: Any = with_server, **members: Any) -> RunRecord:
    """Return the run against a new server of that class; `members` replace those of its target file.

    Raises ConfigurationError as `run` does.
    """

    def use(given: dict[str, Any], transport: InProcess | None, clock: Clock) -> RunRecord:
        return run(Target.from_table(given | members), transport=transport, clock=clock)

    return carrier(behaviour, use)
