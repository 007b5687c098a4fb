"""`--cors`: browsers may call the server from pages of other origins (WHATWG Fetch, 3.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from checkpoint_handlers.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.datastructures import Headers
    from starlette.types import ASGIApp

__all__ = ["Cors", "is_origin"]

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_METHODS = ("get", "put", "post", "delete", "head", "patch")
_READABLE = ("Retry-After", "WWW-Authenticate", "X-Request-Id")
"""The response headers that a page may read."""


def is_origin(text: str) -> bool:
    """Return whether a text is an origin in the form browsers send (RFC 6454, 6.2), `null` or `*`."""
    if text in {"*", "null"}:
        return True
    found = _ORIGIN.fullmatch(text)
    return found is not None and int(found["port"] or 1) in range(1, 65536)


class Cors(CORSMiddleware):
    """Responds to preflight requests and lets pages of the given origins read responses.

    The allowed methods and token headers come from the documents. Cookies are not used: a page needs a
    token.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str], documents: Iterable[dict[str, Any]]) -> None:
        methods: set[str] = set()
        headers = {"X-Request-Id", "X-Scenario"}
        for document in documents:
            for path in document["paths"].values():
                methods |= {method.upper() for method in _METHODS if method in path}
            for scheme in document.get("components", {}).get("securitySchemes", {}).values():
                if scheme.get("in") == "header":
                    headers.add(scheme["name"])
        super().__init__(
            app,
            allow_origins=tuple(origins),
            allow_methods=sorted(methods),
            allow_headers=headers,
            expose_headers=_READABLE,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the response to a preflight: 204, or the contract's 400 naming what is not allowed."""
        answer = super().preflight_response(request_headers)
        del answer.headers["content-type"], answer.headers["content-length"]
        told = dict(answer.headers)
        if answer.status_code == 200:
            return Response(status_code=204, headers=told)
        refusal = Refusal("invalid-request", f"{bytes(answer.body).decode()}.")
        return Response(refusal.body(), refusal.status, told, "application/json")
