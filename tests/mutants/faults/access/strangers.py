"""Mutants of AUTH-7: companion operations that serve callers they must refuse.

DISC-1, OBS-1 and DEL-1 say nothing of callers, so that AUTH-7 takes these, whatever is shown or deleted.
"""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...framework.mutant import OUTSIDE, breaks, refusing, replaces
from ...framework.shots import BASE, DELETE_NEWEST, get, item_list, pause
from ...service.refusals import refuse
from ...service.server import Server
from ...service.world import PROJECT, SECOND_PROJECT, TOKENS, Token

if TYPE_CHECKING:
    from ...service.wire import Request, Response

_CREATED = (BASE, pause(0.1))


@breaks("AUTH-7", shows=get("policies").but(token=None), profile="discovery")
class PoliciesWithoutToken(Server):
    """The list of policies needs no token."""

    def no_token(self, request: Request) -> Token:
        return Token(PROJECT) if request.segments[-1] == "policies" else super().no_token(request)


@breaks("AUTH-7", shows=(*_CREATED, item_list().but(token=TOKENS["second"])), profile="observation")
class ItemsForEveryProject(Server):
    """The list of items is shown to any token, whichever project's it is."""

    def foreign_token(self, request: Request, token: Token, project: str) -> None:
        if request.segments[-1] != "checkpoint_items":
            super().foreign_token(request, token, project)


@breaks("AUTH-7", shows=(*_CREATED, DELETE_NEWEST.but(token=None), item_list()), profile="deletion")
class DeletionWithoutToken(Server):
    """A deletion needs no token."""

    def no_token(self, request: Request) -> Token:
        return Token(PROJECT) if request.method == "DELETE" else super().no_token(request)


@breaks("AUTH-7", shows=(*_CREATED, DELETE_NEWEST.but(token="x"), item_list()), profile="deletion")
class DeletionWithAnyToken(Server):
    """A deletion looks whether there is a token, and not which."""

    def unknown_token(self, request: Request, value: str) -> Token:
        return Token(PROJECT) if request.method == "DELETE" else super().unknown_token(request, value)


@breaks(
    "AUTH-7",
    shows=(*_CREATED, DELETE_NEWEST.but(project=SECOND_PROJECT, token=TOKENS["second"]), item_list()),
    profile="deletion",
)
class DeletionFromAnotherProject(Server):
    """A checkpoint is deleted by its id alone, from the path and by the token of any project."""

    def delete_checkpoint(self, request: Request, project: str, provider: str, wanted: str) -> Response:
        checkpoint = self.store.find(wanted)
        token = self.find_token(request.header("x-auth-token") or "")
        if checkpoint and token and token.project == project != checkpoint.policy.project:
            self.remove(checkpoint)
            return self.json(200, {})
        return super().delete_checkpoint(request, project, provider, wanted)


_EXPIRED, _READ_ONLY = TOKENS["expired"], TOKENS["read_only"]
_EACH_OPERATION = (
    *_CREATED,
    *(
        shot.but(token=token)
        for token in (None, "x", _EXPIRED, _READ_ONLY, TOKENS["second"])
        for shot in (get("policies"), item_list(), DELETE_NEWEST)
    ),
)


def _is_companion(request: Request) -> bool:
    return request.method in ("GET", "DELETE")


def _of_companions(
    name: str, fault: str, step: str, then: Any, *, when: Any = _is_companion, shows: Any = _EACH_OPERATION
) -> None:
    replaces(
        "AUTH-7",
        name,
        fault,
        step,
        then,
        lambda request, *_: when(request),
        shows=shows,
        profile="deletion",
    )


_of_companions(
    "expired-token-lists",
    "The lists and the deletion do not look when a token ends.",
    "expired_token",
    lambda _, _request, token: replace(token, expired=False),
)
_of_companions(
    "expired-token-deletes",
    "A deletion does not look when its token ends.",
    "expired_token",
    lambda _, _request, token: replace(token, expired=False),
    when=lambda request: request.method == "DELETE",
)
_of_companions(
    "read-only-token-deletes",
    "Whoever may look may delete.",
    "missing_permission",
    lambda *_: None,
    when=lambda request: request.method == "DELETE",
)
_of_companions(
    "empty-token-is-enough",
    "The companions look whether a token is there, and not whether it is empty.",
    "unknown_token",
    lambda *_: Token(PROJECT),
    when=lambda request: _is_companion(request) and request.header("x-auth-token") == "",
    shows=get("policies").but(token=""),
)
_of_companions(
    "path-of-another-project",
    "The lists are those of the path's project, whichever the token's is.",
    "foreign_token",
    lambda *_: None,
    when=lambda request: request.method == "GET" and request.header("x-auth-token") == TOKENS["demo"],
    shows=get("policies").but(path=f"/v1/{SECOND_PROJECT}/policies"),
)
_of_companions(
    "companions-without-token-invalid",
    "Without a token, the companions answer 400, a parameter that is missing.",
    "no_token",
    refusing("invalid-request"),
)
_of_companions(
    "companions-unknown-token-forbidden",
    "An unknown token is forbidden where it should be unauthorized, on the companions alone.",
    "unknown_token",
    refusing("forbidden"),
)
_of_companions(
    "companions-hide-other-projects",
    "Another project's path gets 404 from the companions.",
    "foreign_token",
    refusing("no-route"),
)


@breaks("AUTH-7", shows=get("policies").but(token=None), profile="discovery")
class EmptyListForStrangers(Server):
    """Without a token, the list of policies is empty instead of refused."""

    def list_policies(self, request: Request, project: str) -> Response:
        if request.header("x-auth-token") is None:
            return self.json(200, {"policies": []})
        return super().list_policies(request, project)


@breaks(
    "AUTH-7",
    shows=BASE.but(method="DELETE", path=f"{BASE.collection}/{OUTSIDE}", token=None, content_type=None),
    profile="deletion",
)
class CheckpointSoughtBeforeTheToken(Server):
    """A deletion looks for the checkpoint first, so that strangers learn which ones exist."""

    def delete_checkpoint(self, request: Request, project: str, provider: str, wanted: str) -> Response:
        if self.store.find(wanted) is None:
            refuse("checkpoint-not-found")
        return super().delete_checkpoint(request, project, provider, wanted)
