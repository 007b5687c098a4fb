"""Check that a mutant misbehaves, by comparing its responses with the conforming server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..framework.shots import transcript
from ..service.clock import ForwardedClock
from ..service.server import Server, running

if TYPE_CHECKING:
    from ..framework.mutant import Mutant

__all__ = ["differs"]


_KNOBS = ("protect_seconds", "conflict", "hold", "prefix")
_right: dict[str, list[str]] = {}


_TRIES = 20
"""Tries to see a fault: one that depends on time need not show at once, least of all on a busy machine."""


def differs(mutant: Mutant) -> bool:
    """Return whether `mutant` and the conforming server respond differently to the requests in `shows`."""
    knobs = {name: getattr(mutant.behaviour, name) for name in _KNOBS}
    timeout = 0.3 if mutant.behaviour.timeout < Server.timeout else 5.0
    key = repr((mutant.shows, knobs, timeout))
    if key not in _right:
        _right[key] = _answers(type("Conforming", (Server,), knobs), mutant, timeout)
    return any(_answers(mutant.behaviour, mutant, timeout) != _right[key] for _ in range(_TRIES))


def _answers(behaviour: type[Server], mutant: Mutant, timeout: float) -> list[str]:
    clock = ForwardedClock()
    with running(behaviour, timeout, clock) as target:
        return transcript(target["url"], mutant.shows, timeout, clock.forward)
