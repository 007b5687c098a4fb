"""`--scenarios`: errors on demand, for testing clients.

A request with the header `X-Scenario: 503 APIGW.0106` gets that response and has no effect;
`admin scenario` sets the response to a project's next calls. Any pair from `errors.yaml` is allowed.
Scenarios have a table of their own: the service's store is not involved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from checkpoint_openapi.load import Condition, errors

from checkpoint_handlers.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from checkpoint_handlers.middleware.dispatch import Request
    from checkpoint_handlers.store import Caller

__all__ = ["ScenarioHeader", "Scenarios", "refusal_of", "staged"]

_HEADER = b"x-scenario"


class Scenarios(Protocol):
    """The operator's scenarios for upcoming calls, shared by all processes of a service.

    Every method may raise `StoreUnavailableError`.
    """

    async def add(self, project_id: str, status: int, code: str) -> None:
        """Set this response for one more of the project's upcoming calls."""
        ...

    async def take(self, project_id: str) -> tuple[int, str] | None:
        """Return and delete the status and code set for the project's next call, None if there are none."""
        ...

    async def close(self) -> None:
        """Close the database connections."""
        ...


def refusal_of(status: int, code: str) -> Refusal:
    """Return the refusal of a documented status and code; raise `ValueError` for any other pair."""
    catalogue = errors()
    for condition in catalogue.conditions.values():
        if (condition.status, condition.code) == (status, code):
            return Refusal(condition)
    if (status, code) not in catalogue.published:
        raise ValueError(
            f"{status} {code} is not a pair in errors.yaml, such as 500 CSBS.1001 or 503 APIGW.0106"
        )
    asked = "A scenario was requested."
    return Refusal(Condition(f"scenario-{status}-{code}", status, code, asked, asked, "P", ()))


class ScenarioHeader:
    """Middleware that gives a request with the header the response it asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it as its header asks."""
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
    """Return a handler that first applies any scenario set for the project's next call."""

    async def answer(caller: Caller, request: Request) -> dict[str, Any]:
        wanted = await scenarios.take(caller.project.id)
        if wanted is not None:
            raise refusal_of(*wanted)
        return await handler(caller, request)

    return answer
