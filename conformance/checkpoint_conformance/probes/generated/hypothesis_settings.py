"""Makes Hypothesis draw the same values in every process, without taking more memory than it needs."""

# Hypothesis leaves the type parameters of its cache unspecified.
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from hypothesis.internal.intervalsets import IntervalSet

__all__ = ["same_everywhere"]

_Characters = Callable[[str], "tuple[IntervalSet, IntervalSet]"]
"""Returns the characters that a codec can encode, and those among them that it decodes as others."""


@contextmanager
def same_everywhere() -> Generator[None]:
    """Keep Hypothesis from drawing constants from the modules that this process happens to have imported.

    They would make the requests differ between the command line, a pytest run and an installed wheel. The
    characters of UTF-8 are told instead of tried one by one, which takes Hypothesis a second and 200 MB.
    Lambdas are not described: nobody reads that, and Hypothesis parses whole modules to find their text.
    """
    from hypothesis.internal import charmap, lambda_sources
    from hypothesis.internal.cache import LRUCache
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    with (
        patch.object(providers, "_get_local_constants", Constants),
        patch.object(providers, "CONSTANTS_CACHE", LRUCache(1024)),
        patch.object(charmap, "intervals_from_codec", _characters(charmap.intervals_from_codec)),
        patch.object(lambda_sources, "lambda_description", _description),
    ):
        yield


def _description(_: object) -> str:
    """Return what stands for any lambda."""
    return "lambda: ..."


def _characters(of_codec: _Characters) -> _Characters:
    """Return a function that knows the characters of UTF-8, and asks the given one about another codec."""
    from hypothesis.internal.intervalsets import IntervalSet

    def characters(codec: str) -> tuple[IntervalSet, IntervalSet]:
        if codec != "utf-8":
            return of_codec(codec)
        return IntervalSet([(0, 0xD7FF), (0xE000, sys.maxunicode)]), IntervalSet([])

    return characters
