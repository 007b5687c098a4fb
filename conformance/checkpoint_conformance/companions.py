"""The optional profiles, on the companion operations: discovery, observation, deletion, conflict."""

from __future__ import annotations

from collections.abc import Callable

from checkpoint_conformance.session import Session

__all__ = ["verify"]


def verify(session: Session, announce: Callable[[str], None]) -> None:
    """Verify each declared profile."""
    del session, announce
