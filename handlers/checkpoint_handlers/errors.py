"""Refusals: every error response of the server, with its body from the catalogue `errors.yaml`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import orjson
from checkpoint_openapi.load import errors
from starlette.exceptions import HTTPException

from checkpoint_handlers.store import StoreUnavailableError
from checkpoint_handlers.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from checkpoint_openapi.load import Condition
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["JSON_FIELDS", "ClientGoneError", "ErrorAnswers", "Refusal", "StartError"]

_log = logging.getLogger("checkpoint_handlers")

JSON_FIELDS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
"""Header fields of every response: no cache knows that X-Auth-Token is a credential (RFC 9111, 3.5)."""

_CONDITION_OF_STATUS = {
    401: "unauthenticated",
    403: "forbidden",
    404: "no-route",
    405: "method-not-allowed",
    413: "too-large",
}

_EXTRA_HEADERS: Mapping[str, Iterable[tuple[bytes, bytes]]] = {
    # RFC 9110, 11.6.1: a 401 names its scheme. None is registered for the header X-Auth-Token.
    "unauthenticated": ((b"www-authenticate", b'X-Auth-Token realm="CSBS"'),),
    "unavailable": ((b"retry-after", b"1"),),
    "too-many-requests": ((b"retry-after", b"1"),),
    # Of a scenario, which knows no path: no method is allowed just now (RFC 9110, 10.2.1).
    "method-not-allowed": ((b"allow", b""),),
}


class StartError(Exception):
    """Raised if the server cannot start; the one-line message says what failed, where and how to fix it."""


class ClientGoneError(Exception):
    """Raised if the client closes the connection before its request is complete."""


class Refusal(Exception):
    """Raised to refuse a request for one of the conditions in `errors.yaml` (contract, section 3).

    `detail` replaces the condition's message as `error_msg`; it must not disclose server internals.
    """

    def __init__(self, condition: str | Condition, detail: str | None = None) -> None:
        super().__init__(condition)
        self.condition = errors().conditions[condition] if isinstance(condition, str) else condition
        self.detail = detail

    @property
    def status(self) -> int:
        """The HTTP status; Connexion's security uses it to choose among several refusals."""
        return self.condition.status

    def body(self) -> bytes:
        """Return the error body of the contract as JSON."""
        return orjson.dumps(
            {"error_code": self.condition.code, "error_msg": self.detail or self.condition.message}
        )


class ErrorAnswers:
    """Middleware that turns every exception into the contract's error response (HTTP-5, ERR-1)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._throttle = Throttle()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; respond to any exception it raises."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers: list[tuple[bytes, bytes]] = []
        try:
            await self.app(scope, receive, send)
        except ClientGoneError:
            return
        except Refusal as error:
            # The traceback refers to this frame, and the frame to the error: break the reference cycle.
            refusal = error.with_traceback(None)
        except StoreUnavailableError as error:
            self._tell(error)
            refusal = Refusal("unavailable")
        except HTTPException as error:
            refusal = _from_status(error.status_code)
            headers = [
                (name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items()
            ]
        except Exception:
            request_id = scope.get("request_id", b"").decode()
            _log.exception("%s failed, request %s", scope["method"], request_id)
            refusal = Refusal("internal-error")
        else:
            return
        if b"expect" in dict(scope["headers"]):
            # The client may now skip its body; the next request would then be read as that body.
            headers.append((b"connection", b"close"))
        await _answer(refusal, headers, send)

    def _tell(self, error: StoreUnavailableError) -> None:
        """Log that the store is unreachable, at a limited rate: every request may run into it."""
        if self._throttle.passes():
            _log.warning("The database is unavailable: %s", error)


def _from_status(status: int) -> Refusal:
    """Return the refusal for an HTTP error raised by the framework."""
    if status in _CONDITION_OF_STATUS:
        return Refusal(_CONDITION_OF_STATUS[status])
    return Refusal("invalid-request" if 400 <= status < 500 else "internal-error")


async def _answer(refusal: Refusal, headers: list[tuple[bytes, bytes]], send: Send) -> None:
    body = refusal.body()
    given = dict(headers)
    extra = _EXTRA_HEADERS.get(refusal.condition.id, ())
    headers += [each for each in extra if each[0] not in given]
    headers += [*JSON_FIELDS, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
