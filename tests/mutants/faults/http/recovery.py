"""Mutants of HTTP-4 and HTTP-6: other methods, and what a refusal leaves behind."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING

from ...framework.mutant import OUTSIDE, breaks, refusing, replaces
from ...framework.shapes import IMPATIENT
from ...framework.shots import BASE, document, parameters
from ...service.refusals import CONDITIONS, Condition, Refusal, refuse
from ...service.server import Server
from ...service.wire import Request, Response
from ...service.world import TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ...service.schema import Call
    from ...service.wire import Connection
    from ...service.world import Checkpoint, Policy, Resource

# -- HTTP-4 -------------------------------------------------------------------------------------------


def _here(request: Request, _allowed: str) -> bool:
    return request.path.endswith("/checkpoints")


def _methods(
    name: str, fault: str, then: Callable[..., Any], when: Callable[..., bool] = _here, **options: Any
) -> None:
    shows = [BASE.but(method=method) for method in ("GET", "PUT", "PATCH", "DELETE")]
    replaces("HTTP-4", name, fault, "other_method", then, when, shows=shows, **options)


def _allowing(value: str) -> Callable[..., Any]:
    def step(*_: Any) -> Any:
        known = CONDITIONS["method-not-allowed"]
        raise Refusal(Condition(known.status, known.code, known.text, allow=value))

    return step


_methods("allow-absent", "A 405 has no Allow.", refusing("method-not-allowed"))
_methods("allow-get-only", "The Allow of a 405 names GET only.", _allowing("GET"))
_methods(
    "allow-options-only", "The Allow of a 405 names what a proxy knows, not POST.", _allowing("OPTIONS, HEAD")
)
_methods("allow-post-tunnel", "The Allow of a 405 names POSTER, a slip of the pen.", _allowing("POSTER"))
_methods("other-method-not-found", "Other methods get 404.", refusing("no-route"))
_methods("other-method-invalid", "Other methods get 400.", refusing("invalid-request"))
_methods("other-method-forbidden", "Other methods get 403.", refusing("forbidden"))
_methods(
    "other-method-empty-answer",
    "GET gets 200 with an empty list, as of an operation to come.",
    lambda server, *_: server.json(200, {"checkpoints": []}),
    lambda request, _: _here(request, _) and request.method == "GET",
)
_methods(
    "put-like-post",
    "PUT is treated as POST.",
    lambda server, request, _: server.create_checkpoint(request, *request.segments[1:4:2]),
    lambda request, _: _here(request, _) and request.method == "PUT",
)
_methods(
    "patch-not-found",
    "PATCH, which is younger than the router, gets 404.",
    refusing("no-route"),
    lambda request, _: _here(request, _) and request.method == "PATCH",
)
_methods(
    "delete-accepted",
    "DELETE of all checkpoints gets 200 and does nothing.",
    lambda server, *_: server.json(200, {}),
    lambda request, _: _here(request, _) and request.method == "DELETE",
)

# -- HTTP-6 -------------------------------------------------------------------------------------------


class _LeavesTheBody(Server):
    """Does not read the body of some requests, so that it is taken for the next request."""

    def leaves(self, request: Request) -> bool:
        """Return whether the body of `request` stays unread."""
        raise NotImplementedError

    def read(self, connection: Connection) -> Request | None:
        request = connection.read_request()
        if request is not None and not self.leaves(request):
            connection.read_body(request)
        return request


@breaks("HTTP-6", shows=(BASE.but(token="x"), BASE))
class BodyUnreadAfterUnauthorised(_LeavesTheBody):
    """A call with a bad token is answered before its body is read, which is then the next request."""

    def leaves(self, request: Request) -> bool:
        token = self.store.tokens.get(request.header("x-auth-token") or "")
        return token is None or token.expired


@breaks("HTTP-6", shows=(BASE.but(token="x"), BASE))
class BodyUnreadAndAnsweredByAPage(BodyUnreadAfterUnauthorised):
    """As after a bad token the unread body is the next request, which the HTTP server answers with a page."""

    def malformed(self, connection: Connection) -> None:
        request = Request("GET", "/", [], connection, keep_alive=False)
        page = b"<html><title>Error response</title><p>Bad request syntax</html>"
        response = Response(400, page, [("Content-Type", "text/html;charset=utf-8")], close=True)
        self.finish(request, response)
        self.send(request, response)


@breaks("HTTP-6", shows=(BASE.but(token=TOKENS["read_only"]), BASE))
class BodyUnreadAfterForbidden(_LeavesTheBody):
    """A call without permission is answered before its body is read, which is then the next request."""

    def leaves(self, request: Request) -> bool:
        token = self.store.tokens.get(request.header("x-auth-token") or "")
        return token is not None and (not token.may_write or token.project not in request.path)


@breaks("HTTP-6", shows=(BASE.but(path="/v1/x"), BASE))
class BodyUnreadWithoutRoute(_LeavesTheBody):
    """A call to an address that is not there leaves its body to be the next request."""

    def leaves(self, request: Request) -> bool:
        return not request.path.endswith("/checkpoints") and request.method == "POST"


@breaks("HTTP-6", shows=(BASE.but(method="PUT"), BASE))
class BodyUnreadAfterOtherMethod(_LeavesTheBody):
    """A request with another method leaves its body to be the next request."""

    def leaves(self, request: Request) -> bool:
        return request.method in ("PUT", "PATCH") and request.path.endswith("/checkpoints")


@breaks("HTTP-6", shows=(BASE.but(content_type="text/plain"), BASE))
class BodyUnreadAfterWrongType(_LeavesTheBody):
    """A call with a wrong content type leaves its body to be the next request."""

    def leaves(self, request: Request) -> bool:
        return "json" not in (request.header("content-type") or "").lower()

    def read(self, connection: Connection) -> Request | None:
        request = super().read(connection)
        if request is not None and self.leaves(request):
            request.body = b"{}"
        return request


class _Sticky(Server):
    """Keeps the state of a refusal until a call has suffered from it."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck: set[Connection] = set()

    def sticks(self, condition: Condition) -> bool:
        """Return whether the refusal has an effect on the next call."""
        raise NotImplementedError

    def refused(self, request: Request, condition: Condition) -> Response:
        if self.sticks(condition):
            self.stuck.add(request.connection)
        return super().refused(request, condition)

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        connection = call.request.connection
        if connection in self.stuck:
            self.stuck.discard(connection)
            self.suffer()
        return super().make(call, policy, resources)

    def suffer(self) -> None:
        """Refuse or fail the valid call that follows the refusal."""
        refuse("invalid-request")


@breaks("HTTP-6", shows=(BASE.but(body=b"{"), BASE))
class NextCallInvalidToo(_Sticky):
    """The parser of a connection keeps its error, and the valid call after an invalid one is refused."""

    def sticks(self, condition: Condition) -> bool:
        return condition.code == "CSBS.9001"


@breaks("HTTP-6", shows=(BASE.but(token="x"), BASE))
class NextCallUnauthorisedToo(_Sticky):
    """A connection on which a token was bad answers 401 to the next call too."""

    def sticks(self, condition: Condition) -> bool:
        return condition.status == 401

    def suffer(self) -> None:
        refuse("unauthenticated")


@breaks("HTTP-6", shows=(BASE.but(body=document("x" * (1 << 20))), BASE))
class NextCallTooLargeToo(_Sticky):
    """The count of bytes is not reset after a body over the limit, and the next call is too large."""

    def sticks(self, condition: Condition) -> bool:
        return condition.status == 413

    def suffer(self) -> None:
        refuse("too-large")


@breaks("HTTP-6", shows=(parameters({"resources": [OUTSIDE]}), BASE))
class NextCallFailsAfterAnOutsideResource(_Sticky):
    """A transaction that was not rolled back after a resource outside makes the next call fail."""

    def sticks(self, condition: Condition) -> bool:
        return condition.code == "CSBS.6000"

    def suffer(self) -> None:
        refuse("internal-error")


@breaks("HTTP-6", shows=(BASE.but(body=document("00000000-0000-4000-8000-000000000000")), BASE))
class NextCallFailsAfterNotFound(_Sticky):
    """A transaction that was not rolled back after a 404 makes the next call on the connection fail."""

    def sticks(self, condition: Condition) -> bool:
        return condition.code == "CSBS.3000"

    def suffer(self) -> None:
        refuse("internal-error")


@breaks("HTTP-6", shows=(BASE.but(provider="x"), BASE), also={"HTTP-1": "a valid call is not answered"})
class NextCallHangsAfterUnknownProvider(_Sticky):
    """A lock that is not released after an unknown provider makes the next call on the connection hang."""

    timeout = IMPATIENT

    def sticks(self, condition: Condition) -> bool:
        return condition.text == CONDITIONS["unknown-provider"].text

    def suffer(self) -> None:
        self.linger(self.timeout * 1.5)
        raise ConnectionAbortedError


@breaks("HTTP-6", shows=(BASE.but(token="x", fresh=True), BASE.but(fresh=True)))
class NextConnectionUnauthorisedToo(_Sticky):
    """After a bad token the address is locked out for one call, on whatever connection it comes."""

    def sticks(self, condition: Condition) -> bool:
        return condition.status == 401

    def refused(self, request: Request, condition: Condition) -> Response:
        response = super().refused(request, condition)
        self.stuck = {0} if self.stuck else set()
        return response

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        if self.stuck:
            self.stuck.clear()
            refuse("unauthenticated")
        return super().make(call, policy, resources)


@breaks("HTTP-6", shows=(BASE.but(body=b"{"), BASE, BASE), also={"RESP-1": "answers belong to other calls"})
class AnswersOneBehindAfterARefusal(Server):
    """After a refusal its answer is sent again for the next call on the connection."""

    def __init__(self) -> None:
        super().__init__()
        self.left: dict[Connection, Response] = {}

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        connection = request.connection
        if response.status == 400:
            self.left[connection] = Response(400, response.body, list(response.headers))
            return response
        return self.left.pop(connection, response) if response.status == 200 else response
