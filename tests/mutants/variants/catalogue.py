"""Conforming variants: servers that differ from ours wherever the contract leaves a choice.

Each satisfies every MUST, and may break the SHOULD requirements in its `warns`. Those whose name
starts with `open` differ where section 3 leaves the behaviour open, which must never be tested.
"""

from __future__ import annotations

import importlib

from ..framework.variant import VARIANTS as _REGISTERED
from ..framework.variant import Variant

__all__ = ["VARIANTS", "Variant"]

for _module in ("answer", "form", "errors", "state", "companions", "http"):
    importlib.import_module(f"{__package__}.{_module}")

VARIANTS: tuple[Variant, ...] = tuple(_REGISTERED)
"""Every conforming variant."""
