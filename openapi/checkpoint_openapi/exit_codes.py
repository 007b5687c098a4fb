"""How every command exits: one table of exit codes for the whole command line."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """An exit code, and what it means for any command."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> ExitCode:
        """Create a member from its number and its meaning, in Markdown."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    SUCCESS = 0, "Success: conformant, ready, compatible, clean, done."
    FAILURE = (
        1,
        "Failure: not conformant, a regression, a breaking change, lint findings, replayed failures.",
    )
    USAGE = 2, "Usage or configuration: a wrong option or file, an unreachable server, a refused token."
    PARTIAL = 3, "Partial: nothing failed and nothing is undecided, but a MUST was skipped or waived."
    FAULT = 4, "An error in checkpoint-contract itself; it says nothing about the server. Please report it."
    UNDECIDED = 5, "Undecided: inconclusive, interrupted, a server that disappeared, a change to review."
