"""Conforming variants: servers that differ from ours wherever the contract leaves them free.

Each satisfies every MUST, and may leave the SHOULDs unmet that its `warns` names. Those whose name
begins with `open` do otherwise than ours what section 3 leaves open, and so never to be tested.
"""

from __future__ import annotations

import importlib

from ..framework.variant import VARIANTS as _REGISTERED
from ..framework.variant import Variant

__all__ = ["VARIANTS", "Variant"]

for _module in ("answer", "form", "errors", "state", "http"):
    importlib.import_module(f"{__package__}.{_module}")

VARIANTS: tuple[Variant, ...] = tuple(_REGISTERED)
"""Every conforming variant."""
