"""Dispatch requests to the handlers, with the checks of each operation compiled at startup.

Connexion routes and authenticates. This middleware, registered like Connexion's own, does the rest in the
contract's order (section 3): project and permission, content type and JSON, schema, then the handler.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from checkpoint_handlers.errors import JSON_FIELDS, Refusal, StartError
from checkpoint_handlers.middleware.auth import require_permission
from checkpoint_handlers.middleware.framework import RoutedAPI, RoutedMiddleware
from checkpoint_handlers.middleware.guard import (
    parse_json,
    read_body,
    require_media_type,
    require_no_coding,
)
from checkpoint_handlers.middleware.schema import compile_check, takes_any_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Send

    from checkpoint_handlers.middleware.framework import Operation as Described
    from checkpoint_handlers.middleware.incoming import Fields, Incoming
    from checkpoint_handlers.middleware.schema import Check
    from checkpoint_handlers.store import Caller, Role

__all__ = ["Dispatcher", "Request", "TableEntry"]

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""A number as JSON writes it."""


class Request(NamedTuple):
    """A request as a handler receives it: plain values that are valid against the document."""

    project_id: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any


@dataclass(frozen=True, slots=True)
class TableEntry:
    """An entry of the operations table."""

    handler: Callable[[Caller, Request], Awaitable[dict[str, Any]]]
    """Returns the response body, or raises `Refusal`."""
    needs: Role


class _Parameter(NamedTuple):
    name: str
    required: bool
    default: Any
    check: Check
    free: bool
    """Whether any text is valid."""


class Operation:
    """One operation of the document, ready to be called."""

    def __init__(self, operation: Described) -> None:
        self._entry: TableEntry = operation.function
        if not operation.security:
            raise StartError(
                f"The operation {operation.operation_id!r} has no security, but acts for the project of a "
                "token. Fix the document."
            )
        if "{project_id}" not in operation.path:
            raise StartError(f"The path {operation.path} has no {{project_id}}. Fix the document.")
        if any(len(requirement) != 1 for requirement in operation.security):
            raise StartError(
                f"The operation {operation.operation_id!r} may be called with no token, or needs several: "
                "this server takes exactly one. Fix the document."
            )
        self._status = min(int(status) for status in operation.responses if status.startswith("2"))
        self._parser = operation.uri_parser_class(operation.parameters, {})
        self._path = [each for each in _parameters(operation, "path") if not each.free]
        self._query = _parameters(operation, "query")
        self._headers = _parameters(operation, "header")
        self._body = _Body(operation) if operation.request_body else None

    async def __call__(self, request: Incoming, path: Mapping[str, Any], send: Send) -> None:
        """Respond to an authenticated request; `path` holds its path parameters."""
        caller: Caller = request.context["token_info"]["caller"]
        require_permission(caller, path["project_id"], self._entry.needs)
        body = await self._body.read(request) if self._body else None
        query = self._read_query(request.query) if self._query else {}
        for parameter in self._path:
            parameter.check(path[parameter.name])
        if self._headers:
            self._check_headers(request.headers)
        answer = orjson.dumps(
            await self._entry.handler(caller, Request(caller.project.id, path, query, body))
        )
        headers = [*JSON_FIELDS, (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _read_query(self, query: str) -> dict[str, Any]:
        texts = parse_qs(query, keep_blank_values=True)
        given = self._parser.resolve_query(texts)
        for name, value in given.items():
            text = texts[name][-1]
            if type(value) in {int, float} and not _NUMBER.fullmatch(text):
                given[name] = text  # Connexion converts whatever Python can: "1_0", " 1", "nan"
        return _take(self._query, given)

    def _check_headers(self, headers: Fields) -> None:
        values = ((parameter.name, headers.get(parameter.name)) for parameter in self._headers)
        _take(self._headers, {name: value for name, value in values if value is not None})


class _Body:
    """The document's rules for a request body."""

    def __init__(self, operation: Described) -> None:
        content: dict[str, dict[str, Any]] = operation.request_body["content"]
        self._required: bool = operation.request_body.get("required", False)
        self._checks = {
            media_type.lower(): compile_check(definition.get("schema", {}), "The body")
            for media_type, definition in content.items()
        }
        if list(self._checks) != ["application/json"]:
            raise StartError(
                f"The operation {operation.operation_id!r} takes {', '.join(content)}: "
                "this server reads only application/json. Fix the document."
            )
        self._check = self._checks["application/json"]

    async def read(self, request: Incoming) -> Any:
        """Return the value of the body, or None if it is empty and the document does not require one."""
        require_no_coding(request.headers)
        if not self._required:
            body = await read_body(request)
            if not body:
                return None
            require_media_type(request.headers, self._checks)
        else:
            require_media_type(request.headers, self._checks)
            body = await read_body(request)
        value = parse_json(body)
        self._check(value)
        return value


class _OperationsAPI(RoutedAPI[Operation]):
    """The operations of one document."""

    def __init__(self, specification: Any, **kwargs: Any) -> None:
        super().__init__(specification, **kwargs)
        self.add_paths()

    def make_operation(self, operation: Described) -> Operation:
        """Compile an operation."""
        return Operation(operation)


class Dispatcher(RoutedMiddleware[_OperationsAPI]):
    """Calls the handler of the operation that routing selected."""

    api_cls = _OperationsAPI

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)


def _parameters(operation: Described, place: str) -> list[_Parameter]:
    return [
        _Parameter(
            parameter["name"].replace("-", "_") if place == "path" else parameter["name"],
            parameter.get("required", False),
            parameter.get("schema", {}).get("default"),
            compile_check(parameter.get("schema", {}), f"The {place} parameter {parameter['name']}"),
            takes_any_text(parameter.get("schema", {})),
        )
        for parameter in operation.parameters
        if parameter["in"] == place
    ]


def _take(parameters: list[_Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared parameters, validated, with defaults for those not given."""
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
