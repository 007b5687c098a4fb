"""Who calls, and whether he may: the first two checks of the contract's order."""

# ruff: noqa: ARG002 - the arguments of a step are there for those who override it

from __future__ import annotations

from typing import TYPE_CHECKING

from ..service.refusals import Refusal, refuse

if TYPE_CHECKING:
    from ..service.wire import Request
    from ..service.world import Store, Token

__all__ = ["Auth"]


class Auth:
    """The steps that check the token, its project and its permission; mixed into `Server`."""

    store: Store

    def authenticate(self, request: Request) -> Token:
        """Return the token of the request; refuse one that is missing, empty, unknown or expired."""
        value = request.header("x-auth-token")
        if value is None:
            return self.no_token(request)
        token = self.find_token(value)
        if token is None:
            return self.unknown_token(request, value)
        if token.expired:
            return self.expired_token(request, token)
        return token

    def find_token(self, value: str) -> Token | None:
        """Return the token of exactly this value."""
        return self.store.tokens.get(value)

    def no_token(self, request: Request) -> Token:
        """Answer a request without the header."""
        refuse("unauthenticated")

    def unknown_token(self, request: Request, value: str) -> Token:
        """Answer a request with a token that is empty or unknown."""
        refuse("unauthenticated")

    def expired_token(self, request: Request, token: Token) -> Token:
        """Answer a request with a token that has expired."""
        refuse("unauthenticated")

    def authorize(self, request: Request, token: Token, project: str, *, write: bool = True) -> None:
        """Refuse a token of another project, or one that may not do this."""
        if token.project != project:
            self.foreign_token(request, token, project)
        elif write and not token.may_write:
            self.missing_permission(request)
        if token.trouble:
            raise Refusal(token.trouble)

    def foreign_token(self, request: Request, token: Token, project: str) -> None:
        """Answer a token of another project than the path's."""
        refuse("forbidden")

    def missing_permission(self, request: Request) -> None:
        """Answer a token that may only read."""
        refuse("forbidden")
