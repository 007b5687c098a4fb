"""The operations table: maps each `operationId` to a handler, so that the documents name no Python."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from checkpoint_handlers.middleware.dispatch import TableEntry
from checkpoint_handlers.operations.checkpoints import create_checkpoint
from checkpoint_handlers.operations.deletion import delete_checkpoint
from checkpoint_handlers.operations.items import list_checkpoint_items
from checkpoint_handlers.operations.policies import list_policies
from checkpoint_handlers.scenarios.injection import staged

if TYPE_CHECKING:
    from checkpoint_handlers.operations.service import Service

__all__ = ["operations"]


def operations(service: Service) -> dict[str, TableEntry]:
    """Return the operations table of a service."""
    table = {
        "createCheckpoint": TableEntry(partial(create_checkpoint, service), needs="operate"),
        "listPolicies": TableEntry(partial(list_policies, service), needs="read-only"),
        "listCheckpointItems": TableEntry(partial(list_checkpoint_items, service), needs="read-only"),
        "deleteCheckpoint": TableEntry(partial(delete_checkpoint, service), needs="operate"),
    }
    if service.scenarios is None:
        return table
    return {
        name: replace(entry, handler=staged(service.scenarios, entry.handler))
        for name, entry in table.items()
    }
