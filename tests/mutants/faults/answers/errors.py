"""Mutants of ERR-1 to ERR-3: the form of an error, its status and code, and the choice of error."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from ...framework.mutant import REFUSALS, ROUND, condition_name, malformed, misanswers, register
from ...framework.shots import BASE, parameters
from ...service.server import Server
from ...service.world import TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.refusals import Condition
    from ...service.wire import Request, Response

# -- ERR-1 --------------------------------------------------------------------------------------------


def _body(
    name: str,
    fault: str,
    change: Callable[[dict[str, Any]], Any],
    conditions: str = "",
    which: Callable[[Server, Request], bool] = lambda *_: True,
    **options: Any,
) -> None:
    """Register a server whose errors for `conditions` (default: all) have the body returned by `change`."""

    def refused(self: Server, request: Request, condition: Condition) -> Response:
        response = Server.refused(self, request, condition)
        if (not conditions or condition_name(condition) in conditions.split()) and which(self, request):
            response.body = self.encode(change(self.error_body(condition)))
        return response

    options = {"shows": (BASE, *REFUSALS), **options}
    register(name, "ERR-1", fault, type(name, (Server,), {"refused": refused, "__doc__": fault}), **options)


def _without(member: str) -> Callable[[dict[str, Any]], Any]:
    return lambda body: {name: value for name, value in body.items() if name != member}


def _with(**members: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda body: {**body, **members}


for _name, _fault, _change in (
    ("code-absent", "Errors have no error_code.", _without("error_code")),
    ("msg-absent", "Errors have no error_msg.", _without("error_msg")),
    ("code-null", "The error_code is null.", _with(error_code=None)),
    ("msg-null", "The error_msg is null.", _with(error_msg=None)),
    ("code-number", "The error_code is a number.", _with(error_code=9001)),
    ("msg-list", "The error_msg is a list of texts.", _with(error_msg=["The request is invalid."])),
    (
        "msg-object",
        "The error_msg is an object with a text for each language.",
        _with(error_msg={"en": "Refused."}),
    ),
    ("code-object", "The error_code is an object.", _with(error_code={"value": "CSBS.9001"})),
    ("code-empty", "The error_code is empty.", _with(error_code="")),
    ("msg-empty", "The error_msg is empty.", _with(error_msg="")),
    ("in-error", "The members stand within error.", lambda body: {"error": body}),
    (
        "code-and-message",
        "The members are called code and message.",
        lambda body: {"code": body["error_code"], "message": body["error_msg"]},
    ),
    (
        "camel-case",
        "The members are called errorCode and errorMsg.",
        lambda body: {"errorCode": body["error_code"], "errorMsg": body["error_msg"]},
    ),
    (
        "of-openstack",
        "Errors have the form of OpenStack.",
        lambda body: {"badRequest": {"code": 400, "message": body["error_msg"]}},
    ),
    (
        "of-keystone",
        "Errors have the form of Keystone.",
        lambda body: {"error": {"code": 401, "title": "Unauthorized", "message": body["error_msg"]}},
    ),
    (
        "of-problem",
        "Errors have the members of RFC 9457.",
        lambda body: {"type": "about:blank", "title": "Refused", "status": 400, "detail": body["error_msg"]},
    ),
    (
        "of-fastapi",
        "Errors have the form of a framework.",
        lambda body: {"detail": [{"msg": body["error_msg"]}]},
    ),
    ("list", "Errors are a list of one.", lambda body: [body]),
    ("string", "Errors are a JSON string.", lambda body: body["error_msg"]),
    ("null", "Errors are null.", lambda _: None),
    ("number", "Errors are a number.", lambda _: 400),
    ("empty-object", "Errors are an empty object.", lambda _: {}),
    (
        "message-for-msg",
        "The text is called error_message.",
        lambda body: {"error_code": body["error_code"], "error_message": body["error_msg"]},
    ),
):
    _body(f"error-{_name}", _fault, _change)

_FRAMEWORK = {"detail": "Refused."}
for _name, _fault, _conditions in (
    ("of-body", "Only the errors of an invalid body have another form.", "invalid-request"),
    ("of-token", "Only the 401 has another form, the gateway's.", "unauthenticated"),
    ("of-permission", "Only the 403 has another form.", "forbidden"),
    ("of-policy", "Only the 404 of a policy has another form.", "policy-not-found"),
    ("of-route", "Only the router's 404 has another form.", "no-route"),
    ("of-method", "Only the 405 has another form.", "method-not-allowed"),
    ("of-size", "Only the 413 has another form.", "too-large"),
    ("of-provider", "Only the error for another provider has another form.", "unknown-provider"),
    ("of-resource", "Only the error for a resource outside has another form.", "resource-not-in-policy"),
):
    _body(f"form-{_name}", _fault, lambda _: _FRAMEWORK, _conditions)
_body(
    "form-after-success",
    "After an accepted call on the connection errors have another form.",
    lambda _: _FRAMEWORK,
    which=lambda _, request: request.connection.accepted > 0,
)
_body(
    "form-of-expired-token",
    "Only the 401 of an expired token has another form.",
    lambda _: _FRAMEWORK,
    which=lambda _, request: request.header("x-auth-token") == TOKENS["expired"],
)
_body(
    "form-of-missing-token",
    "Only the 401 without a token has another form.",
    lambda _: _FRAMEWORK,
    "unauthenticated",
    which=lambda _, request: request.header("x-auth-token") is None,
)
_body(
    "form-of-malformed-json",
    "Only the error for malformed JSON has another form.",
    lambda _: _FRAMEWORK,
    "invalid-request",
    which=lambda _, request: malformed(request.body),
)
_body(
    "form-of-wrong-type",
    "Only the error for a wrong content type has another form.",
    lambda _: _FRAMEWORK,
    "invalid-request",
    which=lambda _, request: "json" not in (request.header("content-type") or ""),
)


class _Turning(Server):
    """Counts its errors."""

    def __init__(self) -> None:
        super().__init__()
        self.errors = itertools.count(1)


def _once_in(count: int) -> None:
    def refused(self: _Turning, request: Request, condition: Condition) -> Response:
        response = Server.refused(self, request, condition)
        if next(self.errors) % count == 0:
            response.body = self.encode(_FRAMEWORK)
        return response

    fault = f"One error in {count} has another form."
    name = f"form-once-in-{count}"
    register(name, "ERR-1", fault, type(name, (_Turning,), {"refused": refused, "__doc__": fault}))


_once_in(3)
_once_in(5)

# -- ERR-2 --------------------------------------------------------------------------------------------

_BOTH = {"ERR-3": "a code that is not published is not the condition's either"}
for _name, _fault, _conditions, _code in (
    ("invented-code", "An invalid request has a code that nobody published.", "invalid-request", "CSBS.0999"),
    ("word-for-code", "An invalid request has a word for a code.", "invalid-request", "BadRequest"),
    ("bare-number-code", "An invalid request has the number alone.", "invalid-request", "9001"),
    ("lower-case-code", "An invalid request has its code in small letters.", "invalid-request", "csbs.9001"),
    ("status-as-code", "The code is the status.", "invalid-request", "400"),
    (
        "not-found-code-for-invalid",
        "An invalid request has a code that is published under 404 only.",
        "invalid-request",
        "CSBS.3000",
    ),
    (
        "internal-code-for-invalid",
        "An invalid request has the code of an internal error.",
        "invalid-request",
        "CSBS.9999",
    ),
    (
        "invalid-code-for-token",
        "A bad token has a code that is published under 400 only.",
        "unauthenticated",
        "CSBS.9001",
    ),
    ("word-for-token", "A bad token has a word for a code.", "unauthenticated", "Unauthorized"),
    (
        "gateway-code-of-three-digits",
        "A bad token has a gateway's code of three digits.",
        "unauthenticated",
        "APIGW.301",
    ),
    ("gateway-code-with-hyphen", "A missing permission has a code with a hyphen.", "forbidden", "APIGW-0302"),
    ("gateway-code-with-tail", "A missing permission has a code that goes on.", "forbidden", "APIGW.0302.1"),
    (
        "policy-code-of-another-service",
        "An unknown policy has the code of another service.",
        "policy-not-found",
        "VBS.3000",
    ),
    (
        "policy-code-with-blank",
        "The code of an unknown policy ends in a blank.",
        "policy-not-found",
        "CSBS.3000 ",
    ),
    (
        "invalid-code-for-policy",
        "An unknown policy has a code that is published under 400 only.",
        "policy-not-found",
        "CSBS.9001",
    ),
    (
        "provider-code-invented",
        "Another provider has a code that nobody published.",
        "unknown-provider",
        "CSBS.9002",
    ),
    (
        "resource-code-invented",
        "A resource outside has a code that nobody published.",
        "resource-not-in-policy",
        "CSBS.6999",
    ),
    (
        "method-code-of-service",
        "A 405 has a code that is not the gateway's.",
        "method-not-allowed",
        "CSBS.0405",
    ),
    ("size-code-for-invalid", "A 413 has the code of an invalid request.", "too-large", "CSBS.9001"),
    ("size-code-of-service", "A 413 has a code that is not the gateway's.", "too-large", "CSBS.0413"),
    ("route-code-of-service", "The router's 404 has a code that nobody published.", "no-route", "CSBS.0404"),
):
    misanswers("ERR-2", _name, _fault, _conditions, code=_code, also=_BOTH)

# -- ERR-3 --------------------------------------------------------------------------------------------

for _name, _fault, _conditions, _code in (
    (
        "quota-code-for-invalid",
        "An invalid request has the code of the quota.",
        "invalid-request",
        "CSBS.9006",
    ),
    (
        "resource-code-for-invalid",
        "An invalid request has the code of a resource outside.",
        "invalid-request",
        "CSBS.6000",
    ),
    (
        "deletion-code-for-invalid",
        "An invalid request has the code of a deletion.",
        "invalid-request",
        "CSBS.2003",
    ),
    (
        "closed-code-for-invalid",
        "An invalid request has the code of a closed project.",
        "invalid-request",
        "BackupService.4008",
    ),
    (
        "type-code-for-provider",
        "Another provider has the code of a resource's type.",
        "unknown-provider",
        "CSBS.6003",
    ),
    (
        "quota-code-for-provider",
        "Another provider has the code of the quota.",
        "unknown-provider",
        "CSBS.9006",
    ),
    (
        "invalid-code-for-resource",
        "A resource outside has the code of an invalid request.",
        "resource-not-in-policy",
        "CSBS.9001",
    ),
    (
        "terminated-code-for-resource",
        "A resource outside has the code of a terminated server.",
        "resource-not-in-policy",
        "CSBS.6001",
    ),
    (
        "checkpoint-code-for-policy",
        "An unknown policy has the code of an unknown checkpoint.",
        "policy-not-found",
        "CSBS.3001",
    ),
    (
        "verification-code-for-permission",
        "A missing permission has the code of an account that is not verified.",
        "forbidden",
        "CSBS.9009",
    ),
):
    misanswers("ERR-3", _name, _fault, _conditions, code=_code)
misanswers(
    "ERR-3",
    "quota-code-for-malformed-json",
    "Malformed JSON has the code of the quota.",
    "invalid-request",
    code="CSBS.9006",
    when=lambda request: malformed(request.body),
)
misanswers(
    "ERR-3",
    "zone-code-for-wrong-type",
    "A wrong content type has the code of a zone.",
    "invalid-request",
    code="CSBS.6027",
    when=lambda request: "json" not in (request.header("content-type") or ""),
)
misanswers(
    "ERR-3",
    "quota-code-for-auto-trigger",
    "An auto_trigger of another type has the code of the quota.",
    "invalid-request",
    code="CSBS.9006",
    when=lambda request: b"auto_trigger" in request.body and not malformed(request.body),
    shows=(*ROUND, parameters({"auto_trigger": "true"}), BASE),
)
