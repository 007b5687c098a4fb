"""Check that a mutant misbehaves, by comparing its responses with the conforming server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..framework.shots import transcript
from ..service.server import Server, running

if TYPE_CHECKING:
    from ..framework.mutant import Mutant

__all__ = ["differs"]


_KNOBS = ("protect_seconds", "conflict", "hold", "prefix")
_right: dict[str, list[str]] = {}


_TRIES = 20
"""Tries to see a fault that depends on the clock."""


def differs(mutant: Mutant) -> bool:
    """Return whether `mutant` and the conforming server respond differently to the requests in `shows`."""
    knobs = {name: getattr(mutant.behaviour, name) for name in _KNOBS}
    timeout = 0.3 if mutant.behaviour.timeout < Server.timeout else 5.0
    key = repr((mutant.shows, knobs, timeout))
    if key not in _right:
        _right[key] = _answers(type("Conforming", (Server,), knobs), mutant, timeout)
    # Calls at once meet in the same instant only now and then, and on a busy machine need not overlap at all.
    at_once = any(shot.copies > 1 for shot in mutant.shows)
    tries = _TRIES if mutant.behaviour.real_time or at_once else 1
    return any(_answers(mutant.behaviour, mutant, timeout) != _right[key] for _ in range(tries))


def _answers(behaviour: type[Server], mutant: Mutant, timeout: float) -> list[str]:
    with running(behaviour, timeout) as target:
        return transcript(target["url"], mutant.shows, timeout)
