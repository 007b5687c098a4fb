"""The handler that all applications share, and the pattern of the only member with one."""

from __future__ import annotations

from typing import Any

from checkpoint_handlers.middleware.auth import Authenticator, require_permission
from checkpoint_handlers.middleware.dispatch import Request
from checkpoint_handlers.operations.checkpoints import create_checkpoint
from checkpoint_handlers.operations.service import Service
from memory import MemoryStore

__all__ = ["PATH", "PLAN_ID", "SERVICE", "execute", "token_info"]

PATH = "/v1/{project_id}/providers/{provider_id}/checkpoints"
PLAN_ID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
SERVICE = Service(MemoryStore())  # type: ignore[arg-type] # it has what this operation needs
AUTHENTICATE = Authenticator(SERVICE.store, SERVICE.clock)


async def execute(path: dict[str, str], token: str, body: Any) -> dict[str, Any]:
    """Run the operation, from the token to the response."""
    caller = (await AUTHENTICATE(None, token, required_scopes=[]))["caller"]
    require_permission(caller, path["project_id"], "operate")
    return await create_checkpoint(SERVICE, caller, Request(caller.project.id, path, {}, body))


async def token_info(token: str, required_scopes: list[str] | None = None) -> dict[str, str]:
    """Return the token info for stock Connexion; the handler looks the token up."""
    del required_scopes
    return {"token": token}
