"""Mutants that end on a request, for good or until a supervisor restarts them (HTTP-1, HTTP-3, HTTP-6)."""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING

from ...framework.mutant import OUTSIDE, breaks, malformed
from ...framework.shots import BASE, document, parameters
from ...service.server import Server

if TYPE_CHECKING:
    from ...service.wire import Request, Response
    from ...service.world import Policy, Resource


class _Ending(Server):
    """Ends on some requests, after it has answered them."""

    back_after: float | None = None
    """Seconds until it is started again; None for never."""

    def is_fatal(self, request: Request, response: Response) -> bool:
        """Return whether the server ends after this response."""
        raise NotImplementedError

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        if self.is_fatal(request, response):
            self.end(self.back_after)
            response.close = True
        return response


class _EndingSilently(_Ending):
    """Ends on some requests without a response."""

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        if response.close:
            raise ConnectionAbortedError
        return response


def _is_half(request: Request) -> bool:
    return request.method == "POST" and not request.oversize and malformed(request.body)


_HALF = (BASE.but(body=b"{"), BASE)


@breaks("HTTP-6", shows=_HALF)
class EndsAfterMalformedJson(_Ending):
    """A body that is not JSON is refused, and ends the server for good."""

    def is_fatal(self, request: Request, response: Response) -> bool:
        return _is_half(request) and response.status == 400


@breaks("HTTP-6", shows=_HALF)
class EndsAfterMalformedJsonAndReturns(EndsAfterMalformedJson):
    """A body that is not JSON is refused, and ends the server until it is started again."""

    back_after = 0.3


@breaks("HTTP-6", shows=(BASE.but(token="x"), BASE))
class EndsAfterABadToken(_Ending):
    """A call with an unknown token is refused, and ends the server for good."""

    def is_fatal(self, request: Request, response: Response) -> bool:
        return response.status == 401 and bool(request.header("x-auth-token"))


@breaks("HTTP-3", shows=_HALF)
class EndsOnMalformedJson(_EndingSilently):
    """A body that is not JSON ends the server for good, and is not answered."""

    def is_fatal(self, request: Request, response: Response) -> bool:
        return _is_half(request)


@breaks("HTTP-3", shows=_HALF)
class EndsOnMalformedJsonAndReturns(EndsOnMalformedJson):
    """A body that is not JSON ends the server until it is started again, and is not answered."""

    back_after = 0.3


@breaks("HTTP-3", shows=(parameters({"resources": [OUTSIDE]}), BASE))
class EndsAfterAnOutsideResource(_Ending):
    """A resource outside the policy is accepted, and ends the server for good, as its worker looks for it."""

    accepted_outside = False

    def outside_resource(self, policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
        self.accepted_outside = True
        return policy.resources[:1]

    def is_fatal(self, request: Request, response: Response) -> bool:
        return response.status == 200 and self.accepted_outside


@breaks("HTTP-1", shows=parameters({"auto_trigger": True}), also={"REQ-3": "no automatic call is answered"})
class EndsOnAnAutomaticCall(_EndingSilently):
    """An automatic call ends the server for good, and is not answered."""

    def is_fatal(self, request: Request, response: Response) -> bool:
        return response.status == 200 and b'"auto_trigger": true' in request.body


@breaks("HTTP-3", shows=(BASE.but(body=document(OUTSIDE)), BASE))
class EndsOnAnUnknownPolicyAndReturns(_EndingSilently):
    """An unknown policy ends the server until it is started again, and is not answered."""

    back_after = 0.3

    def is_fatal(self, request: Request, response: Response) -> bool:
        return response.status == 404 and b"CSBS.3000" in response.body
