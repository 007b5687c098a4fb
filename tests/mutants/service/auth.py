"""Authentication and permissions: the first two checks in the contract's order."""

# ruff: noqa: ARG002 - the arguments of a step are for subclasses that override it

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
        """Return the request's token; refuse one that is missing, empty, unknown or expired."""
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
        """Return the token with exactly this value, or None."""
        return self.store.tokens.get(value)

    def no_token(self, request: Request) -> Token:
        """Handle a request without the header."""
        refuse("unauthenticated")

    def unknown_token(self, request: Request, value: str) -> Token:
        """Handle a request with an empty or unknown token."""
        refuse("unauthenticated")

    def expired_token(self, request: Request, token: Token) -> Token:
        """Handle a request with an expired token."""
        refuse("unauthenticated")

    def authorize(self, request: Request, token: Token, project: str, *, write: bool = True) -> None:
        """Refuse a token of another project or without permission."""
        if token.project != project:
            self.foreign_token(request, token, project)
        elif write and not token.may_write:
            self.missing_permission(request)
        if token.trouble:
            raise Refusal(token.trouble)

    def foreign_token(self, request: Request, token: Token, project: str) -> None:
        """Handle a token that belongs to another project than the path's."""
        refuse("forbidden")

    def missing_permission(self, request: Request) -> None:
        """Handle a token that may only read."""
        refuse("forbidden")
