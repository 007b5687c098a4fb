"""Mutants of HTTP-1 and HTTP-2: answers that depend on the `Accept` of the request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...framework.mutant import OUTSIDE, condition_name, crash, refusing, register, replaces
from ...framework.shots import BASE, document, parameters
from ...service.server import Server
from ...service.wire import Response
from ...service.world import TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.refusals import Condition
    from ...service.wire import Request

_FAULTS = (
    BASE.but(token=None),
    BASE.but(token=TOKENS["second"]),
    BASE.but(provider="x"),
    BASE.but(body=b"{"),
    BASE.but(body=document(None)),
    BASE.but(body=document(OUTSIDE)),
    parameters({"resources": [OUTSIDE]}),
)
_SHOWS = [
    shot.but(headers=headers)
    for shot in _FAULTS
    for headers in ((("Accept", "*/*"),), (), (("Accept", "application/json"),))
]
_PAGE = "<html><head><title>{status}</title></head><body><h1>{text}</h1></body></html>"
_TEXT = "{status} {text}\n"


def _any(request: Request) -> bool:
    return request.header("accept") == "*/*"


def _none(request: Request) -> bool:
    return request.header("accept") is None


def _negotiates(
    name: str,
    fault: str,
    when: Callable[[Request], bool],
    media_type: str = "text/html; charset=UTF-8",
    form: str = _PAGE,
    conditions: str = "",
) -> None:
    """Register a server that answers `conditions` (names; default: all) in another form if `when` holds."""

    def refused(self: Server, request: Request, condition: Condition) -> Response:
        response = Server.refused(self, request, condition)
        if when(request) and (not conditions or condition_name(condition) in conditions.split()):
            response.body = form.format(status=condition.status, text=condition.text).encode()
            response.header("Content-Type", media_type)
        return response

    behaviour = type(name, (Server,), {"refused": refused, "__doc__": fault})
    also = {"ERR-1": "the body is then not the documented one either"}
    register(name, "HTTP-2", fault, behaviour, shows=_SHOWS, also=also)


_negotiates("errors-html-for-any-accept", "Errors are a page for a client that accepts anything.", _any)
_negotiates("errors-html-without-accept", "Errors are a page for a client that sends no Accept.", _none)
_negotiates(
    "errors-text-for-any-accept",
    "Errors are plain text for a client that accepts anything.",
    _any,
    "text/plain; charset=UTF-8",
    _TEXT,
)
_negotiates(
    "errors-text-without-accept",
    "Errors are plain text for a client that sends no Accept.",
    _none,
    "text/plain; charset=UTF-8",
    _TEXT,
)
_negotiates(
    "errors-html-unless-json-is-named",
    "Errors are JSON only for a client that names it, as some frameworks negotiate.",
    lambda request: "json" not in (request.header("accept") or ""),
)
for _condition, _who in (
    ("unauthenticated", "the authentication filter"),
    ("forbidden", "the authorization filter"),
    ("invalid-request", "the body's validator"),
    ("unknown-provider", "the handler of the provider"),
    ("policy-not-found", "the handler of missing policies"),
    ("resource-not-in-policy", "the handler of foreign resources"),
):
    _negotiates(
        f"errors-html-of-{_condition}",
        f"The errors of {_who} alone are a page for a client that accepts anything.",
        _any,
        conditions=_condition,
    )


replaces(
    "HTTP-1",
    "any-accept-not-acceptable",
    "The Accept of a request is compared with application/json, and one of anything gets 406.",
    "route",
    refusing(406, "APIGW.0101"),
    when=_any,
    shows=[BASE.but(headers=(("Accept", "*/*"),)), BASE.but(headers=(("Accept", "*/*"),), body=b"{")],
)
_CHINESE = BASE.but(body=document(OUTSIDE), headers=(("X-Language", "zh-cn"),))


def _in_gbk(self: Server, request: Request, condition: Condition) -> Response:
    response = Server.refused(self, request, condition)
    if request.header("x-language") == "zh-cn":
        response.body = f'{{"error_code": "{condition.code}", "error_msg": "拒绝"}}'.encode("gbk")
    return response


_FAULT = "The texts of errors for readers of Chinese are in GBK."
register(
    "errors-in-gbk", "HTTP-2", _FAULT, type("errors-in-gbk", (Server,), {"refused": _in_gbk}), shows=_CHINESE
)
replaces(
    "HTTP-3",
    "no-user-agent-crashes",
    "The log of calls cannot do without a User-Agent.",
    "authenticate",
    crash,
    when=lambda request: request.header("user-agent") is None,
    shows=BASE,
)
replaces(
    "HTTP-3",
    "weight-of-accept-crashes",
    "A weight of Accept that is not a number raises in the conversion.",
    "route",
    crash,
    when=lambda request: re.search(r"q=(?![01])", request.header("accept") or "") is not None,
    shows=BASE.but(headers=(("Accept", "*/*;q=high"),)),
)
