"""A network that loses requests and responses at random, in front of a server without a port."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any

from checkpoint_conformance.transport.exchange import FaultKind, TransportFault

from .in_process import InProcess

if TYPE_CHECKING:
    from checkpoint_conformance.transport.exchange import Request, Response

    from ..service.server import Server

__all__ = ["LossyNetwork"]

_LOSSES = {
    FaultKind.DROPPED: "the connection was closed without a response",
    FaultKind.TIMEOUT: "no complete response in time",
    FaultKind.TRUNCATED: "the connection broke: Connection reset by peer",
    FaultKind.NO_STATUS: "illegal status line",
}


class LossyNetwork(InProcess):
    """Loses a share of the requests before, and of the responses after, the server has handled them."""

    def __init__(self, behaviour: type[Server], seed: int, share: float) -> None:
        super().__init__(behaviour)
        self._random = random.Random(seed)
        self._drawing = threading.Lock()
        self._share = share
        self.lost = 0
        """How many requests or responses were lost."""

    @property
    def target(self) -> dict[str, Any]:
        """The members of a target file that tells of the network."""
        return super().target | {"network": "unreliable"}

    def _answer(self, connection: Any, sent: Request) -> Response | TransportFault:
        with self._drawing:
            loses, after = self._random.random() < self._share, self._random.random() < 0.5
            kind = self._random.choice(list(_LOSSES))
        if not loses or after:
            answer = super()._answer(connection, sent)
        if not loses:
            return answer
        self.lost += 1
        received = b"HTTP/1.1 2" if kind is FaultKind.NO_STATUS else b""
        return TransportFault(kind, _LOSSES[kind], received)

    def _dropped(self) -> TransportFault:
        """Return the fault: a drop looks like any other loss."""
        return TransportFault(FaultKind.DROPPED, _LOSSES[FaultKind.DROPPED])
