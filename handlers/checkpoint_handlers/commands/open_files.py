"""The limit of open files, without enough of which a start fails in a different place each time."""

from __future__ import annotations

import resource

__all__ = ["FEWEST", "require_open_files"]

FEWEST = 64
"""How many files a process must be allowed to open: a start takes about 20, and each client one."""


def require_open_files() -> None:
    """Raise `StartError` if the process may open fewer than `FEWEST` files."""
    from checkpoint_handlers.errors import StartError

    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != resource.RLIM_INFINITY and allowed < FEWEST:
        raise StartError(
            f"The limit of open files is {allowed}, and this command needs {FEWEST}. "
            f"Raise it with `ulimit -n {FEWEST}` or higher."
        )
