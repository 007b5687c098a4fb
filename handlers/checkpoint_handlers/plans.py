"""Connexion's tables of routes, security and operations, joined at the start: a request is looked up once.

Connexion makes each of the tables from the documents. By itself it looks a request up in all three, in a
router inside a router and with a copy of the scope, which takes longer than all that is done with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from starlette.convertors import StringConvertor
from starlette.routing import Mount, Route, Router, compile_path

from checkpoint_handlers.framework import RoutingMiddleware
from checkpoint_handlers.incoming import Incoming

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from starlette.convertors import Convertor
    from starlette.types import Receive, Scope, Send

    from checkpoint_handlers.dispatch import Dispatcher, Operation
    from checkpoint_handlers.framework import RoutingOperation, SecurityMiddleware

__all__ = ["PlannedRouting"]


class _Plan(NamedTuple):
    """What is done with the requests of one operation."""

    path: re.Pattern[str]
    convertors: Mapping[str, Convertor[Any]]
    """Of the parameters of the path, those that are not text."""
    verify: Callable[[Incoming], Awaitable[None]]
    """Connexion's function for the security of the operation: puts the caller into the request's context."""
    operation: Operation


class PlannedRouting(RoutingMiddleware):
    """Connexion's routing, which carries out the plan of an operation at once.

    What no plan fits, an unknown path or another method, goes the way that Connexion gives it. The
    application behind it has to be Connexion's security, and behind that the dispatcher.
    """

    def __init__(self, app: SecurityMiddleware) -> None:
        super().__init__(app)
        self._security = app
        self._plans: dict[str, list[_Plan]] = {}
        """By method."""

    def add_api(self, specification: Any, **options: Any) -> None:
        """Add the routes of a document, without redirects to a path with or without a trailing slash."""
        super().add_api(specification, **options)
        self.router.redirect_slashes = False
        for _, router in self._mounted():
            router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; make the plans at the start, when all documents have been added."""
        if scope["type"] != "http":
            self._make_plans()
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        for plan in self._plans.get(scope["method"], ()):
            match = plan.path.match(path)
            if match is not None:
                break
        else:
            await super().__call__(scope, receive, send)
            return
        values = match.groupdict()
        for name, convertor in plan.convertors.items():
            values[name] = convertor.convert(values[name])
        request = Incoming(scope, receive)
        await plan.verify(request)
        await plan.operation(request, values, send)

    def _make_plans(self) -> None:
        dispatcher = cast("Dispatcher", self._security.app)
        added: dict[str, int] = {}
        for base_path, router in self._mounted():
            # Each middleware has the documents of a base path in the order in which they were added.
            position = added[base_path] = added.get(base_path, -1) + 1
            secured = self._security.apis[base_path][position].operations
            operations = dispatcher.apis[base_path][position].operations
            for route in router.routes:
                assert isinstance(route, Route)
                name = cast("RoutingOperation", route.endpoint).operation_id
                path, _, convertors = compile_path(base_path + route.path)
                plan = _Plan(
                    path,
                    {key: each for key, each in convertors.items() if type(each) is not StringConvertor},
                    secured[name].verification_fn,
                    operations[name],
                )
                for method in route.methods or ():
                    self._plans.setdefault(method, []).append(plan)

    def _mounted(self) -> Iterator[tuple[str, Router]]:
        """Give the base path and the routes of each document."""
        for mount in self.router.routes:
            assert isinstance(mount, Mount)
            yield mount.path, cast("Router", mount.app)
