"""`listCheckpointItems`: follow the progress of a run (contract, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_handlers.operations.paging import page_of
from checkpoint_handlers.operations.service import Service
from checkpoint_handlers.store import ItemFilter

if TYPE_CHECKING:
    from checkpoint_handlers.middleware.dispatch import Request
    from checkpoint_handlers.store import Caller, Item

__all__ = ["list_checkpoint_items"]

_SORTABLE = {
    "id": "id",
    "name": "name",
    "created_at": "created_at",
    "updated_at": "ready_at",
    "status": "ready_at",
    "resource_id": "resource_id",
    "resource_type": "resource_type",
    "checkpoint_id": "checkpoint_id",
}


async def list_checkpoint_items(service: Service, _caller: Caller, request: Request) -> dict[str, Any]:
    """Return a page of the items of the project's checkpoints."""
    query = request.query
    page = page_of(query, _SORTABLE)
    status = query.get("status")
    if status not in (None, "available", "protecting"):
        return {"checkpoint_items": []}  # items of this server never have another status
    wanted = ItemFilter(
        checkpoint_id=query.get("checkpoint_id"),
        policy_id=query.get("policy_id"),
        resource_id=query.get("resource_id"),
        name=query.get("name"),
        available=None if status is None else status == "available",
        created_from=_with_fraction(query.get("start_time")),
        created_to=_with_fraction(query.get("end_time")),
    )
    now = service.clock.stamp()
    items = await service.store.items(request.project_id, page, wanted, now)
    turned = {item.checkpoint_id for item in items if item.ready_at <= now and not item.settled}
    if turned:
        await service.store.settle(turned)
    return {"checkpoint_items": [_present(item, now) for item in items]}


def _with_fraction(moment: str | None) -> str | None:
    """Return a documented time with six fractional digits, so that it compares as text."""
    if moment is None:
        return None
    seconds, _, fraction = moment.partition(".")
    return f"{seconds}.{fraction:0<6}"


def _present(item: Item, now: str) -> dict[str, Any]:
    available = item.settled or item.ready_at <= now
    return {
        "id": item.id,
        "checkpoint_id": item.checkpoint_id,
        "name": item.name,
        "description": "",
        "status": "available" if available else "protecting",
        "created_at": item.created_at,
        "updated_at": item.ready_at if available else item.created_at,
        "resource_id": item.resource_id,
        "resource_type": item.resource_type,
        "tags": [],
        "extend_info": {},
        "backup_data": {},
    }
