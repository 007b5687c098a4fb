"""`--scenarios`: errors to order, for those who write clients.

A request with the header `X-Scenario: 503 APIGW.0106` gets that answer and does nothing; `admin scenario`
says what a project's next calls are answered. Any pair of `errors.yaml` will do. The store of the service
knows nothing of this: the orders wait in a table of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from checkpoint_openapi.load import Condition, errors

from checkpoint_handlers.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from checkpoint_handlers.dispatch import Request
    from checkpoint_handlers.store import Caller

__all__ = ["ScenarioHeader", "Scenarios", "refusal_of", "staged"]

_HEADER = b"x-scenario"


class Scenarios(Protocol):
    """What the operator has ordered for coming calls, for all processes of a service together.

    Every method may raise `StoreUnavailableError`.
    """

    async def add(self, project_id: str, status: int, code: str) -> None:
        """Have one more of the project's coming calls answered so."""
        ...

    async def take(self, project_id: str) -> tuple[int, str] | None:
        """Return how the project's next call is to be answered, if it was said, and forget it."""
        ...

    async def close(self) -> None:
        """Let go of the database."""
        ...


def refusal_of(status: int, code: str) -> Refusal:
    """Return the refusal with a documented pair; raise `ValueError` for any other pair."""
    catalogue = errors()
    for condition in catalogue.conditions.values():
        if (condition.status, condition.code) == (status, code):
            return Refusal(condition)
    if (status, code) not in catalogue.published:
        raise ValueError(
            f"{status} {code} is no pair of errors.yaml, such as 500 CSBS.1001 or 503 APIGW.0106"
        )
    return Refusal(Condition(f"scenario-{status}-{code}", status, code, "A scenario was asked for.", "P", ()))


class ScenarioHeader:
    """The middleware that answers a request with the header as it asks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it as its header says."""
        wanted = dict(scope["headers"]).get(_HEADER) if scope["type"] == "http" else None
        if wanted is None:
            await self._app(scope, receive, send)
            return
        status, _, code = wanted.decode("latin-1").partition(" ")
        try:
            refusal = refusal_of(int(status), code.strip())
        except ValueError:
            raise Refusal(
                "invalid-request", "X-Scenario takes a status and a code of errors.yaml, as in 500 CSBS.1001."
            ) from None
        raise refusal


def staged(
    scenarios: Scenarios, handler: Callable[[Caller, Request], Awaitable[dict[str, Any]]]
) -> Callable[[Caller, Request], Awaitable[dict[str, Any]]]:
    """Return a handler that first looks what the operator has said of the project's next call."""

    async def answer(caller: Caller, request: Request) -> dict[str, Any]:
        wanted = await scenarios.take(caller.project.id)
        if wanted is not None:
            raise refusal_of(*wanted)
        return await handler(caller, request)

    return answer
