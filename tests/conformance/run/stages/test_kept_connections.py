"""A request that is lost on a kept connection is told from a connection that was closed in time."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.run.session import open_session
from checkpoint_conformance.run.stages.kept_connections import LOST, after_an_accepted_call, lost_requests
from checkpoint_conformance.run.stages.recovery import recovery
from checkpoint_conformance.run.stages.smoke import smoke
from mutants.service.server import Server, running

from conformance.runs import Exhausted, target_of

if TYPE_CHECKING:
    from mutants.service.wire import Request, Response
    from mutants.service.world import Checkpoint


class _OneCall(Server):
    """Drops every call that is not the first to be accepted on its connection."""

    def created(self, checkpoint: Checkpoint) -> Any:
        if checkpoint.call.request.connection.accepted:
            raise ConnectionAbortedError
        return super().created(checkpoint)


class _Impatient(Server):
    """Closes a connection a while after each answer, which nothing announces."""

    after = 0.0

    def send(self, request: Request, response: Response) -> None:
        super().send(request, response)
        threading.Timer(self.after, self._end, [request.connection.socket]).start()

    def _end(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the client was faster
            connection.shutdown(socket.SHUT_RDWR)


class _MoreImpatient(_Impatient):
    """Closes while the next request is on its way, as often as not."""

    after = 0.001


def _findings(behaviour: type[Server]) -> list[tuple[str, str, bool]]:
    with running(behaviour) as table:
        session = open_session(target_of(table, patience=0.2))
        smoke(session)
        recovery(session)
        after_an_accepted_call(session, authentication(session.calls, session.secrets))
        lost_requests(session)
    return [(each.requirement, each.probe, each.confirmed) for each in session.ledger.findings]


@pytest.mark.parametrize("behaviour", [Exhausted, _OneCall])
def test_a_request_that_ends_its_connection_is_lost(behaviour: type[Server]) -> None:
    """It was open after a pause, and ended with the request, each time: HTTP-3."""
    assert _findings(behaviour) == [("HTTP-3", LOST.id, True)]


@pytest.mark.parametrize("behaviour", [Server, _Impatient, _MoreImpatient])
def test_a_server_may_close_between_requests(behaviour: type[Server]) -> None:
    """Whatever was lost to that is sent again, and nobody is blamed."""
    assert _findings(behaviour) == []
