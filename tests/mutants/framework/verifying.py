"""Verify a server by the whole suite: in process where that shows everything, else over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_conformance.run.runner import run
from checkpoint_conformance.target.target import Target

from ..service.server import running
from .in_process import InProcess, NeedsASocket

if TYPE_CHECKING:
    from checkpoint_conformance.run.runner import Run

    from ..service.server import Server

__all__ = ["verify", "verify_in_process", "verify_over_a_socket"]


def verify(behaviour: type[Server], **members: Any) -> tuple[Run, bool]:
    """Return the run against a new server of that class, and whether it needed no socket.

    `members` replace those of the server's target file. Raises ConfigurationError as `run` does.
    """
    try:
        return verify_in_process(behaviour, **members), True
    except NeedsASocket:
        return verify_over_a_socket(behaviour, **members), False


def verify_in_process(behaviour: type[Server], **members: Any) -> Run:
    """Return the run without a socket, on a virtual clock. Raises NeedsASocket where that does not do."""
    transport = InProcess(behaviour)
    try:
        target = Target.from_table(transport.target | members)
        return run(target, transport=transport, clock=transport.clock)
    finally:
        if transport.needs_a_socket:
            raise NeedsASocket(transport.needs_a_socket)


def verify_over_a_socket(behaviour: type[Server], **members: Any) -> Run:
    """Return the run against the server on a port of its own."""
    with running(behaviour) as given:
        return run(Target.from_table(given | members))
