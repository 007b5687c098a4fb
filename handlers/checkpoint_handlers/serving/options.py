"""The server's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a server; `serve --help` explains them."""

    host: str
    database: str
    protect_seconds: float = 0.0
    conflict: bool = False
    target_file: Path | None = None
    workers: int = 1
    seed: Path | None = None
    access_log: Path | None = None
    request_seconds: float = 30.0
    scenarios: bool = False
    cors: tuple[str, ...] = ()
    metrics: bool = False
    """Whether to count requests; only useful with an admin port, which exposes the numbers."""
    admin_host: str = "127.0.0.1"
