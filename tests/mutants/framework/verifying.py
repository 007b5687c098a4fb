"""Verify a server with the whole suite: in process if that shows everything, else over a socket."""

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
    """Return the result of `use(members, transport, clock)`, in process if possible, else over a socket.

    `members` are those of the server's target file; without a transport, the target's own is used.
    """
    try:
        return in_process(behaviour, use)
    except NeedsASocket:
        return over_a_socket(behaviour, use)


def in_process(behaviour: type[Server], use: Callable[..., Result]) -> Result:
    """Call `use` without a socket, on a virtual clock; raise NeedsASocket if the server needs one."""
    transport = InProcess(behaviour)
    try:
        return use(transport.target, transport, transport.clock)
    finally:
        if transport.needs_a_socket:
            raise NeedsASocket(transport.needs_a_socket)


def over_a_socket(behaviour: type[Server], use: Callable[..., Result]) -> Result:
    """Call `use` with the server listening on a port of its own."""
    with running(behaviour) as members:
        return use(members, None, SYSTEM_CLOCK)


def verify(behaviour: type[Server], carrier: Any = with_server, **members: Any) -> RunRecord:
    """Return the run against a new server of this class; `members` override those of its target file.

    Raises ConfigurationError like `run`.
    """

    def use(given: dict[str, Any], transport: InProcess | None, clock: Clock) -> RunRecord:
        return run(Target.from_table(given | members), transport=transport, clock=clock)

    return carrier(behaviour, use)
