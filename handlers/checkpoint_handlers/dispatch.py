"""From the document's operations to the handlers: what each needs of a request is compiled at start.

Connexion routes and authenticates; this middleware, registered like Connexion's own, does the rest in the
order of the contract (section 3): project and permission, content type and JSON, schema, then the handler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from checkpoint_handlers.auth import require_permission
from checkpoint_handlers.errors import Refusal, StartError
from checkpoint_handlers.framework import RoutedAPI, RoutedMiddleware
from checkpoint_handlers.guard import parse_json, read_body, require_media_type
from checkpoint_handlers.schema import compile_check

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from checkpoint_handlers.framework import Operation
    from checkpoint_handlers.schema import Check
    from checkpoint_handlers.store import Caller, Role

__all__ = ["Dispatcher", "Entry", "Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a handler gets of a request: plain values that fit the document."""

    project_id: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the operations table."""

    handler: Callable[[Caller, Request], Awaitable[dict[str, Any]]]
    """Returns the body of the answer, or raises `Refusal`."""
    needs: Role


class _Parameter(NamedTuple):
    name: str
    required: bool
    default: Any
    check: Check


class _Operation:
    """One operation of the document, ready to be called."""

    def __init__(self, operation: Operation) -> None:
        self._entry: Entry = operation.function
        if not operation.security:
            raise StartError(
                f"The operation {operation.operation_id!r} has no security, but acts for the project of a "
                "token. Mend the document."
            )
        if "{project_id}" not in operation.path:
            raise StartError(f"The path {operation.path} has no {{project_id}}. Mend the document.")
        self._status = min(int(status) for status in operation.responses if status.startswith("2"))
        self._parser = operation.uri_parser_class(operation.parameters, {})
        self._path = _parameters(operation, "path")
        self._query = _parameters(operation, "query")
        self._headers = _parameters(operation, "header")
        self._body = _Body(operation) if operation.request_body else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        caller: Caller = scope["extensions"]["connexion_context"]["token_info"]["caller"]
        path = scope["path_params"]
        require_permission(caller, path["project_id"], self._entry.needs)
        body = await self._body.read(scope, receive) if self._body else None
        query = self._read_query(scope) if self._query else {}
        for parameter in self._path:
            parameter.check(path[parameter.name])
        if self._headers:
            self._check_headers(scope)
        answer = orjson.dumps(
            await self._entry.handler(caller, Request(caller.project.id, path, query, body))
        )
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _read_query(self, scope: Scope) -> dict[str, Any]:
        sent = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = self._parser.resolve_query(sent)
        return _take(self._query, given)

    def _check_headers(self, scope: Scope) -> None:
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        _take([parameter._replace(name=parameter.name.lower()) for parameter in self._headers], given)


class _Body:
    """What the document says of a request's body."""

    def __init__(self, operation: Operation) -> None:
        content: dict[str, dict[str, Any]] = operation.request_body["content"]
        self._required: bool = operation.request_body.get("required", False)
        self._checks = {
            media_type.lower(): compile_check(definition.get("schema", {}), "The body")
            for media_type, definition in content.items()
        }
        if list(self._checks) != ["application/json"]:
            raise StartError(
                f"The operation {operation.operation_id!r} takes {', '.join(content)}: "
                "this server reads application/json and nothing else. Mend the document."
            )

    async def read(self, scope: Scope, receive: Receive) -> Any:
        """Return the body's value, None for no body where the document requires none."""
        if not self._required:
            body = await read_body(scope, receive)
            if not body:
                return None
            require_media_type(scope, self._checks)
        else:
            require_media_type(scope, self._checks)
            body = await read_body(scope, receive)
        value = parse_json(body)
        self._checks["application/json"](value)
        return value


class _OperationsAPI(RoutedAPI[_Operation]):
    """The operations of one document."""

    def __init__(self, specification: Any, **kwargs: Any) -> None:
        super().__init__(specification, **kwargs)
        self.add_paths()

    def make_operation(self, operation: Operation) -> _Operation:
        """Compile an operation."""
        return _Operation(operation)


class Dispatcher(RoutedMiddleware[_OperationsAPI]):
    """Calls the handler of the operation that the routing found."""

    api_cls = _OperationsAPI

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)


def _parameters(operation: Operation, place: str) -> list[_Parameter]:
    return [
        _Parameter(
            parameter["name"].replace("-", "_") if place == "path" else parameter["name"],
            parameter.get("required", False),
            parameter.get("schema", {}).get("default"),
            compile_check(parameter.get("schema", {}), f"The {place} parameter {parameter['name']}"),
        )
        for parameter in operation.parameters
        if parameter["in"] == place
    ]


def _take(parameters: list[_Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared ones of the given values, checked, with the defaults of those not given."""
    taken: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.name in given:
            parameter.check(given[parameter.name])
            taken[parameter.name] = given[parameter.name]
        elif parameter.required:
            raise Refusal("invalid-request", f"The parameter {parameter.name} is missing.")
        elif parameter.default is not None:
            taken[parameter.name] = parameter.default
    return taken
