"""Conforming variants of errors."""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..framework.variant import variant
from ..service.refusals import CONDITIONS, Condition, Refusal, refuse
from ..service.server import Server

if TYPE_CHECKING:
    from ..service.wire import Request, Response
    from ..service.world import Policy, Resource, Token


class _Refusing(Server):
    """Answers some conditions in its own way: by name, status and code."""

    other: dict[str, tuple[int, str]] = {}  # noqa: RUF012 - a table that subclasses replace, never changed

    def refused(self, request: Request, condition: Condition) -> Response:
        for name, (status, code) in self.other.items():
            if condition.text == CONDITIONS[name].text:
                condition = replace(condition, status=status, code=code)
                break
        return super().refused(request, condition)


@variant()
class RequestIdInErrors(Server):
    """Errors have a request_id."""

    def error_body(self, condition: Condition) -> Any:
        return {"request_id": uuid.uuid4().hex, **super().error_body(condition)}


@variant()
class TextsInChinese(Server):
    """Texts of errors are Chinese."""

    def error_body(self, condition: Condition) -> Any:
        return {**super().error_body(condition), "error_msg": "请求参数不合法"}


@variant("ERR-3")
class UnsupportedMediaType(Server):
    """A wrong content type gets 415."""

    def wrong_content_type(self, request: Request, media_type: str) -> None:
        raise Refusal(Condition(415, "APIGW.0201", "The content type is not supported."))


@variant("ERR-3")
class ProviderNotFound(_Refusing):
    """Another provider gets 404."""

    other = {"unknown-provider": (404, "APIGW.0101")}  # noqa: RUF012 - never changed


@variant("ERR-3")
class GatewayCodes(_Refusing):
    """401 and 403 have other codes of the gateway."""

    other = {"unauthenticated": (401, "APIGW.0303"), "forbidden": (403, "APIGW.0304")}  # noqa: RUF012 - never changed


@variant("ERR-3")
class OlderGatewayCodes(_Refusing):
    """401 and 403 have codes of the older gateway."""

    other = {"unauthenticated": (401, "APIG.0301"), "forbidden": (403, "APIG.0302")}  # noqa: RUF012 - never changed


@variant("ERR-3")
class OversizeIsInvalid(_Refusing):
    """A body over the limit gets 400."""

    other = {"too-large": (400, "CSBS.9001")}  # noqa: RUF012 - never changed


@variant()
class OversizeClosesTheConnection(Server):
    """A body over the limit gets 413, and the connection is closed."""

    def finish(self, request: Request, response: Response) -> None:
        response.close = response.close or response.status == 413
        super().finish(request, response)


@variant("ERR-3")
class ForeignTokenUnauthorised(Server):
    """A token of another project gets 401."""

    def foreign_token(self, request: Request, token: Token, project: str) -> None:
        refuse("unauthenticated")


@variant("ERR-3")
class ForeignPolicyForbidden(Server):
    """Another project's policy gets 403."""

    def foreign_policy(self, policy: Policy) -> Policy:
        refuse("forbidden")


@variant("ERR-3")
class MalformedPlanNotFound(Server):
    """A malformed plan_id gets 404."""

    def read_plan_id(self, value: Any) -> str:
        try:
            return super().read_plan_id(value)
        except Refusal:
            if isinstance(value, str):
                refuse("policy-not-found")
            raise


@variant("ERR-3")
class OutsideResourceNotFound(Server):
    """A resource outside the policy gets 404."""

    def outside_resource(self, policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
        raise Refusal(Condition(404, "CSBS.3000", "The resource does not exist."))


@variant("ERR-3")
class OutsideResourceInvalid(Server):
    """A resource outside the policy is an invalid request."""

    def outside_resource(self, policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
        refuse("invalid-request")


@variant()
class AllowWithMoreMethods(Server):
    """Allow names more methods than POST, without spaces."""

    def other_method(self, request: Request, allowed: str) -> Response:
        condition = CONDITIONS["method-not-allowed"]
        raise Refusal(replace(condition, allow=f"OPTIONS,{allowed}"))


@variant()
class ChallengeInUnauthorised(Server):
    """A 401 has a WWW-Authenticate header."""

    def refused(self, request: Request, condition: Condition) -> Response:
        response = super().refused(request, condition)
        if response.status == 401:
            response.header("WWW-Authenticate", 'Token realm="csbs"')
        return response


@variant()
class TokenBeforeTheRouter(Server):
    """The gateway asks for the token before it looks at path and method."""

    def route(self, request: Request) -> Response:
        self.authenticate(request)
        return super().route(request)
