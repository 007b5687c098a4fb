"""Supplies the generated inputs of a run: from memory, from the cache, or from a second process."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from types import TracebackType

from checkpoint_conformance.probes.generated import cache
from checkpoint_conformance.probes.generated.inputs import Inputs
from checkpoint_conformance.probes.generated.recipe import Recipe
from checkpoint_conformance.probes.generated.worker import Worker
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import LimitedClock

__all__ = ["Supply", "is_at_hand"]

_MOST_KEPT = 4
_kept: OrderedDict[str, Inputs] = OrderedDict()
"""Inputs that runs of this process have used, the most recent last."""


def is_at_hand(target: Target, max_examples: int, seed: int | None, *, use_cache: bool) -> bool:
    """Return whether a run finds its inputs, in memory or on disk, without generating them."""
    key = Recipe.of(target, max_examples, seed).key
    return key in _kept or (use_cache and cache.read(key) is not None)


class Supply:
    """A context manager that starts generating on entry, so that the inputs are ready when needed.

    Leaving it always ends the second process.
    """

    def __init__(
        self, target: Target, max_examples: int, seed: int | None = None, *, use_cache: bool = True
    ) -> None:
        """Take what the inputs depend on; `use_cache` affects only the cache on disk."""
        self._recipe = Recipe.of(target, max_examples, seed)
        self._key = self._recipe.key
        self._use_cache = use_cache
        self._inputs = _kept.get(self._key)
        self._worker: Worker | None = None

    def __enter__(self) -> Supply:
        """Start the second process, unless the inputs are already available."""
        if self._inputs is None and self._use_cache:
            self._inputs = cache.read(self._key)
        if self._inputs is None:
            with suppress(OSError):  # if no process can be started, `inputs` generates them in this one
                self._worker = Worker(self._recipe)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the second process."""
        if self._worker:
            self._worker.stop()

    def inputs(self, clock: LimitedClock) -> Inputs:
        """Return the inputs; wait for the second process, and generate them in this one if it died.

        Raises GenerationError if generating takes far too long, and OutOfTime when the time limit of the
        clock is reached.
        """
        if self._inputs is None:
            self._inputs = (self._worker.inputs(clock) if self._worker else None) or self._recipe.make()
            if self._use_cache:
                cache.write(self._key, self._inputs)
        _kept[self._key] = self._inputs
        if len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
        return self._inputs
