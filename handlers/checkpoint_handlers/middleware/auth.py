"""Authentication and permissions."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from checkpoint_handlers.errors import Refusal
from checkpoint_handlers.middleware.framework import ApiKeySecurityHandler
from checkpoint_handlers.store import digest_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from checkpoint_handlers.clock import Clock
    from checkpoint_handlers.store import Caller, Role, Store

__all__ = ["Authenticator", "TokenHandler", "require_permission"]


class Authenticator:
    """Finds the caller that a token belongs to."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, _request: Any, token: str, *, required_scopes: list[str]) -> dict[str, Caller]:
        """Return the caller as Connexion's token info; refuse an unknown or expired token (AUTH-2, AUTH-3).

        An API key has no scopes (OpenAPI 3.0.3, Security Requirement Object), so `required_scopes` is empty.
        """
        del required_scopes
        digest = digest_of(token)
        caller = await self._store.caller(digest)
        if caller is None or not hmac.compare_digest(caller.digest, digest):
            raise Refusal("unauthenticated")
        if caller.expires_at is not None and caller.expires_at <= self._clock.stamp():
            raise Refusal("unauthenticated")
        return {"caller": caller}


class TokenHandler(ApiKeySecurityHandler):
    """Connexion's `apiKey` handler, using the authenticator instead of a function named in the document.

    The document still defines where the key is sent and under which name.
    """

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def get_fn(self, security_scheme: dict[str, str], required_scopes: list[str]) -> Any:
        """Return the function that verifies a request."""
        return self._get_verify_func(
            self._authenticator, security_scheme["in"], security_scheme["name"], required_scopes
        )

    def check_api_key(
        self, api_key_info_func: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        """Return the function unchanged: Connexion's own wrapper inspects its signature on every request."""
        return api_key_info_func


def require_permission(caller: Caller, project_id: str, needed: Role) -> None:
    """Refuse a caller of another project, without permission or not verified (AUTH-4, AUTH-5)."""
    if caller.project.id != project_id:
        raise Refusal("forbidden", "The token belongs to another project.")
    if needed == "operate" and caller.role != "operate":
        raise Refusal("forbidden", "The token lacks the permission.")
    if not caller.project.verified:
        raise Refusal("account-not-verified")
