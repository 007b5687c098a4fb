"""The store and settings that every handler uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checkpoint_handlers.clock import Clock
from checkpoint_handlers.errors import Refusal

if TYPE_CHECKING:
    from checkpoint_handlers.scenarios.injection import Scenarios
    from checkpoint_handlers.store import Store

__all__ = ["PROVIDER_ID", "Service", "require_provider"]

PROVIDER_ID = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
"""The id of the only backup provider, a documented constant."""


@dataclass(frozen=True, slots=True)
class Service:
    """The store and the settings of a running service."""

    store: Store
    protect_seconds: float = 0.0
    """Seconds that a new checkpoint is protecting before it is available."""
    conflict: bool = False
    """Whether to refuse a second run of a policy that is still running (CONF-1)."""
    scenarios: Scenarios | None = None
    """The operator's scenarios for upcoming calls; None unless the server runs with `--scenarios`."""
    clock: Clock = field(default_factory=Clock)


def require_provider(provider_id: str) -> None:
    """Refuse any provider but the documented one (REQ-16)."""
    if provider_id != PROVIDER_ID:
        raise Refusal("unknown-provider")
