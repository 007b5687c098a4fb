"""Asks a server something, even one that is asked too often."""

from __future__ import annotations

from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request

__all__ = ["ask"]

_TOO_MANY_REQUESTS = 429


def ask(session: Session, request: Request) -> Exchange:
    """Send a request, again within patience if there were too many before it (429); return the last exchange.

    Raises ServerGone if the server stops answering.
    """
    exchange = session.client.transmit(request)
    return session.client.persist(exchange) if exchange.status == _TOO_MANY_REQUESTS else exchange
