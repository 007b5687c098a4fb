"""Mutants of AUTH-3 to AUTH-6: expired and foreign tokens, permission, and the order of checks."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from ...framework.mutant import breaks, refusing, register, replaces, sent_parameters
from ...framework.shots import BASE, document, parameters
from ...service.refusals import Refusal, refuse
from ...service.server import Server
from ...service.world import POLICY, PROJECT, SECOND_POLICY, SECOND_PROJECT, TOKENS, Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request, Response
    from ...service.world import Policy

_NONE = BASE.but(token=None)

for _name, _fault, _then in (
    ("expired-token-accepted", "The time of expiry is not looked at.", lambda _self, _request, token: token),
    ("expired-token-forbidden", "An expired token gets 403.", refusing("forbidden")),
    ("expired-token-invalid", "An expired token gets 400.", refusing("invalid-request")),
    ("expired-token-not-found", "An expired token gets 404.", refusing("no-route")),
):
    replaces("AUTH-3", _name, _fault, "expired_token", _then, shows=BASE.but(token=TOKENS["expired"]))
for _name, _fault, _then in (
    ("foreign-token-accepted", "The project of the token is not compared with the path's.", lambda *_: None),
    ("foreign-token-not-found", "A token of another project gets 404.", refusing("no-route")),
    ("foreign-token-invalid", "A token of another project gets 400.", refusing("invalid-request")),
):
    replaces("AUTH-4", _name, _fault, "foreign_token", _then, shows=BASE.but(token=TOKENS["second"]))
for _name, _fault, _then in (
    ("read-only-token-accepted", "Roles are not looked at.", lambda *_: None),
    (
        "read-only-token-unauthorised",
        "A token without the permission gets 401.",
        refusing("unauthenticated"),
    ),
    (
        "read-only-token-invalid",
        "A token without the permission gets 400.",
        refusing("invalid-request"),
    ),
    ("read-only-token-not-found", "A token without the permission gets 404.", refusing("no-route")),
):
    replaces("AUTH-5", _name, _fault, "missing_permission", _then, shows=BASE.but(token=TOKENS["read_only"]))


@breaks("AUTH-3", shows=(BASE.but(token=TOKENS["expired"]),) * 2)
class ExpiredTokenRenewed(Server):
    """An expired token is refused once, and renewed by that."""

    renewed = False

    def expired_token(self, request: Request, token: Token) -> Token:
        if self.renewed:
            return token
        self.renewed = True
        return super().expired_token(request, token)


_ONE = parameters({"auto_trigger": False, "resources": [POLICY.resources[0].id]})


@breaks("AUTH-3", shows=_ONE.but(token=TOKENS["expired"]))
class ExpiredTokenAcceptedForOneResource(Server):
    """The path for a single resource looks the token up without its time."""

    def expired_token(self, request: Request, token: Token) -> Token:
        one = len(sent_parameters(request).get("resources") or ()) == 1
        return token if one else super().expired_token(request, token)


@breaks("AUTH-3", shows=(BASE, BASE.but(token=TOKENS["expired"])))
class ExpiredTokenAcceptedOnAnOldConnection(Server):
    """Expiry is checked for the first call of a connection only."""

    def expired_token(self, request: Request, token: Token) -> Token:
        return token if request.connection.accepted else super().expired_token(request, token)


@breaks(
    "AUTH-4",
    shows=BASE.but(project=PROJECT[:-1] + "0"),
    also={"RESP-5": "the answer shows the token's project"},
)
class ProjectComparedByItsStart(Server):
    """Only the first 16 digits of the project are compared, the width of a column."""

    def foreign_token(self, request: Request, token: Token, project: str) -> None:
        if project[:16] != token.project[:16]:
            super().foreign_token(request, token, project)

    def find_policy(self, project: str, plan_id: str) -> Policy:
        return super().find_policy(PROJECT if project[:16] == PROJECT[:16] else project, plan_id)


def _loose(name: str, fault: str, is_own: Callable[[str], bool], sent: str) -> None:
    """Register a server that takes a project of the path for its own if `is_own` holds."""

    def create_checkpoint(self: Server, request: Request, project: str, provider: str) -> Response:
        return Server.create_checkpoint(self, request, PROJECT if is_own(project) else project, provider)

    mutant = type(name, (Server,), {"create_checkpoint": create_checkpoint, "__doc__": fault})
    register(name, "AUTH-4", fault, mutant, shows=BASE.but(project=sent))


_loose(
    "project-like-accepted",
    "The project is compared by SQL's LIKE, where the length is checked.",
    lambda project: len(project) == len(PROJECT) and fnmatch.fnmatchcase(PROJECT, project.replace("_", "?")),
    PROJECT[:-1] + "_",
)
_loose(
    "project-trimmed",
    "Blanks and line feeds around the project are cut off.",
    lambda project: project.strip() == PROJECT,
    PROJECT + "%20",
)
_loose(
    "project-with-newline-accepted",
    "A line feed after the project is overlooked by the pattern's $.",
    lambda project: project.removesuffix("\n") == PROJECT,
    PROJECT + "%0A",
)
_loose(
    "project-compared-by-its-end",
    "Only the last 32 digits of the project are compared, as those before name a domain.",
    lambda project: project.endswith(PROJECT),
    "0" + PROJECT,
)


@breaks(
    "AUTH-4",
    shows=BASE.but(token=TOKENS["second"], body=document(SECOND_POLICY.id)),
    also={"NF-2": "the policy is another project's than the path's"},
)
class TokenOfAnotherProjectRunsItsOwnPolicy(Server):
    """A token of another project may run its own policy under any path."""

    def create_checkpoint(self, request: Request, project: str, provider: str) -> Response:
        own = SECOND_POLICY.id.encode() in request.body and request.header("x-auth-token") == TOKENS["second"]
        return super().create_checkpoint(request, SECOND_PROJECT if own else project, provider)


@breaks("AUTH-4", shows=(BASE, BASE.but(token=TOKENS["second"])))
class ProjectComparedOnceForEachConnection(Server):
    """The project is compared for the first call of a connection only."""

    def foreign_token(self, request: Request, token: Token, project: str) -> None:
        if not request.connection.accepted:
            super().foreign_token(request, token, project)


@breaks("AUTH-5", shows=parameters({}).but(token=TOKENS["read_only"]))
class PermissionCheckedForASelectionOnly(Server):
    """The permission is checked for each selected resource, so that a call without any is accepted."""

    def missing_permission(self, request: Request) -> None:
        if sent_parameters(request) != {}:
            super().missing_permission(request)


@breaks("AUTH-5", shows=parameters({"auto_trigger": True}).but(token=TOKENS["read_only"]))
class PermissionNotNeededWhenAutomatic(Server):
    """Automatic calls need no permission."""

    def missing_permission(self, request: Request) -> None:
        if sent_parameters(request).get("auto_trigger") is not True:
            super().missing_permission(request)


@breaks("AUTH-5", shows=(BASE, BASE.but(token=TOKENS["read_only"])))
class PermissionCheckedOnceForEachConnection(Server):
    """The permission is looked up for the first call of a connection only."""

    def missing_permission(self, request: Request) -> None:
        if not request.connection.accepted:
            super().missing_permission(request)


# -- AUTH-6: an invalid body without a token ----------------------------------------------------------


class _BodyFirst(Server):
    """Answers a fault of the body before it asks for the token."""

    def no_token(self, request: Request) -> Token:
        self.check_first(request)
        return super().no_token(request)

    def check_first(self, request: Request) -> None:
        """Run the checks that come before the token's, and refuse if one fails."""
        raise NotImplementedError


@breaks("AUTH-6", shows=_NONE.but(body=b"{"))
class JsonCheckedBeforeTheToken(_BodyFirst):
    """Malformed JSON gets 400 before the token is asked for."""

    def check_first(self, request: Request) -> None:
        self.parse(request.body)


@breaks("AUTH-6", shows=_NONE.but(body={}))
class SchemaCheckedBeforeTheToken(_BodyFirst):
    """JSON against the schema gets 400 before the token is asked for."""

    def check_first(self, request: Request) -> None:
        try:
            body = self.parse(request.body)
        except Refusal:
            return
        self.validate(request, PROJECT, body)


@breaks("AUTH-6", shows=_NONE.but(content_type="text/plain", body=b"x"))
class ContentTypeCheckedBeforeTheToken(_BodyFirst):
    """A wrong content type gets 415 before the token is asked for."""

    def check_first(self, request: Request) -> None:
        self.check_content_type(request)

    def wrong_content_type(self, request: Request, media_type: str) -> None:
        if request.header("x-auth-token") is None:
            refusing(415, "APIGW.0201")()
        super().wrong_content_type(request, media_type)


@breaks("AUTH-6", shows=_NONE.but(body=b""))
class EmptyBodyCheckedBeforeTheToken(_BodyFirst):
    """A request without a body gets 400 before the token is asked for."""

    def check_first(self, request: Request) -> None:
        if not request.body and not request.oversize:
            refuse("invalid-request")


@breaks("AUTH-6", shows=BASE.but(token=TOKENS["expired"], body=b"{"))
class JsonCheckedBeforeTheExpiry(Server):
    """Malformed JSON gets 400 before it is asked whether the token has expired."""

    def expired_token(self, request: Request, token: Token) -> Token:
        self.parse(request.body)
        return super().expired_token(request, token)


@breaks("AUTH-6", shows=_NONE.but(body=document("x")))
class PlanIdCheckedBeforeTheToken(_BodyFirst):
    """A malformed plan_id gets 404 before the token is asked for."""

    def check_first(self, request: Request) -> None:
        try:
            self.validate(request, PROJECT, self.parse(request.body))
        except Refusal:
            if b'"plan_id"' in request.body:
                refuse("policy-not-found")
