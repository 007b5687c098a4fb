"""What no test may take from its user or machine: the cache folder, how output looks, and the load."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


_YOUNG = 50_000
"""New objects between two garbage collections: a test that makes no cycles should meet few."""


def pytest_configure(config: pytest.Config) -> None:
    """Cache generated requests next to pytest's own cache, write as for a person, and time no example."""
    gc.set_threshold(_YOUNG)
    os.environ["XDG_CACHE_HOME"] = str(config.rootpath / ".pytest_cache" / "user")
    for variable in ("CI", "NO_COLOR"):
        os.environ.pop(variable, None)
    from hypothesis import settings  # it looks at CI, too

    # By default an example that takes longer than 200 ms fails, which tells how busy the machine is.
    settings.register_profile("tests", deadline=None)
    settings.load_profile("tests")


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from modules and tests, which it would search again and again."""
    gc.freeze()
