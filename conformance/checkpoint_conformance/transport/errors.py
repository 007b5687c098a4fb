"""Why no connection could be opened, and what to do about it."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["EndpointError", "Step"]


class Step(StrEnum):
    """The steps that come before a request."""

    PROXY = "proxy"
    ADDRESS = "address"
    TLS = "tls"
    SIGNATURE = "sign"


class EndpointError(Exception):
    """A step failed; the message says which one, why, and what to do."""

    def __init__(self, step: Step, found: str, advice: str, *, refused: bool = False) -> None:
        """Take what went wrong as a clause, and what to do as a sentence."""
        super().__init__(f"{found}. {advice}")
        self.step = step
        self.found = found
        self.advice = advice
        self.refused = refused
        """Whether the server's own address refused the connection."""
