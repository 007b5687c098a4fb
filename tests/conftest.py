"""What no test may take from its user: the cache folder, and the variables that choose how output looks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Cache generated requests next to pytest's own cache, and write as for a person, in CI too."""
    os.environ["XDG_CACHE_HOME"] = str(config.rootpath / ".pytest_cache" / "user")
    for variable in ("CI", "NO_COLOR"):
        os.environ.pop(variable, None)
