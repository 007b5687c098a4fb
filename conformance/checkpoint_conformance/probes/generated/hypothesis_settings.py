"""Makes Hypothesis draw the same values in every process."""

# Hypothesis leaves the type parameters of its cache unspecified.
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from unittest.mock import patch

__all__ = ["same_everywhere"]


@contextmanager
def same_everywhere() -> Generator[None]:
    """Keep Hypothesis from drawing constants from the modules that this process happens to have imported.

    They would make the requests differ between the command line, a pytest run and an installed wheel.
    """
    from hypothesis.internal.cache import LRUCache
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    with (
        patch.object(providers, "_get_local_constants", Constants),
        patch.object(providers, "CONSTANTS_CACHE", LRUCache(1024)),
    ):
        yield
