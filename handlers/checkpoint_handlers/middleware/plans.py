"""Connexion's tables of routes, security and operations, joined at startup for a single lookup.

Connexion builds each table from the documents. On its own it looks a request up in all three, with nested
routers and a copy of the scope, which takes longer than everything else done for the request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import unquote

from starlette.convertors import StringConvertor
from starlette.routing import Mount, Route, Router, compile_path

from checkpoint_handlers.middleware.framework import RoutingMiddleware
from checkpoint_handlers.middleware.incoming import Incoming

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from starlette.convertors import Convertor
    from starlette.types import Receive, Scope, Send

    from checkpoint_handlers.middleware.dispatch import Dispatcher, Operation
    from checkpoint_handlers.middleware.framework import RoutingOperation, SecurityMiddleware

__all__ = ["PlannedRouting"]

_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)


class _Plan(NamedTuple):
    """How to handle the requests of one operation."""

    path: re.Pattern[str]
    convertors: Mapping[str, Convertor[Any]]
    """Convertors of the path parameters that are not text."""
    verify: Callable[[Incoming], Awaitable[None]]
    """Connexion's security function for the operation: stores the caller in the request's context."""
    operation: Operation


class PlannedRouting(RoutingMiddleware):
    """Connexion's routing, with a shortcut that runs the plan of an operation directly.

    A request that matches no plan (an unknown path or another method) takes Connexion's normal route. The
    next application must be Connexion's security, followed by the dispatcher.
    """

    def __init__(self, app: SecurityMiddleware) -> None:
        super().__init__(app)
        self._security = app
        self._plans: dict[str, list[_Plan]] = {}
        """The plans by HTTP method."""

    def add_api(self, specification: Any, **options: Any) -> None:
        """Add the routes of a document, without trailing-slash redirects."""
        super().add_api(specification, **options)
        self.router.redirect_slashes = False
        for _, router in self._mounted():
            router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request; build the plans at startup, once all documents have been added."""
        if scope["type"] != "http":
            self._make_plans()
            return
        raw = scope.get("raw_path") or b""
        if b"%2" in raw:
            scope = {**scope, "path": _path(raw)}
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
            # Each middleware keeps the documents of a base path in the order they were added.
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
        """Yield the base path and the router of each document."""
        for mount in self.router.routes:
            assert isinstance(mount, Mount)
            yield mount.path, cast("Router", mount.app)


def _path(raw: bytes) -> str:
    """Return a decoded path in which an encoded slash stays one: it ends no segment (RFC 3986, 2.2)."""
    return "%2F".join(map(unquote, _ENCODED_SLASH.split(raw.decode("ascii"))))
