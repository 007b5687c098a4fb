"""`deleteCheckpoint`: delete a checkpoint (contract, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_handlers.errors import Refusal
from checkpoint_handlers.operations.service import Service, require_provider
from checkpoint_handlers.store import DeleteOutcome

if TYPE_CHECKING:
    from checkpoint_handlers.middleware.dispatch import Request
    from checkpoint_handlers.store import Caller

__all__ = ["delete_checkpoint"]


async def delete_checkpoint(service: Service, _caller: Caller, request: Request) -> dict[str, Any]:
    """Delete a checkpoint with its items; raise `Refusal` if it is unknown or still protecting."""
    require_provider(request.path["provider_id"])
    outcome = await service.store.delete(
        request.project_id, request.path["checkpoint_id"], service.clock.stamp()
    )
    if outcome is not DeleteOutcome.DELETED:
        raise Refusal(outcome.value)
    return {}
