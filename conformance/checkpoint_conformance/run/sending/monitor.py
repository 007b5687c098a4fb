"""Notices in the middle of a run that a token has expired, that a gateway has lost its server, or a limit."""

from __future__ import annotations

from threading import Lock

from checkpoint_conformance.checks.http_layer import answered_by_gateway
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import Recorder
from checkpoint_conformance.run.sending.client import Client, NotServed, TokenRefused
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import is_lost_behind_gateway

__all__ = ["Monitor"]

_TIMES = 5
"""Refusals in a row for the token: a server that refuses it at random rarely does so that often."""
_MOST_CALLS = 3
"""Valid calls that are spent on the question whether the token is still accepted: each is a backup."""
_LIMIT = 429


class Monitor:
    """Looks at every exchange of a run, and asks again if it may mean that no call is served any more.

    It also judges what the stages only wait for.
    """

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
        """Judge a limit (429), and raise NotServed if a gateway responds instead of the server.

        Raises TokenRefused if every call gets 401.
        """
        if exchange.status == _LIMIT and not self._resting:
            self._judge_form(exchange)
        if self._resting or not self._recorder.accepted or not self._asking.acquire(blocking=False):
            return
        try:
            if exchange.status == 401 and self._carries_token(exchange):
                self._ask_for_token(exchange)
            elif is_lost_behind_gateway(exchange):
                self.ask_for_server(exchange)
        finally:
            self._asking.release()

    def _judge_form(self, exchange: Exchange) -> None:
        """Judge the body of a response that a run else only waits to be over: HTTP-2, HTTP-5 and ERR-1."""
        probe = Probe("HTTP-2/limit", "HTTP-2", "any request beyond a limit", exchange.request)
        judgement = self._recorder.judge(probe, exchange)
        judgement.undecided = None
        self._recorder.record(probe.requirement, judgement)

    def _carries_token(self, exchange: Exchange) -> bool:
        return exchange.request.header("X-Auth-Token") == self._calls.target.token

    def _ask_for_token(self, exchange: Exchange) -> None:
        """Send what no server refuses for its token: bodies that are no JSON, then a valid call."""
        if self._valid_calls >= _MOST_CALLS:
            return
        try:
            if any(self._client.transmit(self._calls.post(b"{")).status != 401 for _ in range(_TIMES)):
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

    def ask_for_server(self, exchange: Exchange) -> None:
        """Raise NotServed if a gateway answers a harmless request, too, until patience runs out."""
        if answered_by_gateway(self.harmless()):
            raise NotServed(
                f"since exchange {exchange.number} a gateway returns {exchange.status} instead of the server"
            )

    def harmless(self) -> Exchange:
        """Send a harmless request until no gateway answers it, or patience runs out; return the exchange."""
        backoff = Backoff(self._client.clock, self._calls.target.patience, 0.25, 5.0)
        while True:
            exchange = self._client.transmit(self._calls.harmless())
            if not answered_by_gateway(exchange) or not backoff.wait():
                return exchange
