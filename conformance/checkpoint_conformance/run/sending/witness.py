"""Notices in the middle of a run that a token has expired, or that a gateway has lost its server."""

from __future__ import annotations

from threading import Lock

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import Recorder
from checkpoint_conformance.run.sending.client import Client, NotServed, TokenRefused
from checkpoint_conformance.transport.exchange import Exchange

__all__ = ["Witness"]

_MOST_CALLS = 3
"""Valid calls that are spent on the question whether the token is still accepted: each is a backup."""
_GATEWAY = frozenset({502, 503, 504})
"""What a gateway answers if its server does not (RFC 9110, 15.6)."""


class Witness:
    """Looks at every exchange of a run, and asks again if it may mean that no call is served any more."""

    def __init__(self, client: Client, recorder: Recorder, calls: Calls) -> None:
        """Ask with the client's requests, built by `calls`."""
        self._client = client
        self._recorder = recorder
        self._calls = calls
        self._asking = Lock()
        self._valid_calls = 0
        self._resting = False

    def rest(self) -> None:
        """Look no more, since nothing is judged any more."""
        self._resting = True

    def look(self, exchange: Exchange) -> None:
        """Raise NotServed if a gateway responds instead of the server.

        Raises TokenRefused if every call gets 401.
        """
        if self._resting or not self._recorder.accepted or not self._asking.acquire(blocking=False):
            return
        try:
            if exchange.status == 401 and self._carries_token(exchange):
                self._ask_for_token(exchange)
            elif exchange.status in (502, 504):
                self._ask_for_server(exchange)
        finally:
            self._asking.release()

    def _carries_token(self, exchange: Exchange) -> bool:
        return exchange.request.header("X-Auth-Token") == self._calls.target.token

    def _ask_for_token(self, exchange: Exchange) -> None:
        """Send what no server refuses for its token: a body that is no JSON, then a valid call."""
        if self._valid_calls >= _MOST_CALLS:
            return
        try:
            if self._client.transmit(self._calls.post(b"{")).status != 401:
                return
            self._valid_calls += 1
            if self._client.transmit(self._calls.call(self._calls.documented)).status != 401:
                return
        except BudgetSpent:
            return
        raise TokenRefused(
            f"since exchange {exchange.number} every call gets 401: the token may have expired, "
            "or the server locks it after refusing calls"
        )

    def _ask_for_server(self, exchange: Exchange) -> None:
        """Send a harmless request until the server itself answers it, or patience runs out."""
        backoff = Backoff(self._client.clock, self._calls.target.patience, 0.25, 5.0)
        while self._client.transmit(self._calls.request("GET", self._calls.path())).status in _GATEWAY:
            if not backoff.wait():
                raise NotServed(
                    f"since exchange {exchange.number} a gateway returns {exchange.status} "
                    "instead of the server"
                )
