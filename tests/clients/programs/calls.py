"""What both programs in Python share: it reads the calls, makes them one by one, and writes the outcomes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["make"]


def make(send: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
    """Write the outcome that a function has for the URL and each call."""
    given = json.load(sys.stdin)
    json.dump([send(given["url"], call) for call in given["calls"]], sys.stdout)
