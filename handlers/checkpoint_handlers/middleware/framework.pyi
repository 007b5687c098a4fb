# Types for the parts of Connexion that this server uses. Connexion ships neither stubs nor a py.typed
# marker.

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

_OP = TypeVar("_OP")
_API = TypeVar("_API")

class UriParser(Protocol):
    def resolve_query(self, query_data: Mapping[str, list[str]]) -> dict[str, Any]: ...

class Operation(Protocol):
    operation_id: str
    path: str
    function: Any
    parameters: Sequence[Mapping[str, Any]]
    request_body: Mapping[str, Any]
    responses: Mapping[str, Any]
    security: Sequence[Mapping[str, Any]] | None
    uri_parser_class: Callable[[Sequence[Mapping[str, Any]], Mapping[str, Any]], UriParser]

class _Middleware:
    app: ASGIApp
    def __init__(self, app: ASGIApp) -> None: ...
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

class ConnexionMiddleware:
    def __init__(
        self,
        app: ASGIApp,
        *,
        middlewares: Sequence[Callable[[ASGIApp], ASGIApp]],
        resolver: Resolver,
        security_map: Mapping[str, Callable[[], ApiKeySecurityHandler]],
    ) -> None: ...
    def add_api(self, specification: dict[str, Any]) -> None: ...
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

class Resolver:
    def __init__(self, function_resolver: Callable[[str], Any]) -> None: ...

class RoutingOperation(Protocol):
    operation_id: str

class RoutingMiddleware(_Middleware):
    router: Router

    def add_api(self, specification: Any, **options: Any) -> None: ...

class SecurityOperation(Protocol):
    verification_fn: Callable[[Any], Awaitable[None]]

class SecurityAPI(Protocol):
    operations: Mapping[str, SecurityOperation]

class SecurityMiddleware(_Middleware):
    apis: Mapping[str, Sequence[SecurityAPI]]

class RoutedAPI(Generic[_OP]):
    operations: Mapping[str, _OP]
    def __init__(self, specification: Any, **options: Any) -> None: ...
    def add_paths(self) -> None: ...

class RoutedMiddleware(_Middleware, Generic[_API]):
    api_cls: type[_API]
    apis: Mapping[str, Sequence[_API]]

class ApiKeySecurityHandler:
    def _get_verify_func(
        self, api_key_info_func: Callable[..., Any], loc: str, name: str, required_scopes: list[str]
    ) -> Callable[[Any], Awaitable[Any]]: ...
