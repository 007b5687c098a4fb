"""What no test may take from its user or machine: where files are cached, how output looks, and the load."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

_BROWSER = Path(__file__).with_name("browser")
_YOUNG = 50_000
"""New objects between two garbage collections: a test that makes no cycles should meet few."""


def pytest_configure(config: pytest.Config) -> None:
    """Cache what is compiled and generated, write as for a person, and draw the same examples in each run."""
    gc.set_threshold(_YOUNG)
    # Else each worker compiles all tests again, and each process that they start all that it imports.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["XDG_CACHE_HOME"] = str(config.rootpath / ".pytest_cache" / "user")
    for variable in ("CI", "NO_COLOR"):
        os.environ.pop(variable, None)
    from hypothesis import settings  # it looks at CI, too

    # The same examples in each run and no deadline: a build never fails by chance or under load.
    settings.register_profile("tests", deadline=None, derandomize=True, database=None)
    settings.load_profile("tests")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the room of the browser unless its tests are wanted: its driver takes long to import."""
    return True if collection_path == _BROWSER and "not browser" in config.option.markexpr else None


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from modules and tests, which it would search again and again."""
    gc.freeze()
