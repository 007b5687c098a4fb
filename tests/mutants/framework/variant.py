"""Conforming variants: what they are and how to register them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..framework.mutant import kebab

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..service.server import Server

__all__ = ["VARIANTS", "Variant", "variant"]


@dataclass(frozen=True)
class Variant:
    """A server that conforms in its own way; `warns` are SHOULD requirements that it may break."""

    name: str
    freedom: str
    behaviour: type[Server]
    warns: tuple[str, ...] = ()


VARIANTS: list[Variant] = []
"""The variants registered so far; `variants` loads all of them."""


def variant(*warns: str) -> Callable[[type[Server]], type[Server]]:
    """Register the decorated class as a variant, with its docstring as the description."""

    def keep(behaviour: type[Server]) -> type[Server]:
        name = kebab(behaviour.__name__)
        behaviour.identity = f"variant {name}"
        VARIANTS.append(Variant(name, " ".join((behaviour.__doc__ or "").split()), behaviour, warns))
        return behaviour

    return keep
