"""The ASGI application: Connexion with the documents, wrapped in the contract's error handling."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from checkpoint_openapi.load import document, errors

from checkpoint_handlers.errors import ErrorAnswers, Refusal, StartError
from checkpoint_handlers.middleware.auth import Authenticator, TokenHandler
from checkpoint_handlers.middleware.dispatch import Dispatcher, TableEntry
from checkpoint_handlers.middleware.framework import ConnexionMiddleware, Resolver, SecurityMiddleware
from checkpoint_handlers.middleware.plans import PlannedRouting
from checkpoint_handlers.operations.table import operations
from checkpoint_handlers.scenarios.injection import ScenarioHeader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.types import Receive, Scope, Send

    from checkpoint_handlers.operations.service import Service

__all__ = ["DOCUMENTS", "create_app"]

DOCUMENTS = ("checkpoint.yaml", "companions.yaml")
"""The documents the server is built from."""


async def create_app(
    service: Service, documents: Sequence[Callable[[], dict[str, Any]]] | None = None
) -> ConnexionMiddleware:
    """Return the application of a service, with every route, check and handler compiled.

    `documents` are functions that each load one document; the default is the installed contract. Raises
    `StartError` if an operation has no handler or Connexion rejects a document.
    """
    security = {"apiKey": partial(TokenHandler, Authenticator(service.store, service.clock))}
    app = ConnexionMiddleware(
        _no_route,
        middlewares=[
            ErrorAnswers,
            *([ScenarioHeader] if service.scenarios is not None else []),
            PlannedRouting,  # type: ignore[list-item] # what is behind it is the next line
            SecurityMiddleware,
            Dispatcher,
        ],
        resolver=Resolver(function_resolver=partial(_entry, operations(service))),
        security_map=security,
    )
    sources = documents if documents is not None else [partial(document, name) for name in DOCUMENTS]
    try:
        errors()  # it is kept: no refusal has to read a file, which may fail by then
        for source in sources:
            app.add_api(source())
        # Connexion builds its stack, and the routing its plans, on the first event of any kind: send one now
        # so that the first request does not pay for it.
        await app({"type": "lifespan"}, _nothing_to_receive, _nothing_to_send)
    except StartError:
        raise
    except Exception as error:  # whatever is wrong with a document, report it in one line
        reason = next(iter(str(error).splitlines()), repr(error))
        raise StartError(f"Cannot serve the document: {reason}") from error
    return app


def _entry(table: Mapping[str, TableEntry], operation_id: str) -> TableEntry:
    try:
        return table[operation_id]
    except KeyError:
        raise StartError(
            f"The operation {operation_id!r} of the document has no handler. "
            f"Handlers exist for {', '.join(table)}. "
            "Fix the document or add a handler to the operations table."
        ) from None


async def _no_route(scope: Scope, _receive: Receive, _send: Send) -> None:
    """Refuse a request that matches no route."""
    if scope["type"] == "http":
        raise Refusal("no-route")


async def _nothing_to_receive() -> Any:
    raise AssertionError("no startup event gets a response")


async def _nothing_to_send(_message: Any) -> None:
    raise AssertionError("no startup event gets a response")
