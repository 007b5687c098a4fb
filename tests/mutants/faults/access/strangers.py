"""Mutants of DISC-1, OBS-1 and DEL-1 that serve callers or requests they must refuse."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING

from ...faults.companions.companions import DELETE_NEWEST
from ...framework.mutant import OUTSIDE, breaks, condition_name
from ...framework.shots import BASE, get, item_list, pause
from ...service.server import Server
from ...service.world import PROJECT, TOKENS, Token

if TYPE_CHECKING:
    from ...service.refusals import Condition
    from ...service.wire import Request, Response

_CREATED = (BASE, pause(0.1))


@breaks("DISC-1", shows=get("policies").but(token=None), also={"AUTH-1": "no token is needed here"})
class PoliciesWithoutToken(Server):
    """The list of policies needs no token."""

    def no_token(self, request: Request) -> Token:
        return Token(PROJECT) if request.segments[-1] == "policies" else super().no_token(request)


@breaks(
    "OBS-1",
    shows=(*_CREATED, item_list().but(token=TOKENS["second"])),
    also={"AUTH-4": "another project's token is enough here"},
)
class ItemsForEveryProject(Server):
    """The list of items is shown to any token, whichever project's it is."""

    def foreign_token(self, request: Request, token: Token, project: str) -> None:
        if request.segments[-1] != "checkpoint_items":
            super().foreign_token(request, token, project)


@breaks(
    "DEL-1",
    shows=(*_CREATED, DELETE_NEWEST.but(token=None), item_list()),
    also={"AUTH-1": "no token is needed here"},
)
class DeletionWithoutToken(Server):
    """A deletion needs no token."""

    def no_token(self, request: Request) -> Token:
        return Token(PROJECT) if request.method == "DELETE" else super().no_token(request)


@breaks(
    "DEL-1",
    shows=(*_CREATED, DELETE_NEWEST.but(token="x"), item_list()),
    also={"AUTH-2": "an unknown token is enough here"},
)
class DeletionWithAnyToken(Server):
    """A deletion looks whether there is a token, and not which."""

    def unknown_token(self, request: Request, value: str) -> Token:
        return Token(PROJECT) if request.method == "DELETE" else super().unknown_token(request, value)


@breaks("DEL-1", shows=BASE.but(method="DELETE", path=f"{BASE.collection}/{OUTSIDE}"), level="SHOULD")
class DeletionOfNothingSucceeds(Server):
    """The deletion of a checkpoint that does not exist is answered 200, as if it had just gone."""

    def refused(self, request: Request, condition: Condition) -> Response:
        if condition_name(condition) == "checkpoint-not-found":
            return self.json(200, {})
        return super().refused(request, condition)
