"""Divides a budget among the stages that create checkpoints: breadth before depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Want", "allot"]


@dataclass(frozen=True)
class Want:
    """The creating calls that a stage would send to a conforming server."""

    stage: str
    calls: int
    least: int = 1
    """The calls with which each requirement of the stage gets its first."""


def allot(wants: Sequence[Want], available: int) -> dict[str, int]:
    """Return the calls of each stage: first its least, then as many again for each stage in turn.

    All of `available` is given away, unless the stages want less.
    """
    given = {want.stage: 0 for want in wants}
    for want in wants:
        given[want.stage] = min(want.least, want.calls, available)
        available -= given[want.stage]
    while available and (hungry := [want for want in wants if given[want.stage] < want.calls]):
        for want in hungry:
            share = min(max(want.least, 1), want.calls - given[want.stage], available)
            given[want.stage] += share
            available -= share
    return given
