"""Groups of requirements that the rules of blame treat alike."""

from __future__ import annotations

__all__ = [
    "ACCEPTANCE",
    "BEFORE_REFUSALS",
    "BROAD",
    "GENERATED",
    "MEMBERS_OF_AN_ANSWER",
    "REFUSED_AT_TIMES",
    "REFUSED_WHILE_RUNNING",
    "TOKENS",
    "VALID_SHAPES",
]

TOKENS = frozenset({"AUTH-1", "AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5"})
"""Which callers are accepted."""
VALID_SHAPES = frozenset({"REQ-1", "REQ-2", "REQ-3", "REQ-4", "REQ-5", "REQ-6"})
"""The documented shapes of a valid call."""
GENERATED = frozenset({"FUZZ-1", "FUZZ-2"})
"""Judged by generated requests, which may meet the fault of any other requirement."""
BROAD = GENERATED | {"HTTP-6"}
"""Meet the faults of others only in passing."""
ACCEPTANCE = VALID_SHAPES | {"FUZZ-1"}
"""What a server has to accept."""
BEFORE_REFUSALS = VALID_SHAPES | {"RESP-2"}
"""Whose valid calls, one by one or at the same time, are sent before anything is refused."""
REFUSED_AT_TIMES = ACCEPTANCE | {"HTTP-6", "RESP-2", "RESP-11"}
"""Whose valid calls meet a server that refuses at times."""
REFUSED_WHILE_RUNNING = REFUSED_AT_TIMES | {"HTTP-1", "HTTP-3", "ERR-2", "ERR-3"}
"""What the refusal of a call may break that comes while the policy runs."""
MEMBERS_OF_AN_ANSWER = frozenset({"RESP-5", "RESP-6", "RESP-8", "RESP-12"})
"""Members that are wrong in the answer to another call."""
