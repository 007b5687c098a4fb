"""A shard: the part of a verification that one of several machines runs.

Everything that creates checkpoints, or needs those that were created, stays on the first shard, because those
calls share one budget and build on each other. Single refusals are distributed by requirement, generated ones
by id. Each shard begins with one valid call, so that none judges a server it never reached; checks that apply
to every response run on all of them.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from checkpoint_openapi.load import requirements

from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.missing import missing
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.probes.refusals import refusals
from checkpoint_conformance.probes.robustness import methods
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target

__all__ = ["WHOLE", "Shard", "ShardError"]

_DEALT = frozenset(
    (
        *(f"AUTH-{number}" for number in range(1, 7)),
        *(f"REQ-{number}" for number in (*range(7, 14), *range(15, 18))),
        *("NF-1", "NF-2", "HTTP-4"),
    )
)
"""Requirements whose probes every conforming server refuses, so that they cost nothing."""
_SCATTERED = "FUZZ-2"
"""The generated refusals: so many that each shard takes some."""
_FIRST_LOAD = 120
"""Approximate number of requests that only the first shard sends."""
_FIRST_NEEDS = 94
"""Approximate number of checkpoints that a conforming server creates for the first shard."""
_LEAST = 3
"""Creating calls of each other shard: its first one, and two for a server that accepts a fault."""


class ShardError(Exception):
    """The work cannot be split as asked; the message says why."""


@dataclass(frozen=True)
class Shard:
    """One part of the work."""

    index: int
    """The position of the shard, from 1 to `count`."""
    count: int
    owned: frozenset[str]
    """The requirements whose probes only this shard sends."""
    max_creates: int
    """Its share of the target's `max_creates`."""

    @classmethod
    def of(cls, text: str, target: Target) -> Shard:
        """Return the part `k/n` of the work for a target. Raises ShardError if it cannot be split so."""
        match = re.fullmatch(r"([0-9]{1,3})/([0-9]{1,3})", text)
        index, count = (int(group) for group in match.groups()) if match else (0, 0)
        if not 1 <= index <= count:
            raise ShardError(f"--shard {text}: write k/n with k from 1 to n, such as 1/3.")
        share = max(_LEAST, (target.max_creates - _FIRST_NEEDS) // count)
        first = target.max_creates - share * (count - 1)
        if first <= 0:
            raise ShardError(
                f"--shard {text}: max_creates = {target.max_creates} is too low: every further shard needs "
                f"{_LEAST}. Use fewer shards, or raise max_creates."
            )
        return cls(index, count, _deal(target, count)[index - 1], first if index == 1 else share)

    @property
    def whole(self) -> bool:
        """Whether this is the only shard."""
        return self.count == 1

    def owns(self, requirement: str) -> bool:
        """Return whether this shard sends the requirement's own probes."""
        return self.whole or requirement in self.owned

    def select(self, probes: Iterable[Probe]) -> list[Probe]:
        """Return the probes that this shard sends, in their order."""
        return [probe for probe in probes if self._takes(probe)]

    def _takes(self, probe: Probe) -> bool:
        if probe.requirement == _SCATTERED and not self.whole:
            return zlib.crc32(probe.id.encode()) % self.count == self.index - 1
        return self.owns(probe.requirement)


WHOLE = Shard(1, 1, frozenset(), 0)
"""All of the work on one machine."""


def _deal(target: Target, count: int) -> list[frozenset[str]]:
    """Assign requirements, largest first, each to the shard with the least work so far."""
    calls = Calls(target)
    probes = [*authentication(calls, Secrets(target)), *refusals(calls), *missing(calls), *methods(calls)]
    sizes = Counter(probe.requirement for probe in probes)
    loads = [_FIRST_LOAD, *[0] * (count - 1)]
    owned: list[set[str]] = [set() for _ in loads]
    owned[0] = {requirement.id for requirement in requirements()} - _DEALT
    for requirement in sorted(_DEALT, key=lambda name: (-sizes[name], name)):
        least = loads.index(min(loads))
        owned[least].add(requirement)
        loads[least] += sizes[requirement]
    for part in owned:
        part.add(_SCATTERED)
    return [frozenset(part) for part in owned]
